import { readFileSync, statSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { clientAt } from '../server/http-rig.ts';
import { type Ended, runCli } from './run-cli.ts';
import { accessTo, useWorkplace } from './workplace.ts';

const work = useWorkplace('serve');

const env = (more: Readonly<Record<string, string>> = {}) => ({
  BIGBROTHER_DATA_DIR: work.path('data'),
  ...more,
});
const token = async (...args: readonly string[]): Promise<Ended> =>
  runCli(['token', ...args], env());
const newToken = async (name: string, scope: string): Promise<string> =>
  (await token('create', name, '--scope', scope)).stdout.trim();

describe('a token', () => {
  it('is printed once, kept as a hash, listed by its name and taken back', async () => {
    const made = await token('create', 'desk', '--scope', 'propose');
    expect(made).toMatchObject({ code: 0, stdout: expect.stringMatching(/^bbt_[\w-]{43}\n$/) });
    expect(made.stderr).toContain('not shown again');
    const secret = made.stdout.trim();
    const file = work.path('data', 'tokens', 'desk.json');
    expect(readFileSync(file, 'utf8')).not.toContain(secret.slice(4));
    expect(statSync(file).mode & 0o077).toBe(0);

    const [again, listed] = await Promise.all([
      token('create', 'desk', '--scope', 'execute'),
      token('list', '--json'),
    ]);
    expect(again).toMatchObject({ code: 2, stdout: '' });
    expect(again.stderr).toContain('There is a token desk');
    expect(JSON.parse(listed.stdout)).toEqual([
      { name: 'desk', scope: 'propose', created_at: expect.stringMatching(/^20\d\d-/) },
    ]);
    expect((await token('revoke', 'desk')).stdout).toBe('REVOKED: desk opens nothing any more.\n');
    const [gone, none] = await Promise.all([token('revoke', 'desk'), token('list')]);
    expect(gone).toMatchObject({ code: 2, stdout: '' });
    expect(none.stdout).toBe('There is no token.\n');
  });

  it('needs a name and a scope that there is', async () => {
    const [name, scope] = await Promise.all([
      token('create', '../desk', '--scope', 'read'),
      token('create', 'desk', '--scope', 'admin'),
    ]);
    expect(name).toMatchObject({ code: 2, stderr: expect.stringContaining('small letters') });
    expect(scope).toMatchObject({ code: 2, stderr: expect.stringContaining('read, propose') });
  });
});

describe('an address that strangers reach', () => {
  it('is refused without a token, and without a name, and it is said why', async () => {
    const serve = ['serve', '--port', '0', '--host', '0.0.0.0'];
    const bare = await runCli(serve, env());
    expect(bare).toMatchObject({ code: 2, stdout: '' });
    expect(bare.stderr).toContain('there is no token to tell who may');
    await newToken('desk', 'read');
    const nameless = await runCli(serve, env());
    expect(nameless).toMatchObject({ code: 2, stdout: '' });
    expect(nameless.stderr).toContain('--allow-host');
  });
});

describe('serve', () => {
  it('relays to the owner of the account, and takes its place when it is killed', {
    timeout: 60_000,
  }, async () => {
    const exchange = work.start(['exchange', '--port', '0', '--positions', 'KO:20@50']);
    const here = env({ ...(await accessTo(exchange)), BIGBROTHER_MODE: 'execute' });
    const loop = work.start(['loop'], here);
    await loop.says(/"symbol":"KO".*place-(stop|tranches)/);
    const [executes, reads] = await Promise.all([
      newToken('trader', 'execute'),
      newToken('watcher', 'read'),
    ]);
    const server = work.start(['serve', '--port', '0'], here);
    const [, url = ''] = await server.says(/MCP over HTTP: (\S+)\/mcp/);
    await server.says(/This process is attached to it/);
    const ask = async (path: string) => (await fetch(`${url}${path}`)).text();
    expect(await ask('/metrics')).toContain('bigbrother_account_owner 0\n');

    const [trader, watcher] = await Promise.all([clientAt(url, executes), clientAt(url, reads)]);
    expect((await trader.call('get_portfolio_context')).json).toMatchObject({
      ...{ environment: 'simulated', mode: 'execute', guarded: true },
    });
    expect((await watcher.client.listTools()).tools).toHaveLength(3);
    const plan = await trader.call('propose_plan', { intent: 'halt' });
    const { plan_id, hash } = plan.json;
    const done = await trader.call('execute_plan', { plan_id, hash });
    expect(done).toMatchObject({ isError: false, json: { mode: 'execute' } });

    loop.signal('SIGKILL');
    // The same sessions go on; what was asked of the owner that died is told to be asked again.
    for (const { call } of [trader, watcher]) {
      const answered = async () => {
        const { isError, json } = await call('get_portfolio_context');
        return isError ? json.error : json.environment;
      };
      await expect.poll(answered, { timeout: 15_000 }).toBe('simulated');
    }
    await expect.poll(() => ask('/metrics')).toContain('bigbrother_account_owner 1\n');
    const figures = await ask('/metrics');
    expect(figures).toContain('bigbrother_loop_running 1\n');
    expect(figures).toContain('bigbrother_http_sessions{token="trader"} 1\n');
    expect(await ask('/readyz')).toBe('ready\n');

    server.signal('SIGTERM');
    const ended = await server.ended();
    expect(ended).toMatchObject({ code: 0, stdout: '' });
    const journal = await runCli(['history', '--json', '--limit', '500'], here);
    expect(journal.stdout).toContain('tool_called');
    for (const secret of [executes, reads]) {
      expect(ended.stderr + journal.stdout + figures).not.toContain(secret.slice(4));
    }
    expect(ended.stderr).toContain('A session of token trader (execute) began.');
  });
});
