import { childStarter, nodeProgram } from '../adapters/system/child-process.ts';
import {
  DataDirectory,
  fileExists,
  readTextFile,
  replaceTextFile,
} from '../adapters/system/files.ts';
import { PrivateMemoryFile } from '../adapters/system/private-memory-file.ts';
import type { Settings } from '../config.ts';
import type { AdvisorStatus, SymbolBackground } from '../domain/answers.ts';
import { text } from '../domain/decimal.ts';
import type { Ticker } from '../domain/ids.ts';
import type { LearningBounds } from '../engine/learning/track-record.ts';
import { ConnectedModels } from '../intelligence/host-models.ts';
import { Intelligence } from '../intelligence/intelligence.ts';
import { MarketIntelligence } from '../intelligence/market-intelligence.ts';
import { MemoryIntelligence } from '../intelligence/memory-intelligence.ts';
import { isForgotten, MEMORY_RECORDS, rememberedOf } from '../intelligence/remembered.ts';
import { SecondOpinion } from '../intelligence/second-opinion.ts';
import { Spending } from '../intelligence/spending.ts';
import { ThinkingIntelligence } from '../intelligence/thinking-intelligence.ts';
import type { ServerSettings } from '../intelligence-settings.ts';
import type { Advisor } from '../ports/advisor.ts';
import type { Background } from '../ports/background.ts';
import type { Clock, Ids } from '../ports/clock.ts';
import type { HostModels } from '../ports/host-model.ts';
import type { NewsSource } from '../ports/news.ts';
import type { Runtime } from '../runtime/runtime-parts.ts';
import type { SettingsKeeper } from '../runtime/settings/settings-keeper.ts';
import type { Rules } from '../settings-file.ts';
import type { System } from './system.ts';

const SERVERS = ['memory', 'thinking', 'market'] as const;
type Name = (typeof SERVERS)[number];

/** The servers that may be asked, and what can be told of them before anything runs. */
export type Outside = {
  readonly servers: Readonly<Record<Name, Advisor | null>>;
  readonly memory: { readonly file: PrivateMemoryFile; readonly secret: string } | null;
  readonly background: Background;
  /** Hosts that are connected offer their model here. */
  readonly models: HostModels;
  /** From then on what is known of symbols comes from there. */
  readonly follow: (intelligence: Intelligence) => void;
};

const NOTHING: SymbolBackground = {
  history: [],
  signals: [],
  quoted: null,
  opinion: null,
  because: [],
};

/** @param directory the account's; null for a run that keeps nothing, which asks nobody */
export async function outsideOf(
  { intelligence }: Settings,
  directory: string | null,
  { clock, ids }: Pick<System, 'clock' | 'ids'>,
): Promise<Outside> {
  const own = directory === null ? null : DataDirectory.open(directory);
  const found = await Promise.all(
    SERVERS.map(async (name) => [name, await serverOf(name, intelligence, own, clock)] as const),
  );
  const servers = Object.fromEntries(
    found.map(([name, server]) => [name, typeof server === 'string' ? null : server]),
  ) as Outside['servers'];
  const statuses = (): AdvisorStatus[] =>
    found.map(([name, server]) =>
      typeof server === 'string'
        ? { name, version: null, status: 'off', toolsHash: null, because: server }
        : server.status(),
    );
  let followed: Intelligence | null = null;
  return {
    servers,
    models: new ConnectedModels(),
    memory:
      own === null || servers.memory === null
        ? null
        : { file: memoryFileIn(own, clock), secret: secretIn(own, ids) },
    background: {
      servers: () => [...statuses(), ...(followed?.model() ?? [])],
      about: (symbol) => followed?.about(symbol) ?? NOTHING,
    },
    follow: (latest) => {
      followed = latest;
    },
  };
}

/** Asks outside from now on. @returns ends that */
export function adviceFor(parts: {
  readonly outside: Outside;
  readonly runtime: Pick<Runtime, 'logger' | 'state' | 'alerts'>;
  readonly keeper: SettingsKeeper<Rules>;
  readonly news: NewsSource;
  readonly system: Pick<System, 'clock' | 'ids' | 'journal'>;
  readonly settings: Settings;
}): () => void {
  const { outside, runtime, keeper, news, system, settings } = parts;
  // What keeps nothing learns nothing, and a demonstration asks nobody.
  if (system.journal === 'memory') return () => {};
  const { logger, state, alerts } = runtime;
  const { clock, ids } = system;
  const { market } = settings.intelligence;
  const spending = followedBy(logger, new Spending('market', market));
  const held = () => state.symbols();
  const intelligence = new Intelligence({
    memory: memoryFrom(outside, runtime, clock),
    market: new MarketIntelligence({
      ...{ server: outside.servers.market, news, spending, clock, ids, held, journal: logger },
      ...{ freshMs: market.freshMs, timeoutMs: market.timeoutMs },
      dollarsPerCall: market.dollarsPerCall,
    }),
    thinking: new ThinkingIntelligence({ server: outside.servers.thinking, journal: logger }),
    player: scenarioPlayer,
    opinion: opinionFrom(outside, runtime, settings, { clock, ids }),
    ...{ journal: logger, clock },
    held: () =>
      held().map((symbol: Ticker) => ({
        symbol,
        episodeId: state.getCompleteContext(symbol)?.episode.id ?? null,
      })),
    bounds: () => learningBounds(keeper.rules()),
  });
  outside.follow(intelligence);
  intelligence.start();
  const showDisabled = (): void => {
    for (const { name, status, because } of outside.background.servers()) {
      const level = { code: `advisor_${name}`, symbol: null };
      if (status === 'disabled') alerts.raise({ ...level, because: because ?? 'it is disabled' });
    }
  };
  logger.onRecord(({ type }) => {
    if (type === 'snapshot_taken') showDisabled();
  });
  return () => {
    intelligence.stop();
    for (const server of Object.values(outside.servers)) server?.close();
  };
}

