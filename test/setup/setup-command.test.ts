import { existsSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { describe, expect, it } from 'vitest';
import { runCli } from '../cli/run-cli.ts';
import { useWorkplace } from '../cli/workplace.ts';
import { callerOf } from '../server/connect.ts';

const home = useWorkplace('setup');

const files = {
  'claude-desktop': '.config/Claude/claude_desktop_config.json',
  'claude-code': '.claude.json',
  vscode: '.config/Code/User/mcp.json',
  cursor: '.cursor/mcp.json',
} as const;
type HostName = keyof typeof files;
const hosts = Object.keys(files) as HostName[];
const sectionOf = (host: HostName) => (host === 'vscode' ? 'servers' : 'mcpServers');

const setup = (host: HostName, ...args: string[]) =>
  runCli(['setup', '--client', host, ...args], { HOME: home.path() });

const pathOf = (host: HostName) => join(home.path(), files[host]);
const read = (host: HostName) => readFileSync(pathOf(host), 'utf8');

function given(host: HostName, text: string): void {
  mkdirSync(dirname(pathOf(host)), { recursive: true });
  writeFileSync(pathOf(host), text, { mode: 0o644 });
}

type Entry = {
  readonly command: string;
  readonly args: string[];
  readonly env?: Record<string, string>;
};

/** As the host does it: strict JSON, its own section, and nothing of a shell's environment. */
async function startedBy(host: HostName): Promise<Client> {
  const { command, args, env } = JSON.parse(read(host))[sectionOf(host)].bigbrother as Entry;
  const client = new Client({ name: host, version: '0.0.0' });
  const own = { HOME: home.path(), PATH: '/usr/bin:/bin' };
  const transport = new StdioClientTransport({
    ...{ command, args, cwd: '/' },
    env: { ...own, ...env },
    stderr: 'ignore',
  });
  await client.connect(transport);
  return client;
}

describe('bigbrother setup, in an empty home', () => {
  it.each(hosts)('writes what %s starts a guarded account from', async (host) => {
    const { code, stdout } = await setup(host, '--mode', 'propose');
    expect(code).toBe(0);
    expect(stdout).toContain(pathOf(host));
    const client = await startedBy(host);
    try {
      const { tools } = await client.listTools();
      expect(tools.map(({ name }) => name)).toContain('get_portfolio_context');
      const { json } = await callerOf(client)('get_portfolio_context');
      expect(json).toMatchObject({ environment: 'simulated', mode: 'propose' });
    } finally {
      await client.close();
    }
    expect((await setup(host, '--undo')).code).toBe(0);
    expect(existsSync(pathOf(host))).toBe(false);
  });

  it('shows the difference and writes nothing when it is tried dry', async () => {
    const { code, stdout } = await setup('cursor', '--loop', '--dry-run', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      ...{ host: 'cursor', file: pathOf('cursor'), action: 'created', dry_run: true },
      entry: { args: [expect.stringMatching(/^\/.*bigbrother\.js$/), 'mcp', '--loop'] },
      difference: { line: 1, added: expect.arrayContaining(['    "bigbrother": {']) },
    });
    expect(existsSync(dirname(pathOf('cursor')))).toBe(false);
  });

  it('has nothing to take back where it wrote nothing', async () => {
    const { code, stdout } = await setup('claude-desktop', '--undo');
    expect([code, stdout]).toEqual([0, expect.stringContaining('nothing to do')]);
  });

  it('prints a link that installs the same as it would write, where a host follows one', async () => {
    const launch = async (host: HostName) => {
      expect((await setup(host)).code).toBe(0);
      return JSON.parse(read(host))[sectionOf(host)].bigbrother;
    };
    const vscode = (await setup('vscode', '--link')).stdout.trim();
    const [, named = ''] = /^vscode:mcp\/install\?(.+)$/.exec(vscode) ?? [];
    expect(JSON.parse(decodeURIComponent(named))).toEqual({
      ...{ name: 'bigbrother', ...(await launch('vscode')) },
    });
    const cursor = new URL((await setup('cursor', '--link')).stdout.trim());
    expect(cursor.href).toContain('cursor://anysphere.cursor-deeplink/mcp/install?name=bigbrother');
    const config = Buffer.from(cursor.searchParams.get('config') ?? '', 'base64').toString();
    expect(JSON.parse(config)).toEqual(await launch('cursor'));
    const refused = await setup('claude-desktop', '--link');
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('no such links')]);
  });

  it('prints what to paste', async () => {
    const { stdout } = await setup('vscode', '--print');
    expect(JSON.parse(stdout)).toMatchObject({
      servers: { bigbrother: { type: 'stdio', args: [expect.any(String), 'mcp'] } },
    });
    expect(existsSync(pathOf('vscode'))).toBe(false);
  });

  it('needs a host, and does not take back and write at once', async () => {
    const nobody = await runCli(['setup'], { HOME: home.path() });
    expect(nobody).toMatchObject({ code: 2, stderr: expect.stringContaining('--client <host>') });
    expect((await setup('cursor', '--undo', '--loop')).code).toBe(2);
  });
});

