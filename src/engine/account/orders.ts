import type { Price, Quantity } from '../../domain/decimal.ts';
import { isWhole, text } from '../../domain/decimal.ts';
import type { Target } from '../../domain/decision.ts';
import type { Order, OrderRequest } from '../../domain/order.ts';
import { remainingQuantity } from '../../domain/order.ts';
import type { OrderLine } from '../../domain/plan.ts';
import type { PositionContext } from '../../domain/portfolio.ts';
import { exitSide } from '../../domain/side.ts';
import { isManaged } from './groups.ts';

/** A protective stop-limit: GTC for whole shares; a fraction takes DAY only. */
export const stopOrder = (
  target: Target,
  cover: { readonly stopPrice: Price; readonly limitPrice: Price },
  shares: Quantity,
): OrderRequest =>
  closingOrder(target, shares, {
    type: 'stop_limit',
    timeInForce: isWhole(shares) ? 'gtc' : 'day',
    stopPrice: cover.stopPrice,
    limitPrice: cover.limitPrice,
  });

/** A take-profit and a stop-limit for the same whole shares: what fills first ends the other. */
export const exitPair = (
  target: Target,
  cover: { readonly stopPrice: Price; readonly limitPrice: Price },
  shares: Quantity,
  takeProfitLimitPrice: Price,
): OrderRequest => ({
  ...closingOrder(target, shares, { type: 'limit', timeInForce: 'gtc' }),
  orderClass: 'oco',
  takeProfitLimitPrice,
  stopLoss: { stopPrice: cover.stopPrice, limitPrice: cover.limitPrice },
});

/** A limit order for the day. */
export const limitOrder = (target: Target, shares: Quantity, limitPrice: Price): OrderRequest =>
  closingOrder(target, shares, { type: 'limit', timeInForce: 'day', limitPrice });

/** A market order that closes so many shares now. */
export const marketOrder = (target: Target, shares: Quantity): OrderRequest =>
  closingOrder(target, shares, { type: 'market', timeInForce: 'day' });

type ClosingTerms = Pick<OrderRequest, 'type' | 'timeInForce'> &
  Partial<Pick<OrderRequest, 'limitPrice' | 'stopPrice'>>;

const closingOrder = (target: Target, shares: Quantity, terms: ClosingTerms): OrderRequest => ({
  symbol: target.symbol,
  side: exitSide(target.side),
  quantity: shares,
  type: terms.type,
  timeInForce: terms.timeInForce,
  limitPrice: terms.limitPrice ?? null,
  stopPrice: terms.stopPrice ?? null,
  orderClass: 'simple',
  takeProfitLimitPrice: null,
  stopLoss: null,
  positionIntent: target.side === 'long' ? 'sell_to_close' : 'buy_to_close',
});

/** Orders as a person reads them. */
export const orderLines = (orders: readonly Order[], context: PositionContext): OrderLine[] =>
  orders.map((order) => ({
    side: order.side,
    type: order.orderClass === 'simple' ? order.type : `${order.type} (${order.orderClass})`,
    quantity: digits(remainingQuantity(order)) ?? 'in dollars',
    limitPrice: digits(order.limitPrice),
    stopPrice: digits(order.stopPrice),
    timeInForce: order.timeInForce,
    owner: isManaged(order, context.orders, context.intents) ? 'bigbrother' : 'foreign',
  }));

const digits = (value: Price | Quantity | null): string | null =>
  value === null ? null : text(value);
