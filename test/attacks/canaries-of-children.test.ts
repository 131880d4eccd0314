import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { describe, expect, it, onTestFinished } from 'vitest';
import { runCli } from '../cli/run-cli.ts';
import { accessTo, useWorkplace } from '../cli/workplace.ts';
import { perplexityService } from '../intelligence/perplexity-service.ts';
import { callerOf } from '../server/connect.ts';
import { everythingIn, talkative } from './canary-rig.ts';

type Env = Readonly<Record<string, string>>;

const PERPLEXITY_KEY = 'pplx-canary-5d4c3b2a190807f6e5d4c3b2a1';
const SUPABASE_KEY = 'sb_publishable_canaryofchildren0123456789abcdef';
const ACCOUNT_KEY = `bbk_${'deadbea7'.repeat(8)}`;
const UNRELATED = 'canary-unrelated-0a1b2c3d4e5f60718293';
const HOOK_PATH = 'canary-webhook-77665544332211';
const HEART_PATH = 'canary-heartbeat-11223344556677';

const work = useWorkplace('child-canaries');

/** The minute until the servers are asked first passes in a second; all else takes its time. */
const QUICK_MINUTES = `data:text/javascript,${encodeURIComponent(
  'const own=setTimeout;globalThis.setTimeout=(f,ms,...a)=>own(f,ms===60000?1000:ms,...a)',
)}`;

