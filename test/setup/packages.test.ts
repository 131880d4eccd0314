import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import type { Tool } from '@modelcontextprotocol/sdk/types.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import marketplace from '../../.claude-plugin/marketplace.json' with { type: 'json' };
import packageFile from '../../package.json' with { type: 'json' };
import server from '../../server.json' with { type: 'json' };
import { SHOWS_PAGES } from '../app/chat-host.ts';
import { CliProcess } from '../cli/run-cli.ts';
import { callerOf } from '../server/connect.ts';
import { filesInZip } from './strict-zip.ts';

type Launch = { command: string; args: string[]; env: Record<string, string> };
type Setting = {
  readonly type: string;
  readonly title: string;
  readonly description: string;
  readonly default: string | boolean;
  readonly sensitive?: boolean;
  readonly required: boolean;
};
type Manifest = {
  readonly version: string;
  readonly tools: { name: string }[];
  readonly server: { entry_point: string; mcp_config: Launch };
  readonly user_config: Record<string, Setting>;
};

const NAME = `bigbrother-${packageFile.version}.mcpb`;
let folder = '';
let zip = Buffer.alloc(0);

beforeAll(() => {
  // Beneath the checkout, where Node 20 finds the SQLite that later ones have built in.
  mkdirSync('dist', { recursive: true });
  folder = resolve(mkdtempSync('dist/bundle-test-'));
  execFileSync(process.execPath, ['scripts/bundle-mcpb.mjs', folder]);
  zip = readFileSync(join(folder, NAME));
});
afterAll(() => rmSync(folder, { recursive: true }));

const textIn = (name: string): string => filesInZip(zip).get(name)?.toString() ?? '';
const manifestIn = (): Manifest => JSON.parse(textIn('manifest.json'));

/** As a host does it: what the user left as it was, and nothing of a shell's environment. */
function filled<Shape>(value: Shape, values: Readonly<Record<string, string>>): Shape {
  const text = JSON.stringify(value).replace(
    /\$\{([^}]+)\}/g,
    (whole, name: string) => values[name] ?? /:-(.*)$/.exec(name)?.[1] ?? whole,
  );
  expect(text).not.toContain('${');
  return JSON.parse(text);
}

/** The others are there for the page alone. */
function isForTheModel({ _meta: meta }: Tool): boolean {
  const { visibility } = (meta?.ui ?? {}) as { readonly visibility?: readonly string[] };
  return visibility?.includes('model') ?? true;
}

async function toolsAndContext({ args, env }: Launch) {
  const client = new Client({ name: 'test-host', version: '0.0.0' }, { capabilities: SHOWS_PAGES });
  const home = mkdtempSync(join(folder, 'home-'));
  const transport = new StdioClientTransport({
    ...{ command: process.execPath, args, cwd: '/', stderr: 'ignore' },
    env: { HOME: home, ...env },
  });
  await client.connect(transport);
  try {
    const { tools } = await client.listTools();
    const { json } = await callerOf(client)('get_portfolio_context');
    const { contents } = await client.readResource({ uri: 'ui://bigbrother/guard.html' });
    const [page] = contents as { mimeType: string; text: string }[];
    return { names: tools.filter(isForTheModel).map(({ name }) => name), context: json, page };
  } finally {
    await client.close();
  }
}

/** As Claude Desktop unpacks and starts it; what the user leaves alone has its default. */
function unpacked(chosen: Readonly<Record<string, string>>): Launch {
  const place = join(folder, 'unpacked');
  for (const [name, content] of filesInZip(zip)) {
    mkdirSync(dirname(join(place, name)), { recursive: true });
    writeFileSync(join(place, name), content);
  }
  const { version, server, user_config: settings } = manifestIn();
  expect(version).toBe(packageFile.version);
  const values = Object.entries(settings).map(([key, setting]) => [
    `user_config.${key}`,
    chosen[key] ?? String(setting.default),
  ]);
  const launch = filled(server.mcp_config, { ...Object.fromEntries(values), __dirname: place });
  expect(launch.args[0]).toBe(join(place, server.entry_point));
  return launch;
}

