import { REGIMES, type Regime } from '../domain/regime.ts';
import { type EquityCurve, returnsOf } from './equity.ts';
import { rMultiplesOf } from './figures.ts';
import { type MarketDay, marketAt, marketOn } from './market-days.ts';
import { dollars } from './price-bars.ts';
import { profitOf, type Trade } from './trade.ts';

/** What came of the days and the trades of one kind of market. */
export type RegimeFigures = {
  readonly regime: Regime;
  readonly days: number;
  /** The returns of its days, one upon the other. */
  readonly total_return: number;
  readonly worst_day: number | null;
  /** Positions opened on its days, with all that became of them. */
  readonly trades: number;
  /** Dollars, before costs. */
  readonly profit: number;
  readonly mean_r: number | null;
  /** Of shares that are bought and held, over the same days. */
  readonly buy_and_hold_return: number;
};

/** Another bundle of settings took over at the open of this day. */
export type StrategySwitch = {
  readonly day: string;
  readonly strategy: string | null;
  readonly because: string;
};

/**
 * Days and trades by the regime that was known at the open. Days before the benchmark's second
 * are in an unknown one.
 */
export function byRegime(
  played: { readonly curve: EquityCurve; readonly trades: readonly Trade[] },
  held: EquityCurve,
  market: readonly MarketDay[],
): readonly RegimeFigures[] {
  const isOn = (regime: Regime) => (day: string) =>
    (marketOn(market, day)?.regime ?? 'unknown') === regime;
  return REGIMES.flatMap((regime) => {
    const returns = returnsOn(played.curve, isOn(regime));
    const trades = played.trades.filter(
      ({ openedAt }) => (marketAt(market, openedAt)?.regime ?? 'unknown') === regime,
    );
    if (returns.length === 0 && trades.length === 0) return [];
    const multiples = rMultiplesOf(trades);
    const sum = multiples.reduce((all, one) => all + one, 0);
    return {
      regime,
      days: returns.length,
      total_return: compounded(returns),
      worst_day: returns.length === 0 ? null : returns.reduce((a, b) => Math.min(a, b)),
      trades: trades.length,
      profit: dollars(trades.reduce((all, trade) => all + profitOf(trade), 0)),
      mean_r: multiples.length === 0 ? null : sum / multiples.length,
      buy_and_hold_return: compounded(returnsOn(held, isOn(regime))),
    };
  });
}

/** When another bundle took over among these days, the first of them included. */
export function switchesOn(
  days: readonly string[],
  market: readonly MarketDay[],
): readonly StrategySwitch[] {
  const [first = '', last = ''] = [days[0], days.at(-1)];
  return market.flatMap(({ day, strategy, because }, index) => {
    const isSame = strategy === (market[index - 1]?.strategy ?? null);
    return isSame || day < first || day > last ? [] : [{ day, strategy, because }];
  });
}

const returnsOn = (curve: EquityCurve, isOn: (day: string) => boolean): readonly number[] =>
  returnsOf(curve).filter((_, index) => isOn(curve.days[index] ?? ''));

const compounded = (returns: readonly number[]): number =>
  returns.reduce((worth, each) => worth * (1 + each), 1) - 1;
