import { ANOTHERS_PREFIX } from './anothers.ts';
import type { Intent } from './chronicle.ts';
import { type Fields, fieldsOf } from './fields.ts';
import type { Rule } from './rule.ts';
import type { Scene } from './scene.ts';
import type { Write } from './traffic.ts';
import { digitsOf, unitsOf } from './units.ts';

const OUR_PREFIX = 'bb1-';

/** Nothing is done that was not durably written down before. */
export const intentFirst: Rule = {
  number: 3,
  sentence:
    'Every write on the wire, and every order at the broker with our id, has an earlier durable ' +
    'intent with the same body; an id never has two bodies.',

  watch(scene, tell) {
    return {
      on: {
        request_sent() {
          const { write } = scene;
          if (write === null || !write.request.isOwner) return;
          // A halt is durable as itself: the latch stands before the first cancel leaves.
          if (write.kind !== 'submit' && write.kind !== 'replace' && scene.lives.halt !== null)
            return;
          const because = whyNotIntended(scene, write);
          if (because !== null) tell(write.symbol, because);
        },
        record_written({ record }) {
          if (record.type !== 'step_intended') return;
          const body = fieldsOf(record.body);
          const name = body.clientOrderId;
          const all = typeof name === 'string' ? (scene.chronicle.intents.get(name) ?? []) : [];
          const [first] = all;
          const last = all.at(-1);
          if (first === undefined || last === undefined || first === last) return;
          if (linesOf(first.request).join() !== linesOf(last.request).join()) {
            tell(record.symbol, `the id ${name} was intended with two bodies`);
          }
        },
        exchange_event({ event }) {
          if (event.kind !== 'trade_update') return;
          const { clientOrderId, symbol } = event.order;
          if (!clientOrderId.startsWith(OUR_PREFIX)) return;
          if (clientOrderId.startsWith(ANOTHERS_PREFIX)) return;
          if (scene.chronicle.intents.has(clientOrderId)) return;
          tell(symbol, `the broker has ${clientOrderId}, which no durable record intends`);
        },
      },
    };
  },
};

function whyNotIntended(scene: Scene, write: Write): string | null {
  const { method, path } = write.request;
  const name = write.clientOrderId ?? (write.kind === 'cancel' ? `cancel ${write.orderId}` : null);
  const intent = name === null ? null : scene.chronicle.newestIntent(name);
  if (intent === null) return `${method} ${path} (${name ?? 'no id'}) has no durable intent`;
  if (intent.kind !== write.kind) return `${method} of ${name} was intended as a ${intent.kind}`;
  if (write.kind === 'cancel') return null;
  const sent = sentLines(write.body);
  const meant = write.kind === 'submit' ? linesOf(intent.request) : changedLines(scene, intent);
  const difference = [
    ...sent.filter((line) => !meant.includes(line)),
    ...meant.filter((line) => !sent.includes(line)),
  ];
  return difference.length === 0
    ? null
    : `${method} of ${name} differs from its intent in ${difference.join(', ')}`;
}

/** The intent of an order, field by field, as the wire names them. */
function linesOf(request: Fields): string[] {
  const stop = fieldsOf(request.stopLoss);
  const orderClass = request.orderClass;
  return lines({
    symbol: request.symbol,
    side: request.side,
    type: request.type,
    time_in_force: request.timeInForce,
    position_intent: request.positionIntent,
    order_class: orderClass === 'simple' ? null : orderClass,
    qty: amount(request.quantity),
    limit_price: amount(request.limitPrice),
    stop_price: amount(request.stopPrice),
    take_profit: amount(request.takeProfitLimitPrice),
    stop_loss: amount(stop.stopPrice),
    stop_loss_limit: amount(stop.limitPrice),
  });
}

/** A change names every price that the order has, also those that stay. */
function changedLines({ chronicle }: Scene, intent: Intent): string[] {
  const { request, stepIndex } = intent;
  const step = chronicle.partOf(intent)?.steps[stepIndex ?? -1];
  const before = fieldsOf(step?.before);
  return lines({
    qty: amount(request.quantity),
    limit_price: amount(request.limitPrice ?? before.limitPrice),
    stop_price: amount(request.stopPrice ?? before.stopPrice),
  });
}

function sentLines(body: Fields): string[] {
  const { client_order_id: _, take_profit: profit, stop_loss: loss, ...plain } = body;
  const stop = fieldsOf(loss);
  return lines({
    ...plain,
    qty: amount(plain.qty),
    limit_price: amount(plain.limit_price),
    stop_price: amount(plain.stop_price),
    take_profit: amount(fieldsOf(profit).limit_price),
    stop_loss: amount(stop.stop_price),
    stop_loss_limit: amount(stop.limit_price),
  });
}

function amount(value: unknown): string | null {
  const units = unitsOf(value);
  return units === null ? null : digitsOf(units);
}

const lines = (fields: Fields): string[] =>
  Object.entries(fields)
    .filter(([, value]) => value !== null && value !== undefined)
    .map(([name, value]) => `${name}=${value}`)
    .sort();
