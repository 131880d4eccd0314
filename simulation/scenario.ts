import {
  defaultLatencies,
  type Latencies,
  type OpeningPosition,
  type Switches,
} from '../src/paper-exchange/core/basics/types.ts';
import { catalogue } from '../src/paper-exchange/faults/catalogue.ts';
import { Draws } from './draws.ts';
import type { NetworkRates } from './transport.ts';

/** When a world begins, in the words of the session. */
type SessionTime =
  | 'midday'
  | 'before_open'
  | 'before_close'
  | 'overnight'
  | 'before_early_close'
  | 'before_clock_change';

/** What the world does beside what its exchange does: each is drawn to exist, or not. */
type Troubles = {
  /** Ids of the catalogue of the exchange. */
  readonly injected: readonly string[];
  /** Mean time from one injected fault to the next. */
  readonly injectionGapMs: number;
  /** Ids of those that the draws above bring about too seldom, in worlds that are about them. */
  readonly rare: readonly string[];
  readonly network: NetworkRates;
  readonly streams: {
    readonly lost: number;
    readonly repeated: number;
    readonly overtaken: number;
    readonly broken: number;
  };
  /** Each null where it does not exist; else the mean time between two. */
  readonly crashGapMs: number | null;
  /** That the next process dies as well while it starts. */
  readonly crashAgain: number;
  readonly stallGapMs: number | null;
  readonly sleepGapMs: number | null;
  readonly clockJumpGapMs: number | null;
  readonly terminateGapMs: number | null;
  readonly journalFault: number;
  readonly strangerGapMs: number | null;
  readonly hostGapMs: number | null;
  readonly haltGapMs: number | null;
  /** Another BigBrother with the same keys moves stops. */
  readonly secondMachineGapMs: number | null;
};

export type Scenario = {
  readonly seed: number;
  readonly startAt: number;
  readonly session: SessionTime;
  readonly positions: readonly (OpeningPosition & { readonly price: number })[];
  readonly multiplier: '1' | '2' | '4';
  /** Mean time between two prints of a symbol, and their deviation in basis points. */
  readonly tickGapMs: number;
  readonly volatilityBps: number;
  readonly latencies: Latencies;
  readonly switches: Partial<Switches>;
  readonly policies: unknown;
  readonly closedCycleMs: number;
  /** Whether the broker takes only so many requests a minute. */
  readonly hasRequestBudget: boolean;
  /** Whether the agent may buy, rebalance and leave groups, and policies over several names act. */
  readonly opens: boolean;
  /** Whether it does so all the time, and carries out what it has proposed. */
  readonly isBusy: boolean;
  /** Whether nothing goes wrong: the people only buy, and now and then leave. */
  readonly isCalm: boolean;
  readonly troubles: Troubles;
};

/** What a failing seed is shrunk by. */
export type Limits = {
  readonly kind: 'everything' | 'ambiguous';
  readonly steps: number;
  /** Kinds of trouble that are left out, by the names of `kindsOf`. */
  readonly without: readonly string[];
  readonly symbols: number;
  /** Whether what is drawn too seldom happens again and again. */
  readonly rare?: boolean | undefined;
  /**
   * False for worlds that were kept before anything could be opened; it is drawn without. With
   * `busy` every world has an agent that does little else.
   */
  readonly opens?: boolean | 'always' | 'busy' | undefined;
  /** Whether nothing goes wrong, while people and a busy agent buy all the time. */
  readonly calm?: boolean | undefined;
};

const SYMBOLS = ['AAPL', 'MSFT', 'NVDA', 'AMZN', 'TSLA', 'META', 'GOOG', 'AMD'];
const MOST_SYMBOLS = 8;
/** The exchange knows any name of letters. */
const MANY_SYMBOLS = Array.from({ length: 40 }, (_, place) => {
  const letter = (number: number) => String.fromCharCode(65 + number);
  return `S${letter(Math.floor(place / 26))}${letter(place % 26)}`;
});

/** In New York: Thursday 2026-10-08, the Friday after Thanksgiving, and the last of October. */
const STARTS: Readonly<Record<SessionTime, number>> = {
  midday: Date.UTC(2026, 9, 8, 15, 0),
  before_open: Date.UTC(2026, 9, 8, 13, 24),
  before_close: Date.UTC(2026, 9, 8, 19, 54),
  overnight: Date.UTC(2026, 9, 8, 20, 30),
  before_early_close: Date.UTC(2026, 10, 27, 17, 54),
  before_clock_change: Date.UTC(2026, 9, 30, 19, 55),
};

const NO_NETWORK: NetworkRates = {
  ...{ oneWayMs: 0, requestLost: 0, answerLost: 0, answerLate: 0, silent: 0 },
  readsToo: true,
};

