import { isLive } from './books.ts';
import { fieldsOf, textOf } from './fields.ts';
import type { Rule } from './rule.ts';

const OUR_PREFIX = 'bb1-';

/** A step of a plan becomes one order at the most, and a plan is used once. */
export const atMostOnce: Rule = {
  number: 4,
  sentence:
    'Each step of a plan becomes at most one order, each id one order, each plan is spent at ' +
    'most once; a key goes on to its next generation only when the order before has ended.',

  watch(scene, tell) {
    const orderOfId = new Map<string, string>();
    const idOfStep = new Map<string, string>();
    const spentHashes = new Set<string>();
    const newestOfKey = new Map<string, string>();
    return {
      on: {
        record_written({ record }) {
          if (record.type !== 'plan_spent') return;
          const hash = textOf(fieldsOf(record.body).hash) ?? '';
          if (spentHashes.has(hash)) tell(record.symbol, `plan ${hash} was spent twice`);
          spentHashes.add(hash);
        },
        exchange_event({ event }) {
          if (event.kind !== 'trade_update') return;
          const { id, clientOrderId, symbol } = event.order;
          if (!clientOrderId.startsWith(OUR_PREFIX) || orderOfId.get(clientOrderId) === id) return;
          const twin = orderOfId.get(clientOrderId);
          if (twin !== undefined) {
            tell(symbol, `the id ${clientOrderId} is on two orders, ${twin} and ${id}`);
            return;
          }
          orderOfId.set(clientOrderId, id);
          const intent = scene.chronicle.newestIntent(clientOrderId);
          if (intent === null) return;
          const step = `${intent.planId} ${intent.symbol} ${intent.stepIndex}`;
          const other = idOfStep.get(step);
          if (other !== undefined && other !== clientOrderId) {
            tell(symbol, `step ${step} became two orders, ${other} and ${clientOrderId}`);
          }
          idOfStep.set(step, clientOrderId);
          if (intent.key === null) return;
          const before = newestOfKey.get(intent.key);
          const earlier = before === undefined ? null : scene.books.order(before);
          newestOfKey.set(intent.key, id);
          if (earlier === null || !isLive(earlier) || earlier.replacedBy === id) return;
          tell(
            symbol,
            `${intent.key} went on to generation ${intent.generation} while order ${before} ` +
              `is still ${earlier.status}`,
          );
        },
      },
    };
  },
};
