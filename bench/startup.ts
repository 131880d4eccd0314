import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import type { Row } from './harness.ts';
import { withServers } from './started-hosts.ts';

const ROUNDS = 9;
/** Long enough for what a server does after its first answer. */
const IDLE_MS = 3_000;

/**
 * From the spawn of a process to its list of tools, as a host meets it: the shipped program
 * against the smallest unbundled server of the same SDK. Any other server can be named with
 * `PEER_CMD`, a command line.
 */
export async function startup(): Promise<Row> {
  const directory = mkdtempSync(join(tmpdir(), 'bigbrother-bench-start-'));
  const env = { PATH: process.env.PATH ?? '', BIGBROTHER_DATA_DIR: directory };
  const own = [process.execPath, resolve('dist/bigbrother.js'), 'mcp'];
  const named = process.env.PEER_CMD?.split(' ');
  const peer = named ?? [process.execPath, resolve('bench/one-tool-server.mjs')];
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let round = -2; round < ROUNDS; round += 1) {
    const [our, their] = [await firstList(own, env), await firstList(peer, env)];
    if (our.tools !== 5 || their.tools < 1)
      throw new Error(`${our.tools} and ${their.tools} tools`);
    if (round < 0) continue;
    ours.push(our.ms);
    theirs.push(their.ms);
  }
  const megabytes = await idleMegabytes(own, env);
  const keyed = await keyedMegabytes();
  rmSync(directory, { recursive: true });
  const ratios = ours.map((ms, round) => ms / (theirs[round] ?? Number.NaN));
  return {
    name: 'startup',
    peer: named === undefined ? 'unbundled one-tool server of the same SDK' : named.join(' '),
    ours: `${Math.round(median(ours))} ms`,
    theirs: `${Math.round(median(theirs))} ms`,
    ratio: { median: median(ratios), min: Math.min(...ratios), max: Math.max(...ratios) },
    aim: 'at most 0.75 of the time; under 90 MB idle',
    note: `spawn to tools/list; idle ${megabytes.toFixed(1)} MB, with keys ${keyed.toFixed(1)} MB`,
  };
}

/** A host's first words to a server. */
const GREETING = [
  {
    ...{ jsonrpc: '2.0', id: 1, method: 'initialize' },
    params: {
      protocolVersion: '2025-11-25',
      capabilities: {},
      clientInfo: { name: 'bench', version: '0.0.0' },
    },
  },
  { jsonrpc: '2.0', method: 'notifications/initialized' },
  { jsonrpc: '2.0', id: 2, method: 'tools/list' },
];

type Env = Readonly<Record<string, string>>;

async function firstList(command: readonly string[], env: Env) {
  const started = performance.now();
  const child = startedAs(command, env);
  const tools = await listOf(child);
  const ms = performance.now() - started;
  await endOf(child);
  return { ms, tools };
}

function startedAs([program = '', ...args]: readonly string[], env: Env) {
  const child = spawn(program, args, { env, stdio: ['pipe', 'pipe', 'pipe'] });
  child.stderr.resume();
  for (const message of GREETING) child.stdin.write(`${JSON.stringify(message)}\n`);
  return child;
}

/** @returns how many tools are listed */
async function listOf(child: ChildProcessWithoutNullStreams): Promise<number> {
  for await (const line of createInterface({ input: child.stdout })) {
    const { id, result } = JSON.parse(line) as { id?: number; result?: { tools?: unknown[] } };
    if (id === 2) return result?.tools?.length ?? 0;
  }
  throw new Error('the server ended before it listed its tools');
}

async function endOf(child: ChildProcessWithoutNullStreams): Promise<void> {
  const ended = new Promise((resolve) => child.once('close', resolve));
  child.stdin.end();
  child.kill('SIGKILL');
  await ended;
}

async function idleMegabytes(command: readonly string[], env: Env): Promise<number> {
  const child = startedAs(command, env);
  await listOf(child);
  await new Promise((resolve) => setTimeout(resolve, IDLE_MS));
  const megabytes = megabytesOf(child.pid);
  await endOf(child);
  return megabytes;
}

/** The same with the account of one position behind HTTP, as at Alpaca. */
const keyedMegabytes = (): Promise<number> =>
  withServers({ positions: 1 }, async ({ ours: { client } }) => {
    await client.listTools();
    await new Promise((resolve) => setTimeout(resolve, IDLE_MS));
    const { transport } = client;
    return megabytesOf(transport instanceof StdioClientTransport ? transport.pid : null);
  });

function megabytesOf(pid: number | null | undefined): number {
  const pages = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+) kB/.exec(pages)?.[1] ?? Number.NaN) / 1_000;
}

const median = (values: readonly number[]): number =>
  values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN;
