import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { listen } from '../../src/adapters/system/http-listener.ts';
import { numberOf } from '../invariants/units.ts';
import { callThrough } from './agent-line.ts';
import { type Ask, changeFor } from './asks.ts';
import { askBigBrother } from './guarded-agent.ts';
import { realPace, TEN } from './pace.ts';
import type { SubjectName } from './simulated.ts';
import { AGENTS, type Subject, type Surroundings, SYMBOLS } from './subject.ts';
import { UnguardedAgent } from './unguarded-agent.ts';
import { type StormFigures, StormWorld } from './world.ts';

const BIGBROTHER = resolve('dist/bigbrother.js');
const OLD_BOT = resolve('dist/storm/old-bot/main.mjs');
const PASS_THROUGH = resolve('dist/storm/pass-through/main.mjs');
const SHIFTED_TIME = resolve('simulation/storm/shifted-time.mjs');
const FIRST_LOOK_MS = 60_000;

const NO_LIMIT = {
  saleDollarsPerDay: 1_000_000_000,
  saleEquityPercentPerDay: 100,
  salePositionPercentPerDay: 100,
  addedDollars: 1_000_000_000,
};

/** What holds agents back, but for the collisions, is as wide as a settings file allows. */
const SETTINGS = {
  plansInFlight: 40,
  approvals: { limits: NO_LIMIT, proposalsPerMinute: 60 },
  policies: {
    repeatedExecution: { times: 1_000 },
    concentration: { sectorPercent: 400, clusterPercent: 400, unknownSectorPercent: 400 },
    exposureTotal: { percentOfEquity: 400 },
    symbols: { allowed: SYMBOLS },
    risk: { rebalanceBandPercent: 0.02 },
  },
};

type Env = Readonly<Record<string, string>>;
/** All that was started, to be ended whatever happens. */
type Children = {
  readonly programs: ChildProcessWithoutNullStreams[];
  readonly clients: Client[];
};
type Site = Surroundings & {
  readonly url: string;
  readonly directory: string;
  readonly env: Env;
  readonly children: Children;
};

/** The same storm with real processes: each agent's MCP server, and an exchange over HTTP. */
export async function stormProcesses(
  subject: SubjectName,
  seed: number,
  episodes: number,
): Promise<StormFigures> {
  if (!existsSync(BIGBROTHER)) throw new Error('There is no dist/bigbrother.js: npm run build');
  const pace = realPace();
  const shiftMs = TEN - Date.now();
  const world = new StormWorld(seed, pace);
  const { requestListener, upgradeListener } = world.exchange;
  const listener = await listen({
    ...{ host: '127.0.0.1', port: 0 },
    ...{ onRequest: requestListener, onUpgrade: upgradeListener },
  });
  const directory = mkdtempSync(join(tmpdir(), 'bigbrother-storm-'));
  const url = `http://127.0.0.1:${listener.port}`;
  const env = {
    PATH: process.env.PATH ?? '',
    NODE_OPTIONS: `--import=${SHIFTED_TIME}`,
    STORM_SHIFT_MS: String(shiftMs),
  };
  const children: Children = { programs: [], clients: [] };
  try {
    const make = makers[subject];
    const site = { url, directory, env, children };
    return await world.play((around) => make({ ...around, ...site }), episodes);
  } finally {
    await Promise.all(children.clients.map((client) => client.close()));
    await Promise.all(children.programs.map(ended));
    await listener.close();
    rmSync(directory, { recursive: true, force: true });
  }
}

const makers: Readonly<Record<SubjectName, (site: Site) => Promise<Subject>>> = {
  bigbrother: bigBrotherProcesses,
  'old-bot': oldBotProcess,
  'pass-through': passThroughProcesses,
};

/** One owner with its loop, and twenty more processes that hosts have started, attached to it. */
async function bigBrotherProcesses(site: Site): Promise<Subject> {
  const { url, keys, directory, env } = site;
  const config = join(directory, 'bigbrother.config.json');
  writeFileSync(config, JSON.stringify(SETTINGS));
  const own: Env = {
    ...env,
    ...{ APCA_API_KEY_ID: keys.keyId, APCA_API_SECRET_KEY: keys.secretKey },
    ...{ APCA_API_BASE_URL: url, BIGBROTHER_MODE: 'execute' },
    ...{ BIGBROTHER_DATA_DIR: directory, BIGBROTHER_CONFIG: config },
  };
  started([BIGBROTHER, 'loop'], own, site);
  await firstOrderAt(site);
  const agents = await connected([BIGBROTHER, 'mcp'], own, site);
  return {
    ask: async (agent, ask, repeats) => {
      const client = agents[agent];
      if (client === undefined) return 'refused';
      return askBigBrother(callThrough(client), ask, repeats, site);
    },
    welcome: async () => {},
    stop: async () => {},
  };
}