/** Everything about one world that chance decides beforehand. */
export function scenarioOf(seed: number, limits: Limits): Scenario {
  if (limits.kind === 'ambiguous') return ambiguousScenario(seed, limits);
  return limits.calm === true
    ? calmed(drawnScenario(seed, limits), limits)
    : drawnScenario(seed, limits);
}

function drawnScenario(seed: number, limits: Limits): Scenario {
  const draws = new Draws(`${seed} scenario`);
  const session = draws.pick<SessionTime>([
    ...(['midday', 'midday', 'midday', 'midday'] as const),
    ...(['before_open', 'before_close', 'overnight'] as const),
    ...(['before_early_close', 'before_clock_change'] as const),
  ]);
  const count = draws.between(1, MOST_SYMBOLS);
  const positions = SYMBOLS.slice(0, count).map((symbol) => openingOf(symbol, draws));
  return {
    ...{ seed, session },
    startAt: STARTS[session] + draws.between(0, 60_000),
    positions: positions.slice(0, limits.symbols),
    multiplier: positions.some(({ qty }) => qty.startsWith('-')) ? '4' : draws.pick(['2', '4']),
    tickGapMs: draws.pick([2_000, 5_000, 10_000]),
    volatilityBps: draws.pick([5, 15, 40]),
    latencies: latenciesFrom(draws),
    switches: switchesFrom(draws),
    ...rulesFrom(seed, limits, policiesFrom(draws)),
    closedCycleMs: draws.pick([10_000, 60_000]),
    ...{ hasRequestBudget: true, isCalm: false },
    troubles: {
      ...troublesFrom(draws, new Set(limits.without)),
      rare: rareFrom(seed, limits),
      secondMachineGapMs: secondMachineFrom(seed, limits),
      ...agentFrom(seed, limits),
    },
  };
}

const RARE = ['B07', 'B17', 'B18', 'B20', 'B31', 'N06', 'C02', 'D06'];

const QUIET: Troubles = {
  ...{ injected: [], injectionGapMs: 1, rare: [], network: NO_NETWORK },
  streams: { lost: 0, repeated: 0, overtaken: 0, broken: 0 },
  ...{ crashGapMs: null, crashAgain: 0, stallGapMs: null, sleepGapMs: null, clockJumpGapMs: null },
  ...{ terminateGapMs: null, journalFault: 0, strangerGapMs: null, hostGapMs: null },
  haltGapMs: null,
  secondMachineGapMs: null,
};

/**
 * A broker in reach, of which the answers and the news take as long as they take: what is bought
 * here gets its first stop as fast as we can.
 */
function calmed(scenario: Scenario, { without }: Limits): Scenario {
  const { seed, troubles } = scenario;
  const draws = new Draws(`${seed} calm`);
  const gap = (kind: string, leastMs: number, mostMs: number) => {
    const meanMs = draws.between(leastMs, mostMs);
    return without.includes(kind) ? null : meanMs;
  };
  return {
    ...scenario,
    ...{ session: 'midday', startAt: STARTS.midday + draws.between(0, 60_000), isCalm: true },
    troubles: {
      ...QUIET,
      network: { ...NO_NETWORK, oneWayMs: troubles.network.oneWayMs },
      strangerGapMs: gap('strangers', 5_000, 30_000),
      hostGapMs: gap('host', 3_000, 10_000),
    },
  };
}

/**
 * Nothing is wrong but that no order's answer comes, while many small positions lose their
 * stops all the time.
 */
function ambiguousScenario(seed: number, limits: Limits): Scenario {
  const draws = new Draws(`${seed} ambiguous`);
  const positions = MANY_SYMBOLS.slice(0, limits.symbols).map((symbol) => {
    const price = draws.between(20, 400);
    const qty = `${draws.between(1, 20)}${draws.chance(0.5) ? '.37' : ''}`;
    return { symbol, qty, averageEntryPrice: `${price}`, price };
  });
  return {
    ...{ seed, session: 'midday', startAt: STARTS.midday + draws.between(0, 60_000), positions },
    ...{ multiplier: '4', tickGapMs: 60_000, volatilityBps: 1, closedCycleMs: 10_000 },
    latencies: { ...defaultLatencies, newMs: draws.between(0, 5), fillMs: 5 },
    policies: { partialProfit: { placed: draws.pick(['when_reached', 'with_first_stop']) } },
    ...{ switches: {}, hasRequestBudget: false, opens: false, isBusy: false, isCalm: false },
    troubles: {
      ...QUIET,
      network: {
        ...{ oneWayMs: draws.between(0, 2), requestLost: 0.05, answerLost: 0.95, answerLate: 1 },
        ...{ silent: 0.02, readsToo: false },
      },
    },
  };
}

