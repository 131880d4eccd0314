import { type Decimal, decimal, type Notional, notional, text } from '../../domain/decimal.ts';
import type { Holding } from '../../domain/exposure.ts';
import type { Ticker } from '../../domain/ids.ts';
import type { Stress, TailRisk } from '../../domain/risk.ts';
import type { EpochMs } from '../../domain/time.ts';
import type { RiskModel } from './risk-model.ts';
import { historicalTail, type Level, normalQuantile, normalTail } from './tail.ts';

/** Dollars in a name, negative for a short. */
export type Stake = { readonly symbol: Ticker; readonly dollars: number };

const LEVELS: readonly Level[] = [95, 99];
const FALL = '0.1';

export const stakesOf = (holdings: readonly Holding[]): readonly Stake[] =>
  holdings.map(({ symbol, side, value }) => ({
    symbol,
    dollars: (side === 'long' ? 1 : -1) * Number(text(value)),
  }));

/** Value at risk and expected shortfall of one day, from history and from a normal model. */
export function tailsOf(stakes: readonly Stake[], model: RiskModel): readonly TailRisk[] {
  const losses = lossesOf(stakes, model);
  const spread = spreadOf(stakes, model);
  return LEVELS.map((level) => {
    const past = historicalTail(losses, level);
    const normal = normalTail(spread, level);
    return {
      level,
      historical: lossInDollars(past.loss),
      historicalShortfall: lossInDollars(past.shortfall),
      parametric: lossInDollars(normal.loss),
      parametricShortfall: lossInDollars(normal.shortfall),
    };
  });
}

/**
 * Historical simulation: what today's positions would have lost on each day of the model. A
 * return that is missing counts as the worst that the name may have done, against its side.
 */
function lossesOf(stakes: readonly Stake[], model: RiskModel): readonly number[] {
  const { days, of } = model.returns;
  const losses: number[] = new Array(Math.max(1, days.length)).fill(0);
  for (const { symbol, dollars } of stakes) {
    const { adverse, isAssumed } = model.movesOf(symbol);
    const row = isAssumed ? [] : (of.get(symbol) ?? []);
    const missing = Math.abs(dollars) * adverse;
    for (let day = 0; day < losses.length; day += 1) {
      const change = row[day] ?? null;
      losses[day] = (losses[day] ?? 0) + (change === null ? missing : -dollars * change);
    }
  }
  return losses;
}

/**
 * Standard deviation of the portfolio's day, `sqrt(w' C w)` over the names whose correlation is
 * known (Markowitz 1952), plus the deviation of each other name in full: as if it always moved
 * with the rest and against us.
 */
export function spreadOf(stakes: readonly Stake[], model: RiskModel): number {
  const { names, values } = model.correlations;
  const bySymbol = new Map(stakes.map(({ symbol, dollars }) => [symbol, dollars]));
  const spreads = names.map((name) => (bySymbol.get(name) ?? 0) * model.movesOf(name).deviation);
  let variance = 0;
  for (const [row, own] of spreads.entries()) {
    if (own === 0) continue;
    for (const [column, other] of spreads.entries()) {
      variance += own * other * (values[row * names.length + column] ?? 0);
    }
  }
  const correlated = new Set<Ticker>(names);
  const others = stakes.filter(({ symbol }) => !correlated.has(symbol));
  return Math.sqrt(Math.max(0, variance)) + sumOfSpreads(others, model);
}

/**
 * What each name adds to {@link spreadOf}, in dollars (Euler allocation, Tasche 1999):
 * `w_i (C w)_i / sqrt(w' C w)`, negative for a hedge; the sum is the whole.
 */
export function contributionsOf(
  stakes: readonly Stake[],
  model: RiskModel,
): ReadonlyMap<Ticker, number> {
  const { names, values } = model.correlations;
  const place = new Map(names.map((name, index) => [name, index]));
  const inModel = stakes.flatMap(({ symbol, dollars }) => {
    const row = place.get(symbol);
    const spread = dollars * model.movesOf(symbol).deviation;
    return row === undefined ? [] : [{ symbol, row, spread }];
  });
  const together = new Map(
    inModel.map(({ symbol, row, spread }) => [
      symbol,
      spread *
        inModel.reduce(
          (sum, other) => sum + other.spread * (values[row * names.length + other.row] ?? 0),
          0,
        ),
    ]),
  );
  const variance = [...together.values()].reduce((sum, one) => sum + one, 0);
  const whole = Math.sqrt(Math.max(0, variance));
  return new Map(
    stakes.map(({ symbol, dollars }) => {
      const part = together.get(symbol);
      const alone = Math.abs(dollars) * model.movesOf(symbol).deviation;
      return [symbol, part === undefined ? alone : whole === 0 ? 0 : part / whole];
    }),
  );
}

const sumOfSpreads = (stakes: readonly Stake[], model: RiskModel): number =>
  stakes.reduce(
    (sum, { symbol, dollars }) => sum + Math.abs(dollars) * model.movesOf(symbol).deviation,
    0,
  );

/**
 * Dollars that go with the benchmark, `sum(w beta)`. A name whose beta is not known counts with
 * the largest that is, at least one, on the side on which it adds.
 */
export function betaDollars(stakes: readonly Stake[], model: RiskModel): number {
  let [sum, most, unknown] = [0, 1, 0];
  for (const { symbol, dollars } of stakes) {
    const { beta } = model.movesOf(symbol);
    if (beta === null) unknown += Math.abs(dollars);
    else {
      sum += dollars * beta;
      most = Math.max(most, Math.abs(beta));
    }
  }
  return sum < 0 ? sum - unknown * most : sum + unknown * most;
}

/**
 * What-ifs: every price 10 % lower; the benchmark's worst day of the last year again; and every
 * name moving against us at once by its 99 % move (correlation one).
 */
export function stressesOf(
  stakes: readonly Stake[],
  net: Decimal,
  model: RiskModel,
): readonly Stress[] {
  const together = normalQuantile(99) * sumOfSpreads(stakes, model);
  const { worstDay } = model;
  return [
    { scenario: 'market_falls_10_percent', loss: cents(net.times(FALL)), day: null },
    ...(worstDay === null
      ? []
      : [
          {
            scenario: 'worst_day_again' as const,
            loss: inCents(lossOn(worstDay, stakes, model)),
            day: worstDay,
          },
        ]),
    { scenario: 'all_move_together', loss: inCents(together), day: null },
  ];
}

function lossOn(day: EpochMs, stakes: readonly Stake[], model: RiskModel): number {
  const index = model.returns.days.indexOf(day);
  return lossesOf(stakes, model)[index] ?? 0;
}

/** Rounded up: a loss is never told smaller than it is, nor a gain larger. */
const cents = (loss: Decimal): Decimal => loss.round(2, loss.lt('0') ? 0 : 3);
/** The float as its shortest digits, which name it exactly. */
const inCents = (loss: number): Decimal => cents(decimal(loss.toFixed(6)));
const lossInDollars = (loss: number): Notional => notional(inCents(Math.max(0, loss)));
