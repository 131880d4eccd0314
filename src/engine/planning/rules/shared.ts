import type { Decimal, Price } from '../../../domain/decimal.ts';
import { onTick, text } from '../../../domain/decimal.ts';
import type { Order, OrderSide } from '../../../domain/order.ts';
import type { PositionContext } from '../../../domain/portfolio.ts';
import { exitSide, isThrough } from '../../../domain/side.ts';
import { mayChange } from '../../account/groups.ts';
import type { PlanningSettings } from '../../planning-settings.ts';
import type { Book } from '../book.ts';
import { freeShares } from '../book.ts';
import type { Draft } from '../candidate.ts';

/** A rule that a step breaks, in words; null when it keeps it. */
export type Rule<D extends Draft> = (draft: D, scene: Scene) => string | null;

export type Scene = {
  readonly context: PositionContext;
  readonly settings: PlanningSettings;
  /** The symbol as it will be when the step is sent. */
  readonly book: Book;
  /** Stops that earlier steps of the plan have canceled. */
  readonly canceled: readonly Order[];
};

/** BigBrother keeps its hands off orders it did not place, unless it was told otherwise. */
export function foreign(before: Order, { context, settings }: Scene): string | null {
  return mayChange(before, context, settings.foreignOrders)
    ? null
    : `foreign order: ${before.id} was not placed by BigBrother and is left alone`;
}

export const offTick = (at: Price | null): string | null =>
  at === null || onTick(at) ? null : `sub-penny: ${text(at)} is not on the tick Alpaca takes`;

export function wrongSideOfPrice(
  stop: Price | null,
  { position, price }: PositionContext,
): string | null {
  if (stop === null || !isThrough(position.side, stop, price)) return null;
  const side = position.side === 'long' ? 'below' : 'above';
  return `stop price: ${text(stop)} must be ${side} the current price ${text(price)}`;
}

export function sharesHeld(wanted: Decimal, book: Book): string | null {
  const free = freeShares(book);
  if (wanted.lte(free)) return null;
  const side = exitSide(book.position.side);
  const holders = book.orders.filter((order) => order.side === side).map(({ id }) => id);
  return (
    `shares held: ${text(wanted)} wanted, ${text(free)} of ` +
    `${text(book.position.quantity)} free; held by ${holders.join(', ') || 'none'}`
  );
}

/**
 * Alpaca's wash-trade table for a simple order against simple orders that rest on the
 * other side; complex classes and trailing stops are exempt on either hand.
 */
export function washTrade(
  order: Pick<Order, 'side' | 'type' | 'limitPrice' | 'orderClass'>,
  { orders }: Book,
): string | null {
  if (order.orderClass !== 'simple' || order.type === 'trailing_stop') return null;
  const crossing = orders.find(
    (resting) =>
      resting.side !== order.side &&
      resting.orderClass === 'simple' &&
      resting.type !== 'trailing_stop' &&
      couldCross(order, resting),
  );
  return crossing === undefined
    ? null
    : `wash trade: ${crossing.side} ${crossing.type} order ${crossing.id} rests on the other side`;
}

function couldCross(
  a: { readonly side: OrderSide; readonly limitPrice: Price | null },
  b: { readonly side: OrderSide; readonly limitPrice: Price | null },
): boolean {
  if (a.limitPrice === null || b.limitPrice === null) return true; // A market or stop order.
  const [buy, sell] = a.side === 'buy' ? [a, b] : [b, a];
  return buy.limitPrice !== null && sell.limitPrice !== null && buy.limitPrice.gte(sell.limitPrice);
}
