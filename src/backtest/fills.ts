/** What an execution gets, and what it costs. */
export type FillSettings = {
  /**
   * `prints`: as the paper exchange plays a bar. Four prices are paid in it, the open, the
   * extreme nearer to it, the other extreme and the close, and nothing in between: a stop is
   * filled at the first of them that is through it, a take-profit at the first beyond it.
   *
   * `levels`: as textbooks have it, and the worse case within a bar: the extreme that hurts
   * comes first; a stop is filled at its own price, or at the open where the market opened
   * through it, and a take-profit never better than at its limit, but for such an open.
   */
  readonly fills: 'prints' | 'levels';
  /** Bid to ask in hundredths of a percent of the price; each execution loses half of it. */
  readonly spreadBps: number;
  /** Fees of each execution, in hundredths of a percent of what changes hands. */
  readonly costBps: number;
};

const BPS_IN_HALVES = 20_000;
const CENT = 100;
const DOLLAR = 10_000;

const tickOf = (units: number): number => (units >= DOLLAR ? CENT : 1);

/** What a sale gets when the last price was this: rounded down to the tick, and never nothing. */
export function bidAt(units: number, spreadBps: number): number {
  if (spreadBps === 0) return units;
  const tick = tickOf(units);
  const least = (units * (BPS_IN_HALVES - spreadBps)) / (BPS_IN_HALVES * tick);
  return Math.max(tick, Math.floor(least) * tick);
}

/** What a purchase pays: rounded up to the tick. */
export function askAt(units: number, spreadBps: number): number {
  if (spreadBps === 0) return units;
  const tick = tickOf(units);
  const most = (units * (BPS_IN_HALVES + spreadBps)) / (BPS_IN_HALVES * tick);
  return Math.max(bidAt(units, spreadBps) + tick, Math.ceil(most) * tick);
}

/** In units, rounded up: a backtest that flatters itself by rounding is of no use. */
export const costOf = (units: number, quantity: number, costBps: number): number =>
  Math.ceil((units * quantity * costBps) / 10_000);
