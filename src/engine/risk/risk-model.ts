import type { Ticker } from '../../domain/ids.ts';
import type { EpochMs } from '../../domain/time.ts';
import { type Correlations, clustersOf, correlationsOf } from './correlation.ts';
import { betaOf, type Closes, deviation, known, type ReturnTable, returnsOf } from './returns.ts';

/** How prices have moved; made once a day and used for every look at the portfolio. */
export type RiskModel = {
  readonly returns: ReturnTable;
  /** Of names that have a return on every day; the others count as moving wholly together. */
  readonly correlations: Correlations;
  readonly clusters: ReadonlyMap<Ticker, string>;
  readonly benchmark: Ticker;
  /** The day on which the benchmark fell most; null without the benchmark's bars. */
  readonly worstDay: EpochMs | null;
  /** Never less for a name of which less is known. */
  movesOf(symbol: Ticker): Moves;
};

/** How one name moves in a day, as parts of its price. */
type Moves = {
  /** Standard deviation of its returns; assumed where `isAssumed`. */
  readonly deviation: number;
  /** What a day without a return may have lost. */
  readonly adverse: number;
  /** Null where it has too few days in common with the benchmark. */
  readonly beta: number | null;
  /** True when its own bars are too few to tell how it moves. */
  readonly isAssumed: boolean;
};

export type RiskModelSettings = {
  readonly benchmark: Ticker;
  /** Names whose prices go together at least so much form a cluster; 0 to 1. */
  readonly clusterCorrelation: number;
};

/** A year of trading days. */
export const RETURN_DAYS = 252;
/** Fewer returns than a quarter's say nothing that could be relied upon. */
const LEAST_DAYS = 60;
/** Pairs grow with the square: beyond so many names the rest counts as moving wholly together. */
const MOST_CORRELATED = 120;
/** Assumed of a name without bars, unless a known name moves more: about 80 % in a year. */
const ASSUMED_DEVIATION = 0.05;
/** Assumed of a day that is missing, unless the name has been seen to move more in one. */
const ASSUMED_ADVERSE = 0.1;

/**
 * Learns from closes how names move.
 *
 * @param closes of each name and of the benchmark, split-adjusted, the largest positions first
 */
export function riskModelOf(
  closes: ReadonlyMap<Ticker, Closes>,
  { benchmark, clusterCorrelation }: RiskModelSettings,
): RiskModel {
  const returns = returnsOf(closes, RETURN_DAYS);
  const market = returns.of.get(benchmark) ?? [];
  const measured = new Map<Ticker, Moves>();
  for (const [symbol, row] of returns.of) {
    const moves = known(row);
    const own = moves.length < LEAST_DAYS ? null : deviation(moves);
    if (own === null) continue;
    const adverse = moves.reduce((most, one) => Math.max(most, Math.abs(one)), ASSUMED_ADVERSE);
    const beta = betaOf(row, market, LEAST_DAYS);
    measured.set(symbol, { deviation: own, adverse, beta, isAssumed: false });
  }
  const assumed: Moves = {
    deviation: [...measured.values()].reduce(
      (most, one) => Math.max(most, one.deviation),
      ASSUMED_DEVIATION,
    ),
    adverse: [...measured.values()].reduce(
      (most, one) => Math.max(most, one.adverse),
      ASSUMED_ADVERSE,
    ),
    beta: null,
    isAssumed: true,
  };
  const correlations = correlationsOf(wholeRows(returns, measured));
  return {
    ...{ returns, correlations, benchmark },
    clusters: clustersOf(correlations, clusterCorrelation),
    worstDay: worstDayOf(returns, market),
    movesOf: (symbol) => measured.get(symbol) ?? assumed,
  };
}

/** Rows without a gap, of the first names that have one. */
function wholeRows({ of }: ReturnTable, measured: ReadonlyMap<Ticker, Moves>) {
  const whole = new Map<Ticker, readonly number[]>();
  for (const [symbol, row] of of) {
    if (whole.size === MOST_CORRELATED) break;
    const moves = known(row);
    if (measured.has(symbol) && moves.length === row.length) whole.set(symbol, moves);
  }
  return whole;
}

function worstDayOf({ days }: ReturnTable, market: readonly (number | null)[]): EpochMs | null {
  let worst: { readonly day: EpochMs; readonly change: number } | null = null;
  for (const [index, change] of market.entries()) {
    const day = days[index];
    if (change === null || day === undefined) continue;
    if (worst === null || change < worst.change) worst = { day, change };
  }
  return worst?.day ?? null;
}
