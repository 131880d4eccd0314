import type { trading } from '@alpacahq/alpaca-trade-api';
import { type Decimal, text } from '../../domain/decimal.ts';
import type { ReplaceStep, SubmitStep } from '../../domain/plan.ts';

/** The body of a POST: plain digits only, and always the intent, so that an exit cannot open. */
export function orderBody({ order, clientOrderId }: SubmitStep): trading.PostOrderRequest {
  const { takeProfitLimitPrice, stopLoss } = order;
  return {
    symbol: order.symbol,
    side: order.side,
    type: order.type,
    timeInForce: order.timeInForce,
    qty: text(order.quantity),
    positionIntent: order.positionIntent,
    clientOrderId,
    ...(order.orderClass === 'simple' ? {} : { orderClass: order.orderClass }),
    ...digits('limitPrice', order.limitPrice),
    ...digits('stopPrice', order.stopPrice),
    ...(takeProfitLimitPrice === null
      ? {}
      : { takeProfit: { limitPrice: text(takeProfitLimitPrice) } }),
    ...(stopLoss === null
      ? {}
      : {
          stopLoss: {
            stopPrice: text(stopLoss.stopPrice),
            ...digits('limitPrice', stopLoss.limitPrice),
          },
        }),
  };
}

/**
 * The body of a PATCH. Alpaca wants every price that the order has, also those that stay; and
 * an id, or it makes one up that we would not know.
 */
export function changeBody({
  before,
  change,
  clientOrderId,
}: ReplaceStep): trading.PatchOrderRequest {
  return {
    clientOrderId,
    ...digits('qty', change.quantity),
    ...digits('limitPrice', change.limitPrice ?? before.limitPrice),
    ...digits('stopPrice', change.stopPrice ?? before.stopPrice),
  };
}

const digits = <Key extends string>(
  key: Key,
  value: Decimal | null,
): { readonly [K in Key]?: string } => {
  if (value === null) return {};
  return { [key]: text(value) } as { readonly [K in Key]: string };
};
