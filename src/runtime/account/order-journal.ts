import { type Decimal, text } from '../../domain/decimal.ts';
import type { RecordedExecution } from '../../domain/order.ts';
import type { OrderUpdate } from '../../ports/broker.ts';
import type { EventLogger } from '../journal/event-logger.ts';
import type { Growth } from './position-book.ts';

export function logOrderUpdate(logger: EventLogger, { event, order, at }: OrderUpdate): void {
  logger.log({
    type: 'order_update_received',
    actor: 'broker',
    symbol: order.symbol,
    orderId: order.id,
    body: {
      event,
      at,
      clientOrderId: order.clientOrderId,
      side: order.side,
      orderType: order.type,
      status: order.status,
      quantity: order.quantity,
      filledQuantity: order.filledQuantity,
      limitPrice: order.limitPrice,
      stopPrice: order.stopPrice,
      replacedBy: order.replacedBy,
      parentId: order.parentId,
    },
  });
}

/**
 * One record for the shares an order filled since it was last seen, whoever told of it.
 *
 * @param executionId null when it was found by reading, since the stream had lost it
 */
export function logFill(logger: EventLogger, growth: Growth, executionId: string | null): void {
  const { order, shares, price } = growth;
  logger.log({
    type: 'fill_received',
    actor: 'broker',
    symbol: order.symbol,
    orderId: order.id,
    body: {
      executionId,
      clientOrderId: order.clientOrderId,
      side: order.side,
      quantity: text(shares),
      price: text(price),
      filledQuantity: text(order.filledQuantity),
      status: order.status,
      orderType: order.type,
      limitPrice: order.limitPrice,
      stopPrice: order.stopPrice,
      parentId: order.parentId,
    },
  });
}

/** An execution that was found in the account's record, as far as it was not known. */
export function logMissedFill(
  logger: EventLogger,
  execution: RecordedExecution,
  shares: Decimal,
): void {
  const { executionId, orderId, symbol, side, price, filledQuantity, at } = execution;
  logger.log({
    type: 'fill_received',
    actor: 'broker',
    symbol,
    orderId,
    body: {
      executionId,
      executedAt: at,
      side,
      quantity: text(shares),
      price: text(price),
      filledQuantity: text(filledQuantity),
    },
  });
}
