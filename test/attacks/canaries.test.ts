import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { expect, it, onTestFinished } from 'vitest';
import { CliProcess, runCli } from '../cli/run-cli.ts';
import { callerOf } from '../server/connect.ts';
import { everythingIn, talkative } from './canary-rig.ts';
import { injections } from './payloads.ts';

type Env = Readonly<Record<string, string>>;

/** Secrets that nothing has a use for, and that are long enough to be found again. */
const SUPABASE_KEY = 'sb_publishable_canaryprojectkey0123456789abcdef';
const ACCOUNT_KEY = `bbk_${'c0ffee42'.repeat(8)}`;
const UNRELATED = 'canary-unrelated-9f8e7d6c5b4a39281706';
const IN_A_FILE = 'canary-in-a-file-1a2b3c4d5e6f708192a3';

async function exchangeKeys(): Promise<Env> {
  const exchange = new CliProcess([
    ...[
      'exchange',
      '--port',
      '0',
      '--account-number',
      'PA777',
      '--positions',
      'AAPL:10@100,KO:20@50',
    ],
  ]);
  onTestFinished(async () => {
    exchange.signal('SIGTERM');
    await exchange.ended();
  });
  const [printed] = await exchange.says(/^APCA[\s\S]*Ctrl-C/m);
  return Object.fromEntries(
    [...printed.matchAll(/^(APCA_\w+)=(.+)$/gm)].map(([, name, value]) => [name, value ?? '']),
  );
}

it('planted secrets come out nowhere: not in answers, in what is said, in files or on pages', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'bigbrother-canaries-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const keys = await exchangeKeys();
  const { APCA_API_KEY_ID: keyId = '', APCA_API_SECRET_KEY: secretKey = '' } = keys;
  const secrets = [keyId, secretKey, SUPABASE_KEY, ACCOUNT_KEY, UNRELATED, IN_A_FILE];
  const broker = await talkative(new URL(keys.APCA_API_BASE_URL ?? ''));
  const planted = join(directory, 'notes-of-the-owner.txt');
  writeFileSync(planted, IN_A_FILE);
  const env: Env = {
    ...keys,
    APCA_API_BASE_URL: broker.url,
    BIGBROTHER_DATA_DIR: directory,
    BIGBROTHER_MODE: 'execute',
    // Nobody listens there: what cannot be copied is told of, with the address.
    ...{ SUPABASE_URL: 'http://127.0.0.1:9', SUPABASE_KEY, SUPABASE_ACCOUNT_KEY: ACCOUNT_KEY },
    ...{ UNRELATED_TOKEN: UNRELATED },
  };
  const heard: [string, string][] = [];
  const transport = new StdioClientTransport({
    ...{ command: process.execPath, args: ['dist/bigbrother.js', 'mcp', '--loop'] },
    ...{ env: { PATH: process.env.PATH ?? '', ...env }, stderr: 'pipe' },
  });
  transport.stderr?.on('data', (chunk) => heard.push(['stderr', String(chunk)]));
  const client = new Client({ name: 'test-host', version: '0.0.0' });
  await client.connect(transport);
  onTestFinished(() => client.close());
  heard.push(['tools', JSON.stringify(await client.listTools())]);
  const call = async (tool: string, args: Record<string, unknown>) => {
    const reply = await callerOf(client)(tool, args).catch((error) => ({
      text: String(error),
      json: {},
    }));
    heard.push([`${tool} ${JSON.stringify(args)}`, JSON.stringify(reply)]);
    return reply.json as Readonly<Record<string, unknown>>;
  };

  for (const symbol of ['AAPL', 'KO', 'AAPL', 'KO']) {
    const { plan_id, hash } = await call('propose_plan', {
      intent: 'reduce',
      symbol,
      quantity: '1',
    });
    if (typeof plan_id === 'string') await call('execute_plan', { plan_id, hash });
  }
  for (const text of injections.slice(0, 12)) await call('evaluate_position', { symbol: text });
  // What the program was never given, it cannot know for a secret when a host says it.
  for (const secret of [keyId, secretKey, SUPABASE_KEY, ACCOUNT_KEY]) {
    await call('get_history', { plan_id: secret, order_id: secret });
    await call('execute_plan', { plan_id: secret, hash: secret });
  }
  for (const kind of ['plans', 'orders', 'alerts', 'system', 'calls']) {
    await call('get_history', { kind, detail: 'full', limit: 100 });
  }
  await call('get_portfolio_context', { detail: 'full' });
  for (const [command, ...args] of [
    ...[
      ['doctor', '--json'],
      ['doctor'],
      ['pending', '--json'],
      ['history', '--json'],
      ['history'],
    ],
    ...[['supabase', 'check'], ['verify'], ['export', 'orders']],
  ] as const) {
    const { stdout, stderr } = await runCli([command, ...args], env);
    heard.push([`bigbrother ${command} ${args.join(' ')}`, stdout + stderr]);
  }
  const page = await runCli(['pending', '--page'], env);
  const [address] = /http:\/\/\S+/.exec(page.stdout + page.stderr) ?? [];
  const shown = await fetch(address ?? 'there is no page');
  heard.push(['page', await shown.text()]);
  await client.close();

  // A page was shown, and the broker has really told them.
  expect(shown.status).toBe(200);
  expect(broker.refusals()).toBeGreaterThan(2);
  expect(JSON.stringify(heard)).toContain('refused for');
  const written = everythingIn(directory).filter(([path]) => path !== planted);
  const leaks = [...heard, ...written].flatMap(([where, text]) =>
    secrets
      .filter((secret) => text.includes(secret))
      .map((secret) => `${secret.slice(0, 14)}… in ${where.slice(0, 80)}`),
  );
  expect(leaks).toEqual([]);
}, 90_000);
