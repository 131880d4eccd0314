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
  const left = quantity(String(held - waiting));
  const stop = orderOf(resting, {
    id: 'stop',
    type: 'stop_limit',
    quantity: left,
    orderClass: 'simple',
    status: 'new',
    stopPrice,
    limitPrice: stopPrice,
    parentId: null,
  });
  if (waiting === 0) return [stop];
  const pair = { quantity: quantity(String(waiting)), orderClass: 'oco' } as const;
  const profit = orderOf(resting, {
    ...{ ...pair, id: 'profit', type: 'limit', status: 'new', parentId: null },
    ...{ stopPrice: null, limitPrice: priceOf(profitPrice) },
  });
  const leg = orderOf(resting, {
    ...{ ...pair, id: 'leg', type: 'stop_limit', status: 'held', parentId: profit.id },
    ...{ stopPrice, limitPrice: stopPrice },
  });
  return held > waiting ? [profit, leg, stop] : [profit, leg];
}

type Part = Pick<
  Order,
  'type' | 'quantity' | 'orderClass' | 'status' | 'stopPrice' | 'limitPrice' | 'parentId'
> & { readonly id: 'stop' | 'profit' | 'leg' };

/** Written out field by field: it is made for each stop of each trade. */
const orderOf = ({ symbol, placedAt }: Resting, part: Part): Order => ({
  id: IDS[part.id].id,
  clientOrderId: IDS[part.id].clientOrderId,
  symbol,
  side: 'sell',
  type: part.type,
  quantity: part.quantity,
  orderClass: part.orderClass,
  status: part.status,
  stopPrice: part.stopPrice,
  limitPrice: part.limitPrice,
  parentId: part.parentId,
  timeInForce: 'gtc',
  positionIntent: 'sell_to_close',
  filledQuantity: NO_SHARES,
  filledAveragePrice: null,
  extendedHours: false,
  createdAt: placedAt,
  updatedAt: placedAt,
  expiresAt: null,
  replaces: null,
  replacedBy: null,
});

const named = (id: string) => ({ id: orderId(id), clientOrderId: `bb1-${id}` as ClientOrderId });
const IDS = { stop: named('stop'), profit: named('profit'), leg: named('leg') };