async function passThroughProcesses(site: Site): Promise<Subject> {
  const { url, keys, env, clock } = site;
  const clients = await connected([PASS_THROUGH, url, keys.keyId, keys.secretKey], env, site);
  const agents = clients.map((client) => new UnguardedAgent(callThrough(client), clock));
  const welcome = async (symbols: readonly string[]) => {
    for (const symbol of symbols) await agents[0]?.ask({ kind: 'protect', symbol }, false);
  };
  await welcome(SYMBOLS);
  return {
    ask: async (agent, ask, repeats) => agents[agent]?.ask(ask, repeats) ?? 'refused',
    welcome,
    stop: async () => {},
  };
}

async function oldBotProcess(site: Site): Promise<Subject> {
  const { url, keys, env } = site;
  const bot = started([OLD_BOT, url, keys.keyId, keys.secretKey], env, site);
  await firstOrderAt(site);
  return {
    ask: async (_agent, ask, repeats) => {
      const lines = linesFor(ask, site).map((line) => `${JSON.stringify(line)}\n`);
      for (const line of repeats ? [...lines, ...lines] : lines) bot.stdin.write(line);
      return 'done';
    },
    welcome: async () => {},
    stop: async () => {},
  };
}

function linesFor(ask: Ask, { core, accountId }: Surroundings): readonly object[] {
  switch (ask.kind) {
    case 'sell':
      return [{ do: 'sell', symbol: ask.symbol, quantity: ask.shares }];
    case 'exit':
      return [{ do: 'sell', symbol: ask.symbol, quantity: null }];
    case 'protect':
      return [{ do: 'protect', symbol: ask.symbol }];
    case 'exit_group':
      return ask.symbols.map((symbol) => ({ do: 'sell', symbol, quantity: null }));
    case 'rebalance':
      return ask.targets.flatMap((target) => {
        const { symbol } = target;
        const change = changeFor(target, numberOf(core.position(accountId, symbol)?.qty ?? 0n));
        const quantity = Math.abs(change);
        return quantity === 0 ? [] : [{ do: change < 0 ? 'sell' : 'buy', symbol, quantity }];
      });
    case 'enter':
      return [{ do: 'buy', symbol: ask.symbol, quantity: ask.shares }];
  }
}

/**
 * Twenty hosts, each with a server process of its own on its stdin and stdout; one after the
 * other, since a machine where all begin at once leaves none of them its time to answer.
 */
async function connected(
  args: readonly string[],
  env: Env,
  { children: { clients } }: Site,
): Promise<Client[]> {
  for (let agent = 0; agent < AGENTS; agent += 1) {
    const command = { command: process.execPath, args: [...args], env: { ...env } };
    const transport = new StdioClientTransport({ ...command, stderr: 'ignore' });
    const client = new Client({ name: `agent-${agent}`, version: '0' });
    await client.connect(transport);
    clients.push(client);
  }
  return clients;
}

function started(
  args: readonly string[],
  env: Env,
  { children }: Site,
): ChildProcessWithoutNullStreams {
  const child = spawn(process.execPath, args, { env: { ...env } });
  children.programs.push(child);
  child.stdout.resume();
  child.stderr.resume();
  return child;
}

async function ended(child: ChildProcessWithoutNullStreams): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const closed = once(child, 'close');
  child.kill('SIGTERM');
  await closed;
}

/** The first order that reaches the exchange shows that the process is at work. */
async function firstOrderAt({ core, clock }: Site): Promise<void> {
  let hasOrdered = false;
  core.subscribe(({ kind }) => {
    if (kind === 'trade_update') hasOrdered = true;
  });
  for (let waited = 0; !hasOrdered; waited += 100) {
    if (waited > FIRST_LOOK_MS) throw new Error('the process has sent no order within a minute');
    await clock.sleep(100);
  }
}