function openingOf(symbol: string, draws: Draws): Scenario['positions'][number] {
  const price = draws.between(20, 400);
  const shares = draws.between(1, 100);
  const isShort = draws.chance(0.12);
  const hasFraction = !isShort && draws.chance(0.15);
  const qty = `${isShort ? '-' : ''}${shares}${hasFraction ? '.37' : ''}`;
  const averageEntryPrice = (price * (1 + (draws.fraction() - 0.5) * 0.1)).toFixed(2);
  return { symbol, qty, averageEntryPrice, price };
}

const latenciesFrom = (draws: Draws): Latencies => {
  const upTo = (mostMs: number) => (draws.chance(0.3) ? 0 : draws.between(1, mostMs));
  return {
    newMs: upTo(200),
    fillMs: upTo(400),
    cancelMs: upTo(1_500),
    replaceMs: upTo(300),
    positionVisibilityMs: draws.chance(0.5) ? 0 : draws.between(1, 3_000),
    // Streams are late by their lines: the oracle needs to hear of everything at once.
    streamMs: 0,
  };
};

const switchesFrom = (draws: Draws): Partial<Switches> => ({
  clientOrderIdUniqueness: draws.pick(['forever', 'forever', 'active']),
  duplicateClientOrderIdStatus: draws.pick([422, 409]),
  cancelOfCanceled: draws.pick(['accept', 'refuse']),
  cancelOutsideHours: draws.pick(['at_once', 'next_open']),
  replacementInheritsFills: draws.chance(0.5),
  shrinkStopLeg: draws.chance(0.5),
  triggeredStopLimitType: draws.pick(['stop_limit', 'limit']),
  randomPartialFills: draws.chance(0.5),
  ordersAtSplit: draws.pick(['cancel', 'adjust', 'leave']),
  adjustedOrderShows: draws.pick(['replaced', 'restated']),
});

const policiesFrom = (draws: Draws): object => ({
  stopLoss: {
    method: draws.pick(['percent', 'percent', 'atr']),
    percent: draws.between(2, 10),
    alreadyPast: draws.pick(['measure_from_market', 'exit']),
  },
  trailingStop: {
    triggerBy: draws.pick(['r', 'percent']),
    triggerR: draws.pick(['0.2', '0.5', '1']),
    triggerPercent: draws.pick(['0.5', '2', '8']),
    trailPercent: draws.pick(['1', '3', '5']),
    minimumStepBps: draws.pick([5, 25, 100]),
  },
  partialProfit: { targetR: draws.pick(['0.3', '1', '2']), fraction: draws.pick(['0.3', '0.5']) },
  stopLimit: { minimumOffsetBps: draws.pick([10, 50, 200]) },
});

/** By draws of their own, so that a world in which nothing is opened stays what it was. */
function rulesFrom(
  seed: number,
  { without, opens: may = true }: Limits,
  policies: object,
): Pick<Scenario, 'opens' | 'isBusy' | 'policies'> {
  const draws = new Draws(`${seed} opens`);
  const isDrawn = draws.chance(0.3);
  const isWished = may === 'always' || may === 'busy' || (isDrawn && may);
  const opens = isWished && !without.includes('entries');
  const isBusy = opens && may === 'busy';
  if (!opens) return { opens, isBusy, policies };
  const sometimes = (percents: readonly [number, ...number[]]) =>
    draws.chance(0.5) ? draws.pick(percents) : null;
  const coordinatedExit = {
    dailyLossPercent: sometimes([1, 3]),
    sectorShockPercent: sometimes([1, 3]),
  };
  const symbols = { allowed: SYMBOLS };
  const limits = isBusy ? { ...ENTRY_LIMITS, ...LARGE_ORDERS } : ENTRY_LIMITS;
  return { opens, isBusy, policies: { ...policies, ...limits, coordinatedExit, symbols } };
}

/** A busy agent is there in each world. */
function agentFrom(seed: number, { without, opens }: Limits): { readonly hostGapMs?: number } {
  if (opens !== 'busy' || without.includes('host')) return {};
  return { hostGapMs: new Draws(`${seed} busy`).between(3_000, 10_000) };
}

/** Wide enough that entries are let through, and do not end with the first. */
const ENTRY_LIMITS = {
  exposureTotal: { percentOfEquity: 200 },
  exposureName: { percentOfEquity: 60 },
  concentration: { sectorPercent: 200, clusterPercent: 200, unknownSectorPercent: 200 },
  unexecutedValue: { percentOfEquity: 100 },
  stopSanity: { leastAtr: 0, mostAtr: 50 },
  marketHours: { afterOpenMs: 0, beforeCloseMs: 0 },
};

