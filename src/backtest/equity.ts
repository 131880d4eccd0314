import { historicalTail } from '../engine/risk/tail.ts';
import type { SymbolRun } from './fast-path.ts';
import { askAt } from './fills.ts';
import { dollars, firstBarOf, type PriceBars } from './price-bars.ts';

/** What an account was worth at the end of each day, in dollars. */
export type EquityCurve = {
  readonly days: readonly string[];
  readonly equity: readonly number[];
  /** Before the first day. */
  readonly start: number;
};

export type EquityFigures = {
  /** The last equity over the first, less one. */
  readonly total_return: number;
  /** The deepest fall from the highest daily close before it, as a part of that; 0 or negative. */
  readonly max_drawdown: number;
  /** Mean loss of the worst 5 % of days, as a part of the equity of the day before. */
  readonly expected_shortfall_95: number;
  readonly worst_day: { readonly date: string; readonly return: number } | null;
};

/** Cash and shares at the close of every day of the symbol. */
export function symbolEquity({ bars, bookings, cash }: SymbolRun): EquityCurve {
  const { days, close } = bars;
  let [money, shares, next] = [cash, 0, 0];
  const equity = days.map((_, day) => {
    const last = firstBarOf(bars, day + 1) - 1;
    for (let one = bookings[next]; one !== undefined && one.bar <= last; one = bookings[next]) {
      money += one.cash;
      shares += one.shares;
      next += 1;
    }
    return dollars(money + shares * (close[last] ?? 0));
  });
  return { days, equity, start: dollars(cash) };
}

/** The same money, all of it in shares from the first open on, and never sold. */
export function heldEquity(bars: PriceBars, cash: number, spreadBps: number): EquityCurve {
  const ask = askAt(bars.open[0] ?? 0, spreadBps);
  const shares = Math.floor(cash / ask);
  const equity = bars.days.map((_, day) => {
    const close = bars.close[firstBarOf(bars, day + 1) - 1] ?? 0;
    return dollars(cash - shares * ask + shares * close);
  });
  return { days: bars.days, equity, start: dollars(cash) };
}

/** Shares that never have a stop, times the seconds of all sessions. */
export function heldNakedShareSeconds(bars: PriceBars, cash: number, spreadBps: number): number {
  const shares = Math.floor(cash / askAt(bars.open[0] ?? 0, spreadBps));
  return shares * bars.secondsOf.reduce((sum, seconds) => sum + seconds, 0);
}

/** One account out of the money of each symbol; where one has no day, its last one counts on. */
export function together(curves: readonly EquityCurve[]): EquityCurve {
  const days = [...new Set(curves.flatMap((curve) => curve.days))].sort();
  const tracks = curves.map((curve) => ({ curve, next: 0, worth: curve.start }));
  const equity = days.map((day) => {
    for (const track of tracks) {
      if (track.curve.days[track.next] !== day) continue;
      track.worth = track.curve.equity[track.next] ?? track.worth;
      track.next += 1;
    }
    return tracks.reduce((sum, { worth }) => sum + worth, 0);
  });
  return { days, equity, start: curves.reduce((sum, { start }) => sum + start, 0) };
}

/** Statistics, not amounts: plain numbers. */
export function equityFigures(curve: EquityCurve): EquityFigures {
  const returns = returnsOf(curve);
  const losses = returns.map((each) => -each);
  const worst = returns.reduce((least, each) => Math.min(least, each), Number.POSITIVE_INFINITY);
  const date = curve.days[returns.indexOf(worst)];
  return {
    total_return: (curve.equity.at(-1) ?? curve.start) / curve.start - 1,
    max_drawdown: drawdowns(curve).reduce((least, each) => Math.min(least, each), 0),
    expected_shortfall_95: losses.length === 0 ? 0 : historicalTail(losses, 95).shortfall,
    worst_day: date === undefined ? null : { date, return: worst },
  };
}

/** Of each day over the one before it. */
export const returnsOf = ({ equity, start }: EquityCurve): readonly number[] =>
  equity.map((worth, day) => worth / (day === 0 ? start : (equity[day - 1] ?? start)) - 1);

/** How far each day lies below the highest one up to it, as a part of that; 0 or negative. */
export function drawdowns({ equity, start }: EquityCurve): readonly number[] {
  let peak = start;
  return equity.map((worth) => {
    peak = Math.max(peak, worth);
    return worth / peak - 1;
  });
}
