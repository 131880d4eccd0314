import {
  defaultLatencies,
  type Latencies,
  type OpeningPosition,
  type Switches,
} from '../src/paper-exchange/core/basics/types.ts';
import { Draws } from './draws.ts';
import { drawnTroubles, type Limits, NO_NETWORK, QUIET, type Troubles } from './troubles.ts';

/** When a world begins, in the words of the session. */
type SessionTime =
  | 'midday'
  | 'before_open'
  | 'before_close'
  | 'overnight'
  | 'before_early_close'
  | 'before_clock_change';

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
  /** Awaits of such places are where the first process is to die; null: chance has it. */
  readonly diesAt: string | null;
  readonly troubles: Troubles;
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
    ...{ hasRequestBudget: true, isCalm: false, diesAt: limits.dieAt ?? null },
    troubles: drawnTroubles(seed, limits, draws),
  };
}

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
    diesAt: limits.dieAt ?? null,
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