describe('the bundle for Claude Desktop', () => {
  it('is an archive without an oddity, and holds no native code', () => {
    const program: string[] = JSON.parse(textIn('server/parts/program.json'));
    const parts = program.filter((name) => name !== 'bigbrother.js');
    expect(parts.length).toBeGreaterThan(0);
    expect([...filesInZip(zip).keys()]).toEqual([
      ...['LICENSE', 'manifest.json', 'package.json', 'server/bigbrother.js'],
      ...['server/page.css', 'server/page.html', 'server/page.js'],
      ...[...parts, 'parts/program.json'].map((name) => `server/${name}`).sort(),
    ]);
    expect(readFileSync(join(folder, `${NAME}.sha256`), 'utf8')).toBe(
      `${createHash('sha256').update(zip).digest('hex')}  ${NAME}\n`,
    );
  });

  it.each([
    ['a byte behind it', () => Buffer.concat([zip, Buffer.from([0])])],
    ['a byte that differs', () => zip.map((byte, at) => (at === 5_000 ? byte ^ 1 : byte))],
    ['a byte before it', () => Buffer.concat([Buffer.from([0]), zip])],
  ])('would not pass with %s', (_, spoilt) => {
    expect(() => filesInZip(Buffer.from(spoilt()))).toThrow();
  });

  it('starts with nothing filled in, lists the tools it promises and knows its account', async () => {
    const { names, context, page } = await toolsAndContext(unpacked({}));
    expect(names).toEqual(manifestIn().tools.map(({ name }) => name));
    expect(page?.mimeType).toBe('text/html;profile=mcp-app');
    expect(page?.text).toMatch(/<title>BigBrother<[\s\S]*<script>/);
    expect(context).toMatchObject({ environment: 'simulated', mode: 'propose', guarded: false });
  });

  it('guards the account when its switch is on', async () => {
    const { context } = await toolsAndContext(unpacked({ guard: 'true' }));
    expect(context).toMatchObject({ guarded: true });
  });

  it('serves the page of a browser, and prints the link to it', { timeout: 60_000 }, async () => {
    const [program = ''] = unpacked({}).args;
    const env = { BIGBROTHER_DATA_DIR: mkdtempSync(join(folder, 'data-')) };
    const server = new CliProcess(['serve', '--port', '0', '--no-loop'], env, program);
    const [, port = ''] = await server.says(/Page: "bigbrother page --port (\d+)"/);
    const link = await new CliProcess(['page', '--port', port], env, program).ended();
    expect(link.stdout).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/#login=bbt_/);
    for (const [path, file] of [
      ['/', 'page.html'],
      ['/page/page.js', 'page.js'],
      ['/page/page.css', 'page.css'],
    ] as const) {
      const answer = await fetch(`http://127.0.0.1:${port}${path}`);
      expect([path, answer.status]).toEqual([path, 200]);
      expect((await answer.text()) === textIn(`server/${file}`)).toBe(true);
    }
    server.signal('SIGTERM');
    expect((await server.ended()).code).toBe(0);
  });

  it('asks for every setting it uses, keeps secrets secret and cannot reach a live account', () => {
    const { server, user_config: settings } = manifestIn();
    const used = [...JSON.stringify(server.mcp_config).matchAll(/\$\{user_config\.(\w+)\}/g)];
    expect(used.map(([, name]) => name).sort()).toEqual(Object.keys(settings).sort());
    for (const [name, setting] of Object.entries(settings)) {
      expect([name, setting.sensitive ?? false]).toEqual([name, /key/.test(name)]);
      expect([name, setting.required, setting.default ?? null]).not.toContain(null);
    }
    const { env } = server.mcp_config;
    expect(env).toMatchObject({ APCA_API_BASE_URL: '', BIGBROTHER_LIVE_ACCOUNT: '' });
  });
});

describe('the plugin for Claude Code', () => {
  it('starts with an empty environment out of the folder that its marketplace names', async () => {
    const [listed] = marketplace.plugins;
    expect(listed?.source).toBe('./dist/claude-code');
    const root = join(folder, 'claude-code');
    const plugin = JSON.parse(readFileSync(join(root, '.claude-plugin/plugin.json'), 'utf8'));
    expect([plugin.name, plugin.version]).toEqual([listed?.name, packageFile.version]);
    const launch: Launch = filled(plugin.mcpServers.bigbrother, { CLAUDE_PLUGIN_ROOT: root });
    const { context } = await toolsAndContext(launch);
    expect(context).toMatchObject({ environment: 'simulated', mode: 'propose' });
  });
});

describe('the entry for the MCP registry', () => {
  it('names this package, this version and the settings that exist', () => {
    const [listed] = server.packages;
    expect(server.name).toBe(packageFile.mcpName);
    expect(server.description.length).toBeLessThanOrEqual(100);
    expect([server.version, listed?.version]).toEqual([packageFile.version, packageFile.version]);
    expect(listed).toMatchObject({ registryType: 'npm', identifier: packageFile.name });
    const secret = (listed?.environmentVariables ?? []).filter((each) => 'isSecret' in each);
    expect(secret.map(({ name }) => name)).toEqual(['APCA_API_KEY_ID', 'APCA_API_SECRET_KEY']);
  });
});