describe('bigbrother setup, where somebody has a file already', () => {
  const foreign = `{
  // how I like it
  "servers": { "other": { "command": "x", "env": { "OTHER_TOKEN": "theirs" } } },
  "inputs": [],
}
`;

  it('keeps everything, writes once, and gives it back byte for byte', async () => {
    given('vscode', foreign);
    expect((await setup('vscode')).code).toBe(0);
    const written = read('vscode');
    expect(written).toContain('// how I like it');
    expect(written).toContain('"other": { "command": "x", "env": { "OTHER_TOKEN": "theirs" } }');
    expect(statSync(pathOf('vscode')).mode & 0o777).toBe(0o644);
    const copy = `${pathOf('vscode')}.before-bigbrother`;
    expect(readFileSync(copy, 'utf8')).toBe(foreign);
    expect(statSync(copy).mode & 0o777).toBe(0o600);

    const again = await setup('vscode', '--json');
    expect(JSON.parse(again.stdout)).toMatchObject({ action: 'unchanged', difference: null });
    expect(read('vscode')).toBe(written);

    expect((await setup('vscode', '--loop')).code).toBe(0);
    expect((await setup('vscode', '--undo', '--dry-run')).stdout).toContain('would be taken out');
    expect(read('vscode')).toContain('--loop');
    expect((await setup('vscode', '--undo')).code).toBe(0);
    expect(read('vscode')).toBe(foreign);
    expect(existsSync(copy)).toBe(false);
  });

  it('takes only itself out when others changed the file meanwhile', async () => {
    const own = { command: 'mine', disabled: true };
    given('claude-code', JSON.stringify({ mcpServers: { bigbrother: own }, starts: 1 }, null, 2));
    expect((await setup('claude-code')).code).toBe(0);
    const { mcpServers } = JSON.parse(read('claude-code'));
    expect(mcpServers.bigbrother).toMatchObject({ type: 'stdio', disabled: true });
    given('claude-code', read('claude-code').replace('"starts": 1', '"starts": 2'));
    const { stdout } = await setup('claude-code', '--undo');
    expect(stdout).toContain('others changed the file meanwhile');
    expect(JSON.parse(read('claude-code'))).toEqual({ mcpServers: { bigbrother: own }, starts: 2 });
  });

  it('shows of the file what changes, and nothing that others keep there', async () => {
    given('cursor', '{\n  "token": "theirs"\n}\n');
    const { stdout } = await setup('cursor', '--dry-run');
    expect(stdout).toContain('line 3:\n+   "mcpServers": {');
    expect(stdout).not.toContain('theirs');
  });

  it('refuses a broken file, says where it is broken and what to enter by hand', async () => {
    given('claude-desktop', '{ "mcpServers": { "a": {} \n');
    const { code, stderr, stdout } = await setup('claude-desktop');
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('line 2, column 1: it ends where "}" is missing');
    expect(stderr).toContain('"bigbrother": {');
    expect(read('claude-desktop')).toBe('{ "mcpServers": { "a": {} \n');
    expect((await setup('claude-desktop', '--undo')).code).toBe(2);
  });

  it('follows a link and leaves it one', async () => {
    writeFileSync(home.path('kept.json'), '{}\n');
    symlinkSync(home.path('kept.json'), home.path('link.json'));
    expect((await setup('cursor', '--config-file', home.path('link.json'))).code).toBe(0);
    expect(readFileSync(home.path('kept.json'), 'utf8')).toContain('bigbrother');
    expect(existsSync(pathOf('cursor'))).toBe(false);
  });
});

describe('the doctor', () => {
  const hostsFound = async () => {
    const { stdout } = await runCli(['doctor', '--json'], { HOME: home.path() });
    const { findings } = JSON.parse(stdout) as { findings: { check: string; status: string }[] };
    return findings
      .filter(({ check }) => check.startsWith('host'))
      .map(({ check, status }) => [check, status]);
  };

  it('names the hosts that start it, and those that no longer can', async () => {
    expect(await hostsFound()).toEqual([['hosts', 'ok']]);
    await setup('vscode');
    await setup('cursor');
    given('cursor', read('cursor').replace('bigbrother.js', 'moved.js'));
    given('claude-code', '{ "mcpServers": { "bigbrother": { "url": "x" } } }');
    given('claude-desktop', '{ "mcpServers": {} }');
    expect(await hostsFound()).toEqual([
      ['host Claude Code', 'problem'],
      ['host VS Code', 'ok'],
      ['host Cursor', 'problem'],
    ]);
  });
});

describe('the keys', () => {
  const keys = { APCA_API_KEY_ID: 'PKTESTKEY', APCA_API_SECRET_KEY: 'very-secret' };
  const withKeys = (...args: string[]) =>
    runCli(['setup', '--client', 'cursor', ...args], { HOME: home.path(), ...keys });

  it('are not written unless somebody says so', async () => {
    const { stdout } = await withKeys();
    expect(stdout).toContain('not written');
    expect(read('cursor')).not.toContain('APCA');
  });

  it('go into the file alone, for its owner alone, and stay when it is set up again', async () => {
    given('cursor', '{}');
    const { code, stdout, stderr } = await withKeys('--keys-from-env');
    expect(code).toBe(0);
    expect(stdout).toContain('in plain text');
    expect(stdout + stderr).not.toContain('very-secret');
    expect(JSON.parse(read('cursor')).mcpServers.bigbrother.env).toEqual(keys);
    expect(statSync(pathOf('cursor')).mode & 0o777).toBe(0o600);
    const again = await setup('cursor', '--mode', 'observe');
    expect(again.stdout).toContain('were there before, and stay');
    const { env } = JSON.parse(read('cursor')).mcpServers.bigbrother;
    expect(env).toEqual({ ...keys, BIGBROTHER_MODE: 'observe' });
    const undone = await setup('cursor', '--undo');
    expect(undone.stdout).not.toContain('very-secret');
    expect(read('cursor')).toBe('{}');
  });

  it('of a live account are not written at all', async () => {
    const env = { HOME: home.path(), ...keys, APCA_API_KEY_ID: 'AKLIVE' };
    const { code } = await runCli(['setup', '--client', 'cursor', '--keys-from-env'], env);
    expect(code).toBe(2);
    expect(existsSync(pathOf('cursor'))).toBe(false);
  });
});
