import type { Order } from '../../src/paper-exchange/core/basics/types.ts';
import type { Rule } from './rule.ts';

/** What moved in the last three of the six cycles may still be put right. */
const GIVEN_MS = 30_000;

const ENTRY_MS = 300_000;

/** Nothing of ours is left behind where nothing is held. */
export const noOrphans: Rule = {
  number: 21,
  sentence:
    'Six cycles after the last fault no live order of ours rests in a flat symbol, but for an ' +
    'entry of the last five minutes with its stop.',

  watch(scene, tell) {
    return {
      settled() {
        for (const symbol of scene.books.symbols) {
          if (scene.movedWithin(symbol, GIVEN_MS)) continue;
          const { quantity, orders } = scene.books.of(symbol);
          if (quantity !== 0n) continue;
          for (const order of orders) {
            // A cancel that the broker keeps pending was all that could be done.
            if (!scene.books.isOurs(order) || isBeingCanceled(order, orders)) continue;
            if (isEntering(order, orders, scene.now)) continue;
            tell(symbol, `our ${order.side} ${order.type} ${order.id} is ${order.status} in it`);
          }
        }
      },
    };
  },
};

/** An entry waits to be filled for five minutes, and its stop with it. */
function isEntering(order: Order, orders: readonly Order[], now: number): boolean {
  const entry = orders.find(({ id }) => id === (order.parentId ?? order.id));
  if (entry?.positionIntent?.endsWith('_to_open') !== true) return false;
  if (entry.orderClass !== 'bracket' && entry.orderClass !== 'oto') return false;
  return now - entry.createdAt < ENTRY_MS + GIVEN_MS;
}

/** A leg waits for the end of its group. */
const isBeingCanceled = ({ id, parentId }: Order, orders: readonly Order[]): boolean =>
  orders.some(
    (each) => (each.id === id || each.id === parentId) && each.status === 'pending_cancel',
  );
