import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { getEncoding } from 'js-tiktoken';

type Env = Readonly<Record<string, string>>;
export type Call = readonly [name: string, args: Record<string, unknown>];

/** A server as a host has started it, and what its answers cost a model. */
export type Server = {
  readonly name: string;
  readonly client: Client;
  call(...call: Call): Promise<{ readonly json: Record<string, unknown>; readonly text: string }>;
};

/** An account on the paper exchange, BigBrother in front of it, and what it is compared with. */
export type Bench = {
  readonly ours: Server;
  readonly peer: Server;
  /** How the peer shows the whole portfolio. */
  readonly peerCalls: readonly Call[];
  /** What the exchange answered to one of its own addresses. */
  read(path: string): Promise<unknown>;
};

const cl100k = getEncoding('cl100k_base');
export const tokensOf = (text: string): number => cl100k.encode(text).length;

export const symbolsOf = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => `S${String(index).padStart(3, '0')}`);

/**
 * Measures with real processes over stdio. The peer is `PEER_CMD` with `PEER_CALLS`, the calls
 * that show a portfolio as JSON (`[["get_positions", {}]]`); else a server that passes the
 * broker's answers through. It finds the account in `APCA_API_BASE_URL` and the two keys.
 */
export async function withServers<Measured>(
  given: { readonly positions: number; readonly brokerDelayMs?: number },
  measure: (bench: Bench) => Promise<Measured>,
): Promise<Measured> {
  const directory = mkdtempSync(join(tmpdir(), 'bigbrother-bench-hosts-'));
  const lines = symbolsOf(given.positions).map((symbol) => `${symbol},10,100`);
  const file = join(directory, 'positions.csv');
  writeFileSync(file, ['symbol,qty,average_entry_price', ...lines].join('\n'));
  const exchange = spawn(process.execPath, [
    ...[resolve('dist/bigbrother.js'), 'exchange', '--port', '0', '--no-page', '--control'],
    ...['--positions', file],
  ]);
  const clients: Client[] = [];
  const start = async (name: string, command: readonly string[], env: Env): Promise<Server> => {
    const server = await started(name, command, { ...env, BIGBROTHER_DATA_DIR: directory });
    clients.push(server.client);
    return server;
  };
  try {
    const { env, token } = await addressOf(exchange);
    const url = env.APCA_API_BASE_URL ?? '';
    if (given.brokerDelayMs !== undefined) await delayed(url, token, given.brokerDelayMs);
    const program = [process.execPath, resolve('dist/bigbrother.js'), 'mcp'];
    const ours = await start('BigBrother', program, { ...env, BIGBROTHER_MODE: 'execute' });
    const named = namedPeer();
    const peer = await start(named.name, named.command, env);
    const keys = env.APCA_API_KEY_ID ?? '';
    const headers = {
      'APCA-API-KEY-ID': keys,
      'APCA-API-SECRET-KEY': env.APCA_API_SECRET_KEY ?? '',
    };
    const read = async (path: string) => (await fetch(`${url}${path}`, { headers })).json();
    return await measure({ ours, peer, peerCalls: named.calls, read });
  } finally {
    for (const client of clients) await client.close();
    exchange.kill();
    rmSync(directory, { recursive: true, force: true });
  }
}

function namedPeer(): {
  readonly name: string;
  readonly command: readonly string[];
  readonly calls: readonly Call[];
} {
  const { PEER_CMD, PEER_CALLS } = process.env;
  if (PEER_CMD !== undefined) {
    return { name: PEER_CMD, command: PEER_CMD.split(' '), calls: JSON.parse(PEER_CALLS ?? '[]') };
  }
  const command = [process.execPath, resolve('bench/pass-through-server.mjs')];
  return { name: 'pass-through of the same SDK', command, calls: [['show_portfolio', {}]] };
}

export async function started(
  name: string,
  [command = '', ...args]: readonly string[],
  env: Env,
): Promise<Server> {
  const { PATH = '', HOME = '' } = process.env;
  const transport = new StdioClientTransport({
    ...{ command, args, stderr: 'ignore' },
    env: { PATH, HOME, ...env },
  });
  const client = new Client({ name: 'bench', version: '0.0.0' });
  await client.connect(transport);
  const call = async (tool: string, input: Record<string, unknown>) => {
    const result = await client.callTool({ name: tool, arguments: input });
    const [first] = result.content as { readonly text?: string }[];
    const json = (result.structuredContent ?? {}) as Record<string, unknown>;
    return { json, text: first?.text ?? '' };
  };
  return { name, client, call };
}

/** Resolves with what the exchange prints for whoever wants to use it. */
function addressOf(exchange: ChildProcess): Promise<{ readonly env: Env; readonly token: string }> {
  return new Promise((done, failed) => {
    let printed = '';
    exchange.once('exit', (code) => failed(new Error(`the exchange ended with ${code}`)));
    exchange.stdout?.on('data', (chunk) => {
      printed += String(chunk);
      if (!printed.includes('Ctrl-C')) return;
      const entries = [...printed.matchAll(/^(APCA_\w+)=(.+)$/gm)];
      const env = Object.fromEntries(entries.map(([, name, value]) => [name, value ?? '']));
      done({ env, token: /X-Sim-Token: (\S+)/.exec(printed)?.[1] ?? '' });
    });
  });
}

async function delayed(url: string, token: string, delayMs: number): Promise<void> {
  const answer = await fetch(`${url}/__sim/faults`, {
    ...{ method: 'POST', headers: { 'content-type': 'application/json', 'x-sim-token': token } },
    body: JSON.stringify({ where: {}, when: { every: 1 }, what: { kind: 'delay', ms: delayMs } }),
  });
  if (!answer.ok) throw new Error(`the exchange takes no delay: ${await answer.text()}`);
}
