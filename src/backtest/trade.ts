import type { Ticker } from '../domain/ids.ts';
import type { EpochMs } from '../domain/time.ts';

export type Exit = {
  readonly at: EpochMs;
  readonly bar: number;
  readonly quantity: number;
  /** In ten-thousandths of a dollar, as every price here. */
  readonly price: number;
  /** The policy whose order executed. */
  readonly by: string;
};

/** One life of a position, from its purchase until it is flat or the bars end. */
export type Trade = {
  readonly symbol: Ticker;
  readonly openedAt: EpochMs;
  readonly bar: number;
  readonly quantity: number;
  readonly entryPrice: number;
  /** The first stop that rested for it; null where none ever did. */
  readonly initialStopPrice: number | null;
  readonly exits: readonly Exit[];
  /** Shares that were left when the bars ended, worth `lastPrice` each. */
  readonly left: number;
  readonly lastPrice: number;
};

/** Gain in units before costs; what is left counts at its last price. */
export const profitOf = ({ quantity, entryPrice, exits, left, lastPrice }: Trade): number =>
  exits.reduce((sum, exit) => sum + exit.price * exit.quantity, left * lastPrice) -
  entryPrice * quantity;

/**
 * The gain in multiples of what was risked: of the entry less the first stop, for all shares
 * (Van Tharp's R multiple). Null where no stop told the risk.
 */
export function rMultipleOf(trade: Trade): number | null {
  const { entryPrice, initialStopPrice, quantity } = trade;
  if (initialStopPrice === null || initialStopPrice >= entryPrice) return null;
  return profitOf(trade) / ((entryPrice - initialStopPrice) * quantity);
}