/** Only a plan of a host needs it: it is loaded with the first. */
const scenarioPlayer = async () => (await import('./scenario-exchange.ts')).playOnExchange;

const NO_DOLLARS = { dollarsPerDay: '0', dollarsPerCall: '0' };

function opinionFrom(
  { models }: Outside,
  { logger }: Pick<Runtime, 'logger'>,
  { intelligence }: Settings,
  { clock, ids }: Pick<System, 'clock' | 'ids'>,
): SecondOpinion {
  const { use, callsPerDay, timeoutMs, maxTokens } = intelligence.host;
  const spending = followedBy(logger, new Spending('host', { callsPerDay, ...NO_DOLLARS }));
  return new SecondOpinion({
    ...{ models: use === 'on' ? models : null, spending, journal: logger },
    ...{ clock, ids, timeoutMs, maxTokens },
  });
}

/** Counts what was asked before, and from here on. */
function followedBy(logger: Runtime['logger'], spending: Spending): Spending {
  for (const record of logger.recall(['advisor_asked'])) spending.remember(record);
  logger.onRecord((record) => spending.remember(record));
  return spending;
}

function memoryFrom(
  { servers, memory }: Outside,
  { logger, state, alerts }: Pick<Runtime, 'logger' | 'state' | 'alerts'>,
  clock: Clock,
): MemoryIntelligence | null {
  if (servers.memory === null || memory === null) return null;
  const level = { code: 'memory_trouble', symbol: null };
  return new MemoryIntelligence({
    ...{ server: servers.memory, clock, ...memory },
    account: state.snapshot()?.account.accountNumber ?? 'account',
    fromJournal: () => rememberedOf(logger.recall(MEMORY_RECORDS)),
    isForgotten: (outcome) => isForgotten(outcome, logger.recall(['learning_forgotten'])),
    onTrouble: (because) => {
      if (because === null) alerts.clear(level);
      else alerts.raise({ ...level, because: `outcomes wait to be remembered: ${because}` });
    },
  });
}

/** In steps of ten percent, as far as the owner lets what was learned go. */
export function learningBounds({ policies: { advice, partialProfit } }: Rules): LearningBounds {
  const tens = [10, 20, 30, 40, 50, 60, 70, 80, 90];
  const { earliestR, targetR } = partialProfit;
  const least = earliestR === null ? 100 : Number(text(earliestR.times('100').div(targetR)));
  return {
    tightenPercents: tens.filter((percent) => percent <= advice.mostTightenPercent),
    partialPercents: tens.filter((percent) => percent >= least),
    leastTrades: 20,
  };
}

/** In words why there is none. */
async function serverOf(
  name: Name,
  intelligence: Settings['intelligence'],
  own: DataDirectory | null,
  clock: Clock,
): Promise<Advisor | string> {
  const { perplexity, searchPath, [name]: settings } = intelligence;
  if (own === null) return 'nothing is kept in this run, so that there is nobody to ask';
  if (settings.use === 'off') return `it is switched off (intelligence.${name}.use)`;
  if (name === 'market' && settings.use === 'installed' && perplexity === null) {
    return 'PERPLEXITY_API_KEY is not set';
  }
  const place = placeOf(settings, searchPath);
  if (typeof place === 'string') return place;
  // The SDK takes long to load: only for who is asked by somebody.
  const { connectAdvisor } = await import('../adapters/advisors/connect.ts');
  const directory = own.directory('advisors').directory(name).path;
  const env = {
    memory: { MEMORY_FILE_PATH: memoryFileIn(own, clock).path },
    thinking: { DISABLE_THOUGHT_LOGGING: 'true' },
    market: {
      ...(perplexity === null ? {} : { PERPLEXITY_API_KEY: perplexity.key }),
      ...(perplexity?.baseUrl == null ? {} : { PERPLEXITY_BASE_URL: perplexity.baseUrl }),
      PERPLEXITY_TIMEOUT_MS: String(intelligence.market.timeoutMs),
    },
  }[name];
  const toolsHash = settings.toolsHash ?? null;
  const start = childStarter(clock);
  const advisor = connectAdvisor(name, place, { env, directory, toolsHash, start, clock });
  return advisor ?? 'its package is not installed beside this program';
}

type Place = Parameters<typeof import('../adapters/advisors/connect.ts').connectAdvisor>[1];

function placeOf({ use, command, url }: ServerSettings, searchPath: string): Place | string {
  if (use === 'installed') {
    const node = nodeProgram(searchPath);
    return node === null ? 'there is no node on the search path' : { kind: 'installed', node };
  }
  const [program, ...args] = command ?? [];
  if (program !== undefined && url === undefined) {
    return { kind: 'command', command: [program, ...args] };
  }
  if (url !== undefined && program === undefined) return { kind: 'url', url };
  return 'use is "other", which needs either a command or a url';
}

const memoryFileIn = (own: DataDirectory, clock: Clock): PrivateMemoryFile =>
  new PrivateMemoryFile(own.directory('advisors').directory('memory').path, clock);

const SECRET_FILE = 'memory-key';

/** Marks our own lines in the memory; whoever has it could write there as we do. */
function secretIn(own: DataDirectory, ids: Ids): string {
  const path = own.filePath(SECRET_FILE);
  if (!fileExists(path)) replaceTextFile(path, ids.next('memory-key'));
  own.privateFile(SECRET_FILE);
  return readTextFile(path);
}
