import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CliProcess, runCli } from './run-cli.ts';
import { runHere } from './run-here.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'bigbrother-cli-'));
});
afterEach(() => rmSync(directory, { recursive: true }));
const here = () => ({ BIGBROTHER_DATA_DIR: directory });

describe('help', () => {
  it.each(['mcp', 'loop', 'demo', 'exchange', 'history', 'halt', 'adopt', 'resume'])(
    '%s teaches by example',
    async (name) => {
      const { code, stdout } = await runHere([name, '--help']);
      expect(code).toBe(0);
      expect(stdout).toContain(`Usage: bigbrother ${name}`);
      expect(stdout).toMatch(/bigbrother/);
      for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(120);
    },
  );

  it('lists the commands, the environment and the exit codes', async () => {
    const { code, stdout } = await runHere(['--help']);
    expect(code).toBe(0);
    for (const word of ['mcp', 'APCA_API_KEY_ID', 'BIGBROTHER_LIVE_ACCOUNT', 'Exit codes']) {
      expect(stdout).toContain(word);
    }
  });

  it('--version prints the version of the package', async () => {
    expect(await runCli(['--version'])).toMatchObject({ code: 0, stdout: '0.1.0\n' });
  });
});

describe('the loop without keys', () => {
  it('says that it is simulated, protects every position, and stops cleanly', async () => {
    const loop = new CliProcess(['loop'], here());
    await loop.says(/No keys are set, so this is the built-in paper exchange/);
    await loop.says(/"symbol":"KO".*place-(stop|tranches)/);
    loop.signal('SIGTERM');
    const ended = await loop.ended();
    expect(ended.code).toBe(0);
    expect(ended.stdout).toBe('');
    expect(ended.stderr).toMatch(/simulated account PA\w+, mode execute/);

    const done = await runHere(['history', '--type', 'plan_finished', '--json'], here());
    expect(done.code).toBe(0);
    const symbols = done.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).symbol);
    expect(new Set(symbols).size).toBe(8);
  });

  it('keeps its files to its owner', async () => {
    const loop = new CliProcess(['loop'], here());
    await loop.says(/Journal: /);
    loop.signal('SIGINT');
    await loop.ended();
    const [account = ''] = readdirSync(directory);
    expect(statSync(join(directory, account)).mode & 0o077).toBe(0);
    expect(statSync(join(directory, account, 'journal.sqlite')).mode & 0o077).toBe(0);
  });

  it('sends nothing in mode observe', async () => {
    const loop = new CliProcess(['loop'], { ...here(), BIGBROTHER_MODE: 'observe' });
    await loop.says(/mode observe/);
    await loop.says(/naked_position|without cover|no stop/i);
    loop.signal('SIGTERM');
    expect((await loop.ended()).code).toBe(0);
    const sent = await runHere(['history', '--type', 'step_intended'], here());
    expect(sent).toMatchObject({ code: 0, stdout: '' });
  });
});

describe('history', () => {
  it('can be read while the owner writes, by symbol, kind and time', async () => {
    const loop = new CliProcess(['loop'], here());
    await loop.says(/"symbol":"KO".*place-(stop|tranches)/);
    const lines = await runHere(['history', '--symbol', 'ko', '--limit', '100'], here());
    const none = await runHere(['history', '--since', '2099-01-01'], here());
    loop.signal('SIGTERM');
    await loop.ended();
    expect(lines.code).toBe(0);
    expect(lines.stdout).toContain('KO  ');
    expect(lines.stdout).not.toContain('AAPL');
    expect(none.stdout).toBe('');
  });

  it('names the accounts there are when asked for another one', async () => {
    const loop = new CliProcess(['loop'], here());
    await loop.says(/Journal: /);
    loop.signal('SIGTERM');
    await loop.ended();
    const ended = await runHere(['history', '--account', 'live-1'], here());
    expect(ended.code).toBe(2);
    expect(ended.stderr).toMatch(/no journal of "live-1".*there: simulated-PA\w+\./);
  });
});

describe('the exchange', () => {
  const credentials = (text: string) =>
    Object.fromEntries(
      [...text.matchAll(/^(APCA_\w+)=(.+)$/gm)].map(([, name, value]) => [name, value]),
    );

  it('prints what to set, and a loop with these settings guards its account', async () => {
    const exchange = new CliProcess(['exchange', '--port', '0', '--account-number', 'PA777']);
    await exchange.says(/Ctrl-C/);
    const [printed] = await exchange.says(/^APCA[\s\S]*Ctrl-C/m);
    const env = { ...here(), ...credentials(printed), BIGBROTHER_MODE: 'observe' };
    const loop = new CliProcess(['loop'], env);
    await loop.says(/simulated account PA777, mode observe/);
    loop.signal('SIGTERM');
    expect((await loop.ended()).code).toBe(0);
    expect(readdirSync(directory)).toEqual(['simulated-PA777']);
    exchange.signal('SIGTERM');
    expect((await exchange.ended()).code).toBe(0);
  });

  it('says so when its port is in use', async () => {
    const first = new CliProcess(['exchange', '--port', '0']);
    const [, port = ''] = await first.says(/APCA_API_BASE_URL=http:\/\/127\.0\.0\.1:(\d+)/);
    const second = await runCli(['exchange', '--port', port]);
    expect(second.code).toBe(2);
    expect(second.stderr).toContain(`port 127.0.0.1:${port} is in use`);
    first.signal('SIGINT');
    expect((await first.ended()).code).toBe(0);
  });
});

describe('mcp', () => {
  it('is the default, keeps stdout for the protocol, and ends when the host closes stdin', async () => {
    const mcp = new CliProcess([], here());
    await mcp.says(/BigBrother: simulated account/);
    mcp.closeStdin();
    expect(await mcp.ended()).toMatchObject({ code: 0, stdout: '' });
  });

  it('ends on a signal', async () => {
    const mcp = new CliProcess(['mcp', '--loop'], here());
    await mcp.says(/Journal: /);
    mcp.signal('SIGTERM');
    expect(await mcp.ended()).toMatchObject({ code: 0, stdout: '' });
  });
});