/** A rebalance from nothing to a tenth of the account is one order. */
const LARGE_ORDERS = { orderSize: { maximumDollars: '200000', percentOfEquity: '50' } };

/** By draws of their own, so that a world without them stays what it was. */
function rareFrom(seed: number, { rare, without }: Limits): readonly string[] {
  const draws = new Draws(`${seed} rare`);
  const isDrawn = draws.chance(0.25);
  const drawn = RARE.filter(() => draws.chance(0.3));
  const present = rare === true ? RARE : isDrawn ? drawn : [];
  return present.filter((id) => !without.includes(`rare_${id}`));
}

/** By draws of their own as well. */
function secondMachineFrom(seed: number, { rare, without }: Limits): number | null {
  const draws = new Draws(`${seed} second machine`);
  const isDrawn = draws.chance(0.04) || rare === true;
  return isDrawn && !without.includes('second_machine') ? draws.between(30_000, 200_000) : null;
}

function troublesFrom(
  draws: Draws,
  without: ReadonlySet<string>,
): Omit<Troubles, 'rare' | 'secondMachineGapMs'> {
  const isHostile = draws.chance(0.9);
  // What is left out is drawn all the same, so that the rest stays as it was.
  const gap = (kind: string, probability: number, leastMs: number, mostMs: number) => {
    const exists = draws.chance(probability);
    const meanMs = draws.between(leastMs, mostMs);
    return isHostile && exists && !without.has(kind) ? meanMs : null;
  };
  const rate = (kind: string, probability: number, most: number) => {
    const exists = draws.chance(probability);
    const value = draws.fraction() * most;
    return isHostile && exists && !without.has(kind) ? value : 0;
  };
  const density = draws.pick([0.05, 0.15, 0.4]);
  const injected = [...catalogue.map(({ id }) => id), 'C02', 'C07'].filter(
    (id) => draws.chance(density) && isHostile && !without.has(id),
  );
  return {
    injected,
    injectionGapMs: draws.between(10_000, 90_000),
    network: {
      ...NO_NETWORK,
      oneWayMs: draws.pick([0, 5, 40, 150]),
      requestLost: rate('lost_requests', 0.3, 0.3),
      answerLost: rate('lost_answers', 0.3, 0.3),
      answerLate: rate('late_answers', 0.3, 0.2),
      silent: rate('silent_lines', 0.5, 1),
    },
    streams: {
      lost: rate('lost_frames', 0.25, 0.3),
      repeated: rate('repeated_frames', 0.25, 0.5),
      overtaken: rate('overtaken_frames', 0.25, 0.3),
      broken: rate('broken_streams', 0.25, 0.03),
    },
    crashGapMs: gap('crashes', 0.6, 8_000, 90_000),
    crashAgain: rate('double_crashes', 0.6, 0.8),
    stallGapMs: gap('stalls', 0.2, 60_000, 300_000),
    sleepGapMs: gap('sleeps', 0.15, 60_000, 600_000),
    clockJumpGapMs: gap('clock_jumps', 0.15, 60_000, 600_000),
    terminateGapMs: gap('terminations', 0.15, 60_000, 300_000),
    journalFault: rate('journal_faults', 0.15, 0.1),
    strangerGapMs: gap('strangers', 0.4, 20_000, 200_000),
    hostGapMs: gap('host', 0.5, 2_000, 40_000),
    haltGapMs: gap('halts', 0.2, 30_000, 400_000),
  };
}

/** What of a scenario may be left out, to find what a failure needs. */
export function kindsOf({ troubles, opens }: Scenario): readonly string[] {
  const { network, streams } = troubles;
  const present: readonly (readonly [string, number | null])[] = [
    ['crashes', troubles.crashGapMs],
    ['double_crashes', troubles.crashAgain],
    ['stalls', troubles.stallGapMs],
    ['sleeps', troubles.sleepGapMs],
    ['clock_jumps', troubles.clockJumpGapMs],
    ['terminations', troubles.terminateGapMs],
    ['journal_faults', troubles.journalFault],
    ['strangers', troubles.strangerGapMs],
    ['host', troubles.hostGapMs],
    ['entries', opens ? 1 : null],
    ['halts', troubles.haltGapMs],
    ['second_machine', troubles.secondMachineGapMs],
    ['lost_requests', network.requestLost],
    ['lost_answers', network.answerLost],
    ['late_answers', network.answerLate],
    ['silent_lines', network.silent],
    ['lost_frames', streams.lost],
    ['repeated_frames', streams.repeated],
    ['overtaken_frames', streams.overtaken],
    ['broken_streams', streams.broken],
  ];
  const names = present.filter(([, much]) => much !== null && much !== 0).map(([name]) => name);
  return [...names, ...troubles.injected, ...troubles.rare.map((id) => `rare_${id}`)];
}
