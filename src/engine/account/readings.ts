import type { Decimal, Quantity } from '../../domain/decimal.ts';
import { NO_SHARES, smaller, ZERO } from '../../domain/decimal.ts';
import type { Ticker } from '../../domain/ids.ts';
import type { Order } from '../../domain/order.ts';
import { isTerminal } from '../../domain/order.ts';
import type { Position } from '../../domain/portfolio.ts';
import type { EpochMs } from '../../domain/time.ts';
import { IN_PLACE } from './merge-orders.ts';

/** Positions and orders as they were read together. */
export type Reading = {
  /** By the broker's clock, as far as it is known. */
  readonly at: EpochMs;
  /** Whether our clock and the broker's were apart, so that `at` may be wrong by much. */
  readonly isClockOff?: boolean;
  readonly positions: readonly Position[];
  readonly orders: readonly Order[];
};

/** Shares of a symbol, below zero for a short. */
export function sharesIn({ positions }: Reading, symbol: Ticker): Decimal {
  const position = positions.find((held) => held.symbol === symbol);
  if (position === undefined) return ZERO;
  return position.side === 'long' ? position.quantity : position.quantity.neg();
}

/**
 * Shares that a replacement shows as filled although the order in whose place it is filled them.
 * One that stands there and shows fewer than that order has filled shows its own alone.
 */
export function inheritedFills(order: Order, before: Order | undefined): Quantity {
  if (before === undefined) return NO_SHARES;
  const { status, filledQuantity } = order;
  const isThere = IN_PLACE.has(status) || isTerminal(status);
  if (isThere && filledQuantity.lt(before.filledQuantity)) return NO_SHARES;
  return smaller(before.filledQuantity, filledQuantity);
}

/** Shares that orders have filled since the earlier reading, sales below zero. */
export function filledSince(reading: Reading, baseline: Reading, symbol: Ticker): Decimal {
  if (reading.orders === baseline.orders) return ZERO;
  return fillsSince(reading, baseline, symbol, false).reduce<Decimal>(
    (sum, { shares }) => sum.plus(shares),
    ZERO,
  );
}

/**
 * Clocks that nobody calls apart may differ by this much: an order of ours that filled just
 * before a reading in which it was not yet must not pass for one whose shares were in it.
 */
const CLOCKS_AGREE_MS = 2_000;

type Fill = { readonly at: EpochMs; readonly shares: Decimal };

/** What orders have filled since; `old` ones merely came into view again, or count as such. */
export function fillsSince(
  reading: Reading,
  baseline: Reading,
  symbol: Ticker,
  old: boolean,
): Fill[] {
  const before = new Map(baseline.orders.map((order) => [order.id, order.filledQuantity]));
  const now = new Map(reading.orders.map((order) => [order.id, order]));
  return reading.orders.flatMap((order) => {
    if (order.symbol !== symbol) return [];
    const known = before.get(order.id);
    const isBefore = baseline.at - order.updatedAt >= CLOCKS_AGREE_MS;
    if ((known === undefined && isBefore) !== old) return [];
    const replaced = order.replaces === null ? undefined : now.get(order.replaces);
    const grown = order.filledQuantity.minus(known ?? inheritedFills(order, replaced));
    return [{ at: order.updatedAt, shares: order.side === 'buy' ? grown : grown.neg() }];
  });
}