/** A place that is told of alerts, and wants none. */
async function unwilling(): Promise<string> {
  const server = createServer((request, response) => {
    response.writeHead(500).end(`no: ${request.method} ${request.url}`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

type Child = { readonly pid: number; readonly args: string; readonly env: string };

/** Everything that a process has started, and what that has; as the system keeps it. */
function childrenOf(parent: number): readonly Child[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.flatMap((pid) => {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
      const [, ppid] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      if (Number(ppid) !== parent) return [];
      const [args, env] = ['cmdline', 'environ'].map((name) =>
        readFileSync(`/proc/${pid}/${name}`, 'latin1').replaceAll('\0', '\n'),
      );
      const own = { pid: Number(pid), args: args ?? '', env: env ?? '' };
      return [own, ...childrenOf(own.pid)];
    } catch {
      return []; // It has ended meanwhile.
    }
  });
}

/** Keeps all that it was started with and told. */
const hook = (directory: string): readonly string[] => [
  ...['/bin/sh', '-c'],
  `cat /proc/$$/environ > ${directory}/hook-$$-environ; ` +
    `cat /proc/$$/cmdline > ${directory}/hook-$$-cmdline; cat > ${directory}/hook-$$-said`,
];

const namesIn = (env: string): readonly string[] =>
  env
    .split('\n')
    .flatMap((line) => (line === '' ? [] : [line.split('=')[0] ?? '']))
    .sort();

const onLinux = process.platform === 'linux';

describe.runIf(onLinux)('what BigBrother starts', () => {
  it('is given the one secret that is for it, and no other: servers, programs and pages alike', async () => {
    const exchange = work.start([
      ...['exchange', '--port', '0', '--account-number', 'PA777'],
      ...['--positions', 'AAPL:10@100,KO:20@50'],
    ]);
    const keys = await accessTo(exchange);
    const broker = await talkative(new URL(keys.APCA_API_BASE_URL ?? ''));
    const market = await perplexityService(() => ({ text: 'Nothing of note.' }));
    const strangers = await unwilling();
    work.settings({ alerts: { command: hook(work.path()) } });
    const env: Env = {
      ...{ ...keys, ...work.place(), APCA_API_BASE_URL: broker.url },
      BIGBROTHER_MODE: 'execute',
      ...{ PERPLEXITY_API_KEY: PERPLEXITY_KEY, PERPLEXITY_BASE_URL: market.url },
      ...{ SUPABASE_URL: 'http://127.0.0.1:9', SUPABASE_KEY, SUPABASE_ACCOUNT_KEY: ACCOUNT_KEY },
      BIGBROTHER_ALERT_WEBHOOKS: `${strangers}/${HOOK_PATH}`,
      BIGBROTHER_HEARTBEAT_URL: `${strangers}/${HEART_PATH}`,
      ...{ UNRELATED_TOKEN: UNRELATED, NODE_OPTIONS: `--import=${QUICK_MINUTES}` },
    };
    const { APCA_API_KEY_ID: keyId = '', APCA_API_SECRET_KEY: secretKey = '' } = keys;
    const token = (
      await runCli(['token', 'create', 'desk', '--scope', 'execute'], env)
    ).stdout.trim();
    const server = work.start(['serve', '--port', '0', '--no-loop'], env);
    const [, url = ''] = await server.says(/MCP over HTTP: (\S+)\/mcp/);
    const { client, call } = await chatAt(url, token);
    // Two bare positions at once are worth a thought.
    const { json } = await call('propose_plan', { intent: 'manage' });
    expect(json).toMatchObject({ parts: [{}, {}] });
    await call('execute_plan', { plan_id: json.plan_id, hash: json.hash });

    const servers = ['server-memory', 'server-sequential-thinking', 'perplexity'];
    const seen = new Map<string, Child>();
    const missing = () => {
      for (const child of childrenOf(server.pid())) seen.set(`${child.pid} ${child.args}`, child);
      const all = [...seen.values()].map(({ args }) => args).join();
      return servers.filter((name) => !all.includes(name));
    };
    await expect.poll(missing, { timeout: 8_000 }).toEqual([]);
    // A server that runs has not been asked yet.
    await expect.poll(() => market.asked.length, { timeout: 30_000 }).toBeGreaterThan(0);
    const hooked = () => everythingIn(work.path()).filter(([path]) => path.includes('hook-'));
    await expect
      .poll(() => hooked().filter(([path, text]) => path.endsWith('-said') && text !== '').length, {
        timeout: 20_000,
      })
      .toBeGreaterThan(0);
    missing();

    const heard: [string, string][] = [];
    const { resources } = await client.listResources();
    for (const { uri } of resources) {
      heard.push([uri, JSON.stringify(await client.readResource({ uri }))]);
    }
    expect(resources.map(({ uri }) => uri)).toContain('ui://bigbrother/guard.html');
    for (const [path, text] of await pagesOf(url, env)) heard.push([path, text]);
    server.signal('SIGTERM');
    const { stdout, stderr } = await server.ended();
    heard.push(['what serve said', stdout + stderr]);

    const everyone = [keyId, secretKey, SUPABASE_KEY, ACCOUNT_KEY, UNRELATED, token];
    const secrets = [...everyone, HOOK_PATH, HEART_PATH, PERPLEXITY_KEY];
    const leaks = (where: string, text: string, among: readonly string[]) =>
      among.flatMap((secret) =>
        text.includes(secret) ? [`${secret.slice(0, 14)} in ${where}`] : [],
      );
    const children = [...seen.values()];
    expect(
      children.flatMap(({ args, env: given }) =>
        leaks(args, args + given, args.includes('perplexity') ? secrets.slice(0, -1) : secrets),
      ),
    ).toEqual([]);
    expect(
      [...heard, ...everythingIn(work.path())].flatMap(([where, text]) =>
        leaks(where, text, secrets),
      ),
    ).toEqual([]);

    // They were looked at indeed: each server has what is meant for it, and nothing else.
    const given = servers.map((name) =>
      namesIn(children.find(({ args }) => args.includes(name))?.env ?? ''),
    );
    expect(given).toEqual([
      ['MEMORY_FILE_PATH'],
      ['DISABLE_THOUGHT_LOGGING'],
      ['PERPLEXITY_API_KEY', 'PERPLEXITY_BASE_URL', 'PERPLEXITY_TIMEOUT_MS'],
    ]);
    const ofHooks = hooked().filter(([path]) => path.endsWith('environ'));
    // A shell names its own directory to itself; nothing else is there.
    for (const [, text] of ofHooks) expect(namesIn(text.replaceAll('\0', '\n'))).toEqual([]);
    expect(market.asked.length).toBeGreaterThan(0);
    expect(broker.refusals()).toBeGreaterThan(0);
  }, 90_000);

  it('says of an error that nobody caught what it was, without the keys that hang on it', async () => {
    const secrets: Env = {
      APCA_API_KEY_ID: 'PKCANARY0123456789AB',
      APCA_API_SECRET_KEY: 'canary/secret+0123456789abcdefghijklmnop',
    };
    for (const thrown of ['throw error', 'Promise.reject(error)']) {
      const code =
        'const{APCA_API_KEY_ID:id,APCA_API_SECRET_KEY:key}=process.env;' +
        "const error=Object.assign(new Error('the request failed for '+key),{config:{id,key}});" +
        "process.on('newListener',(name)=>{if(name==='uncaughtException')" +
        `setTimeout(()=>{${thrown}},50)})`;
      const preload = `data:text/javascript,${encodeURIComponent(code)}`;
      const env = { ...work.place(), ...secrets, NODE_OPTIONS: `--import=${preload}` };
      const { code: status, stdout, stderr } = await runCli(['exchange', '--port', '0'], env);
      expect(status).toBe(1);
      expect(stderr).toMatch(/a fault in BigBrother: Error: the request failed for \[redacted\]/);
      for (const secret of Object.values(secrets)) expect(stdout + stderr).not.toContain(secret);
    }
  }, 30_000);
});

/** A host that shows pages of servers in its chat. */
async function chatAt(url: string, token: string) {
  const extensions = { 'io.modelcontextprotocol/ui': { mimeTypes: ['text/html;profile=mcp-app'] } };
  const client = new Client(
    { name: 'test-host', version: '0.0.0' },
    { capabilities: { extensions } },
  );
  const headers = { authorization: `Bearer ${token}` };
  await client.connect(
    new StreamableHTTPClientTransport(new URL(`${url}/mcp`), { requestInit: { headers } }),
  );
  onTestFinished(() => client.close());
  return { client, call: callerOf(client) };
}

/** What the browser of the account's owner is shown, page by page. */
async function pagesOf(url: string, env: Env): Promise<readonly (readonly [string, string])[]> {
  const { port } = new URL(url);
  const link = (await runCli(['page', '--port', port], env)).stdout.trim();
  const [, secret = ''] = /#login=(\S+)$/.exec(link) ?? [];
  const login = await fetch(`${url}/page/login`, {
    ...{ method: 'POST', body: JSON.stringify({ secret }) },
    headers: { 'content-type': 'application/json', origin: url },
  });
  expect(login.status).toBe(200);
  const cookie = login.headers
    .getSetCookie()
    .map((each) => each.split(';')[0])
    .join('; ');
  const views = ['board', 'timeline', 'rules', 'equity', 'tape'].map(
    (name) => `/page/view/${name}`,
  );
  const paths = ['/', '/page/page.js', '/metrics', '/readyz', ...views];
  return Promise.all(
    paths.map(async (path) => {
      const answer = await fetch(`${url}${path}`, { headers: { cookie } });
      return [`${path} ${answer.status}`, await answer.text()] as const;
    }),
  );
}
