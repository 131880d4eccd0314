import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import type { CallToolResult, Tool } from '@modelcontextprotocol/sdk/types.js';
import { build } from 'esbuild';
import type { BrowserContext, Frame } from 'playwright-core';
import { appPage } from '../../scripts/app-page.mjs';
import { SeededIds } from '../../src/adapters/system/seeded-ids.ts';
import { createMcpServer } from '../../src/server/mcp-server.ts';
import { type Guarded, settle } from '../support/guarded-account.ts';

export const SHOWS_PAGES = {
  extensions: { 'io.modelcontextprotocol/ui': { mimeTypes: ['text/html;profile=mcp-app'] } },
};

/** What MCP Apps prescribes where a page names nothing. */
const CSP = [
  "default-src 'none'",
  "script-src 'self' 'unsafe-inline'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "media-src 'self' data:",
  "connect-src 'none'",
].join('; ');

export type Answered = CallToolResult & { readonly _meta?: Record<string, unknown> };
type Params = { readonly name: string; readonly arguments?: Record<string, unknown> };

/** One host connected to the server of a guarded account. */
export async function hostOf(
  guarded: Guarded,
  { capabilities = SHOWS_PAGES }: { readonly capabilities?: object } = {},
) {
  const server = createMcpServer({
    bigBrother: guarded.bigBrother,
    clock: guarded.clock,
    ids: new SeededIds(`app-${nextHost()}`),
    version: '0.0.0',
    secrets: [],
    log: () => {},
    app: { page: await appPage(), approvals: guarded.approvals },
  });
  const [hostSide, serverSide] = InMemoryTransport.createLinkedPair();
  await server.connect(serverSide);
  const client = new Client({ name: 'chat', version: '1' }, { capabilities });
  await client.connect(hostSide);
  const { tools } = await client.listTools();
  let last: Promise<unknown> = Promise.resolve();
  /** One after the other: all of them move the same clock. */
  const call = (name: string, args: Record<string, unknown> = {}): Promise<Answered> => {
    const asked = last.then(() =>
      settle(guarded.clock, client.callTool({ name, arguments: args })),
    );
    last = asked.catch(() => undefined);
    return asked as Promise<Answered>;
  };
  return { client, tools, call, close: () => client.close() };
}

let hosts = 0;
const nextHost = (): number => {
  hosts += 1;
  return hosts;
};

type Host = Pick<Awaited<ReturnType<typeof hostOf>>, 'tools'> & {
  call(name: string, args?: Record<string, unknown>): Promise<CallToolResult>;
};

export const visibilityOf = ({ _meta }: Tool): readonly string[] =>
  (_meta?.ui as { visibility?: string[] } | undefined)?.visibility ?? ['model', 'app'];

/**
 * A browser's tab with that chat, for one host after the other.
 *
 * @param served the page as a server gave it; by default as the sources make it
 */
export async function openChat(context: BrowserContext, served?: string) {
  const { outputFiles } = await build({
    entryPoints: ['test/app/host-page.mjs'],
    bundle: true,
    write: false,
    format: 'iife',
    logLevel: 'warning',
  });
  const script = outputFiles?.[0]?.text ?? '';
  const html = served ?? (await appPage());
  const server = await listening(script, html);
  const { port } = server.address() as AddressInfo;
  const page = await context.newPage();
  let host: Host | null = null;
  let refusedCalls = 0;
  const told: string[] = [];
  await page.exposeFunction('callFromApp', async ({ name, arguments: args }: Params) => {
    const tool = host?.tools.find((each) => each.name === name);
    if (host === null || tool === undefined || !visibilityOf(tool).includes('app')) {
      refusedCalls += 1;
      throw new Error(`${name} is not for the app`);
    }
    return host.call(name, args ?? {});
  });
  await page.exposeFunction('tellModel', (params: unknown) => told.push(JSON.stringify(params)));
  return {
    page,
    told,
    refusedCalls: () => refusedCalls,
    /** Opens the page with what a tool answered, as a chat does under that answer. */
    async show(
      given: Host,
      result: CallToolResult | null,
      more: { readonly context?: object; readonly capabilities?: object } = {},
    ): Promise<Frame> {
      host = given;
      told.length = 0;
      if (!page.url().includes(`:${port}/`)) await page.goto(`http://127.0.0.1:${port}/`);
      const { context: shown = { theme: 'light' }, capabilities } = more;
      await page.evaluate((options) => (globalThis as unknown as ChatWindow).openApp(options), {
        result,
        context: shown,
        capabilities: capabilities ?? { serverTools: {}, updateModelContext: { text: {} } },
      });
      const frame = page.frames().find((each) => each.url().endsWith('/app'));
      if (frame === undefined) throw new Error('the page did not open');
      return frame;
    },
    change: (changed: object): Promise<void> =>
      page.evaluate((to) => (globalThis as unknown as ChatWindow).changeContext(to), changed),
    async close() {
      await page.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

type ChatWindow = {
  openApp(options: object): Promise<void>;
  changeContext(context: object): void;
};

async function listening(script: string, app: string): Promise<Server> {
  const chat =
    '<!doctype html><html lang="en"><title>Chat</title><style>body{margin:0}' +
    `iframe{border:0;width:100%;height:100px;display:block}</style><body><script>${script}</script>`;
  const server = createServer(({ url }, response) => {
    const isApp = url === '/app';
    response.writeHead(200, {
      'content-type': 'text/html; charset=utf-8',
      ...(isApp ? { 'content-security-policy': CSP } : {}),
    });
    response.end(isApp ? app : chat);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}
