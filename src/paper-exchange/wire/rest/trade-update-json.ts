import { formatDecimal } from '../../core/basics/decimal.ts';
import type { TradeUpdate } from '../../core/basics/types.ts';
import { orderJson } from './order-json.ts';
import { utcText } from './times.ts';

/** The `data` of a message of the `trade_updates` stream; some carry when a cancel was asked for. */
export function tradeUpdateJson(update: TradeUpdate, showsCancelRequest = false): object {
  const { execution, order } = update;
  const requestedAt = showsCancelRequest ? order.cancelRequestedAt : null;
  const at = utcText(update.at);
  return {
    event: update.event,
    event_id: update.eventId,
    at,
    timestamp: at,
    ...(execution === null
      ? {}
      : {
          execution_id: execution.id,
          price: formatDecimal(execution.price),
          qty: formatDecimal(execution.qty),
          position_qty: formatDecimal(execution.positionQty),
        }),
    order: {
      ...orderJson(update),
      ...(requestedAt === null ? {} : { cancel_requested_at: utcText(requestedAt) }),
    },
  };
}
