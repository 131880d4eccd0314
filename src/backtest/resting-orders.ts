import { NO_SHARES, quantity } from '../domain/decimal.ts';
import { type ClientOrderId, orderId, type Ticker } from '../domain/ids.ts';
import type { Order } from '../domain/order.ts';
import type { EpochMs } from '../domain/time.ts';
import { priceOf } from './price-bars.ts';

/** What rests for a long position; prices in units. */
type Resting = {
  readonly symbol: Ticker;
  readonly placedAt: EpochMs;
  readonly quantity: number;
  /** 0 for no stop. */
  readonly stopPrice: number;
  /** Shares that wait for their profit. */
  readonly waiting: number;
  readonly profitPrice: number;
};

/** As they rest in production: a pair for what waits for its profit, a stop for the rest. */
export function restingOrders(resting: Resting): readonly Order[] {
  const { waiting, quantity: held, profitPrice } = resting;
  if (resting.stopPrice === 0) return [];
  const stopPrice = priceOf(resting.stopPrice);
  const stop: Order = {
    ...template(resting),
    ...named('stop'),
    type: 'stop_limit',
    quantity: quantity(String(held - waiting)),
    stopPrice,
    limitPrice: stopPrice,
  };
  if (waiting === 0) return [stop];
  const paired = { quantity: quantity(String(waiting)), orderClass: 'oco' } as const;
  const limitPrice = priceOf(profitPrice);
  const profit: Order = { ...stop, ...paired, ...named('profit'), type: 'limit', limitPrice };
  const leg: Order = { ...stop, ...paired, ...named('leg'), parentId: profit.id, status: 'held' };
  const pair = [{ ...profit, stopPrice: null }, leg];
  return held > waiting ? [...pair, stop] : pair;
}

const template = ({
  symbol,
  placedAt,
}: Resting): Omit<
  Order,
  'id' | 'clientOrderId' | 'quantity' | 'type' | 'stopPrice' | 'limitPrice'
> => ({
  symbol,
  side: 'sell',
  orderClass: 'simple',
  timeInForce: 'gtc',
  positionIntent: 'sell_to_close',
  filledQuantity: NO_SHARES,
  filledAveragePrice: null,
  status: 'new',
  extendedHours: false,
  createdAt: placedAt,
  updatedAt: placedAt,
  expiresAt: null,
  replaces: null,
  replacedBy: null,
  parentId: null,
});

const named = (id: string) => ({ id: orderId(id), clientOrderId: `bb1-${id}` as ClientOrderId });
