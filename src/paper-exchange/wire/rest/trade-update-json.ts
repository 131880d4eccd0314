import { formatDecimal } from '../../core/decimal.ts';
import type { TradeUpdate } from '../../core/types.ts';
import { orderJson } from './order-json.ts';
import { utcText } from './times.ts';

/** The `data` of a message of the `trade_updates` stream. */
export function tradeUpdateJson(update: TradeUpdate): object {
  const { execution } = update;
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
    order: orderJson(update),
  };
}
