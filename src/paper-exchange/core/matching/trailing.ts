import { type Decimal, multiply, ONE, roundTo } from '../basics/decimal.ts';
import type { Order } from '../basics/types.ts';
import type { Kernel } from '../state/kernel.ts';
import type { SymbolMarket } from '../state/market.ts';
import type { OrderRecord } from '../state/order-record.ts';

const CENTS = 2;

/** Moves the trailing stops of a symbol with a print; gives back those that it elects. */
export function trail(
  kernel: Kernel,
  market: SymbolMarket,
  price: Decimal,
): readonly OrderRecord[] {
  const elected: OrderRecord[] = [];
  for (const record of market.trailingStops) {
    const { highWaterMark, stopPrice, side } = record.order;
    if (highWaterMark === null || stopPrice === null) continue;
    const isBuy = side === 'buy';
    if (isBuy ? price < highWaterMark : price > highWaterMark) {
      kernel.change(record, trailedFrom(record.order, price));
    } else if (isBuy ? price >= stopPrice : price <= stopPrice) {
      elected.push(record);
    }
  }
  return elected;
}

/** The mark and the stop that belong to it, to the cent. */
export function trailedFrom(
  order: Pick<Order, 'side' | 'trailPrice' | 'trailPercent'>,
  mark: Decimal,
): { readonly highWaterMark: Decimal; readonly stopPrice: Decimal } {
  const percent = order.trailPercent ?? 0n;
  const distance = order.trailPrice ?? multiply(mark, percent) / 100n;
  const stop = order.side === 'buy' ? mark + distance : mark - distance;
  return { highWaterMark: mark, stopPrice: stop > 0n ? roundTo(stop, CENTS) : ONE / 100n };
}
