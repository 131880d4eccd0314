import { chmodSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { CommandNotifier, DesktopNotifier } from '../../src/adapters/notifiers/program.ts';
import { beatTo, WebhookNotifier } from '../../src/adapters/notifiers/webhook.ts';
import { programRunner } from '../../src/adapters/system/run-program.ts';
import { SystemClock } from '../../src/adapters/system/system-clock.ts';
import { alertsFrom } from '../../src/alert-settings.ts';
import { noticeText } from '../../src/alerts/notice-text.ts';
import type { ChildProgram } from '../../src/ports/advisor.ts';
import type { Notice } from '../../src/ports/notifier.ts';

const notice: Notice = {
  kind: 'alert',
  code: 'naked_position',
  symbol: 'AAPL',
  because: '10 shares <!channel> @everyone & more',
  since: Date.UTC(2026, 9, 8, 16),
  environment: 'live',
};
const TEXT = '[LIVE] ALERT: AAPL naked_position: 10 shares <!channel> @everyone & more';

describe('a webhook', () => {
  const requests: { readonly body: string; readonly request: IncomingMessage }[] = [];
  let answer = 204;
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      requests.push({ body, request });
      response.writeHead(answer, answer === 302 ? { location: 'http://127.0.0.1:1/' } : {}).end();
    });
  });
  let url: URL;
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/secret-path`);
  });
  afterAll(() => void server.close());

  const posted = async (to: string) => {
    const bodies: unknown[] = [];
    const fetchApi: typeof fetch = async (_, init) => {
      bodies.push(JSON.parse(String(init?.body)));
      return new Response(null, { status: 200 });
    };
    const webhook = new WebhookNotifier({ url: new URL(to), textOf: noticeText, fetchApi });
    await webhook.send(notice);
    return bodies[0];
  };

  it('of no known service gets the fields and the text as JSON', async () => {
    answer = 204;
    await new WebhookNotifier({ url, textOf: noticeText }).send(notice);
    expect(requests.at(-1)?.request.headers['content-type']).toBe('application/json');
    expect(JSON.parse(requests.at(-1)?.body ?? '')).toEqual({
      ...notice,
      since: '2026-10-08T16:00:00.000Z',
      text: TEXT,
    });
  });

  it('of Slack gets text in which nothing calls people or hides a link', async () => {
    expect(await posted('https://hooks.slack.com/services/T0/B0/x')).toEqual({
      text: TEXT.replace('&', '&amp;').replace('<', '&lt;').replace('>', '&gt;'),
    });
  });

  it('of Discord gets text that mentions nobody', async () => {
    expect(await posted('https://discord.com/api/webhooks/1/x')).toEqual({
      content: TEXT,
      allowed_mentions: { parse: [] },
    });
  });

  it.each([500, 404, 302])(
    'that answers %s has not taken it, and its address is not told',
    async (status) => {
      answer = status;
      const error = await new WebhookNotifier({ url, textOf: noticeText }).send(notice).then(
        () => null,
        (cause: Error) => cause.message,
      );
      expect(error).toMatch(/^127\.0\.0\.1 (answered|cannot be reached)/);
      expect(error).not.toContain('secret-path');
    },
  );

  it('takes a beat the same way', async () => {
    answer = 200;
    await beatTo(url);
    expect(requests.at(-1)?.request.method).toBe('GET');
    answer = 500;
    await expect(beatTo(url)).rejects.toThrow('127.0.0.1 answered 500');
  });
});

describe('a program', () => {
  const directory = mkdtempSync(join(tmpdir(), 'bigbrother-alerts-'));
  const run = programRunner(new SystemClock(), 4_000);
  const script = (name: string, lines: string): ChildProgram => {
    const command = join(directory, name);
    writeFileSync(command, `#!/bin/sh\n${lines}\n`);
    chmodSync(command, 0o700);
    return { command, args: [], env: {}, directory };
  };

  it('of the owner gets the notice on its input, and nothing of our environment', async () => {
    const program = script('tell.sh', 'cat > got.json; export > env.txt');
    await new CommandNotifier({ program, textOf: noticeText, run }).send(notice);
    const got = JSON.parse(readFileSync(join(directory, 'got.json'), 'utf8'));
    expect(got).toMatchObject({ code: 'naked_position', symbol: 'AAPL', text: TEXT });
    expect(readFileSync(join(directory, 'env.txt'), 'utf8')).not.toMatch(/HOME|npm_|VITEST/);
  });

  it.each([
    ['fails', script('fails.sh', 'exit 3'), 'fails.sh ended with code 3'],
    ['is not there', { ...script('x', ''), command: '/nowhere/x' }, '/nowhere/x cannot be run'],
  ])('that %s has not taken it', async (_, program, message) => {
    const command = new CommandNotifier({ program, textOf: noticeText, run });
    await expect(command.send(notice)).rejects.toThrow(message);
  });

  it.runIf(process.platform === 'linux')(
    'that shows notices on a desktop is given what a desktop is found by, and no secret beside it',
    async () => {
      const desktopEnv = {
        DBUS_SESSION_BUS_ADDRESS: 'unix:path=/run/user/1000/bus',
        DISPLAY: ':0',
        WAYLAND_DISPLAY: 'wayland-0',
        XDG_RUNTIME_DIR: '/run/user/1000',
      };
      const planted = Object.fromEntries(
        [
          ...['APCA_API_KEY_ID', 'APCA_API_SECRET_KEY', 'SUPABASE_KEY', 'SUPABASE_ACCOUNT_KEY'],
          ...['PERPLEXITY_API_KEY', 'BIGBROTHER_TOKEN', 'UNRELATED_TOKEN', 'DISPLAY_TOKEN'],
        ].map((name) => [name, `canary-of-${name}`]),
      );
      const addresses = {
        BIGBROTHER_ALERT_WEBHOOKS: 'https://hooks.example.com/canary-webhook',
        BIGBROTHER_HEARTBEAT_URL: 'https://beat.example.com/canary-heartbeat',
      };
      const everything = { ...planted, ...addresses, ...desktopEnv };
      for (const [name, value] of Object.entries(everything)) vi.stubEnv(name, value);
      onTestFinished(() => void vi.unstubAllEnvs());
      const { desktopEnv: env } = alertsFrom({ desktop: true }, process.env);
      // The same start as ever, of a program that keeps what it was started with.
      const keeps = script('keeps.sh', 'cat /proc/$$/environ /proc/$$/cmdline > started.txt');
      const desktop = new DesktopNotifier({
        ...{ platform: 'linux', env, directory, textOf: noticeText },
        run: (program, input) => run({ ...program, command: keeps.command }, input),
      });
      await desktop.send(notice);
      const started = readFileSync(join(directory, 'started.txt'), 'utf8').split('\0');
      const given = started.filter((line) => /^[A-Z_]+=/.test(line)).sort();
      expect(given).toEqual(Object.entries(desktopEnv).map(([name, value]) => `${name}=${value}`));
      expect(started.join()).toContain(TEXT);
      expect(started.join()).not.toContain('canary');
    },
  );

  it('that shows notices on a desktop gets text as text, whatever stands in it', async () => {
    for (const platform of ['linux', 'darwin'] as const) {
      const started: ChildProgram[] = [];
      const desktop = new DesktopNotifier({
        ...{ platform, env: { DISPLAY: ':0' }, directory, textOf: noticeText },
        run: async (program) => void started.push(program),
      });
      await desktop.send({ ...notice, because: '"; do shell script "rm -rf /' });
      const args = started[0]?.args ?? [];
      expect(args.slice(0, -1).join(' ')).not.toContain('rm -rf');
      expect(args.at(-1)).toContain('rm -rf');
    }
  });
});
