import type { Order } from '../../src/paper-exchange/core/basics/types.ts';
import type { PlannedPart } from './chronicle.ts';
import { claimedIn, exitGroupsOf, isStop } from './exits.ts';
import { fieldsOf } from './fields.ts';
import type { Rule } from './rule.ts';
import type { Scene } from './scene.ts';
import type { Write } from './traffic.ts';
import { digitsOf, magnitude, unitsOf } from './units.ts';

/** A stop moves one way only, and gives way only to something that guards as well. */
export const monotoneProtection: Rule = {
  number: 8,
  sentence:
    'No stop is moved away from the market; none is cancelled unless its plan puts a stop as ' +
    'tight or an exit in its place, or nothing is left that it guards.',

  watch(scene, tell) {
    return {
      on: {
        request_sent() {
          const { write } = scene;
          if (write?.orderId == null || !write.request.isOwner) return;
          const order = scene.books.order(write.orderId);
          if (order === null || !isStop(order) || !isExit(scene, order)) return;
          if (scene.hasNews(order.symbol) || isFlattening(scene, write)) return;
          const because =
            write.kind === 'replace'
              ? whyLooser(scene, order, write)
              : whyBare(scene, order, write);
          if (because !== null) tell(order.symbol, because);
        },
      },
    };
  },
};

function isExit({ books }: Scene, { symbol, side }: Order): boolean {
  const { quantity } = books.of(symbol);
  return quantity !== 0n && side === (quantity > 0n ? 'sell' : 'buy');
}

/** A person wants out of everything: its stops go first, since they hold the shares. */
const isFlattening = ({ lives }: Scene, { kind }: Write): boolean =>
  kind === 'cancel' && lives.halt?.level === 'flatten';

/** After a split an order of before it is on another scale. */
const isComparable = ({ books }: Scene, { symbol, createdAt }: Order): boolean =>
  createdAt > books.lastAction(symbol);

function whyLooser(scene: Scene, order: Order, { body, clientOrderId }: Write): string | null {
  const stop = unitsOf(body.stop_price);
  if (!isComparable(scene, order)) return null;
  if (stop === null || order.stopPrice === null || !isLooser(order, stop, order.stopPrice)) {
    return null;
  }
  return (
    `PATCH ${clientOrderId} moves the ${order.side} stop of ${order.id} from ` +
    `${digitsOf(order.stopPrice)} to ${digitsOf(stop)}`
  );
}

/** A cancel takes its whole group along; what the plan places afterwards must make up for it. */
function whyBare(scene: Scene, order: Order, { orderId }: Write): string | null {
  const book = scene.books.of(order.symbol);
  const staying = exitGroupsOf(book).filter(
    ({ orders }) => !orders.some(({ id }) => id === orderId),
  );
  // Also shares that another exit sells: one of two owners has to go.
  if (claimedIn(staying) >= magnitude(book.quantity)) return null;
  // On the scale of before a split it guards nothing that it could leave bare.
  if (!isComparable(scene, order)) return null;
  const intent = scene.chronicle.newestIntent(`cancel ${orderId}`);
  const part = intent === null ? null : scene.chronicle.partOf(intent);
  const later = part === null ? [] : laterExits(part, intent?.stepIndex ?? 0, order);
  if (later.length === 0) {
    return `the cancel of stop ${order.id} has nothing in its plan that takes its place`;
  }
  const looser = later.find(
    (stop) => stop !== null && order.stopPrice !== null && isLooser(order, stop, order.stopPrice),
  );
  if (looser == null) return null;
  return (
    `the plan that cancels the ${order.side} stop at ${digitsOf(order.stopPrice ?? 0n)} places ` +
    `one at ${digitsOf(looser)} instead`
  );
}

/**
 * The stop prices of the exits that later steps place, or give more shares; null for one that
 * sells at once.
 */
function laterExits(part: PlannedPart, stepIndex: number, before: Order): (bigint | null)[] {
  return part.steps.slice(stepIndex + 1).flatMap((step) => {
    if (step.kind === 'replace') return grownStop(step, before.side);
    const order = fieldsOf(step.order);
    if (step.kind !== 'submit' || order.side !== before.side) return [];
    const limit = unitsOf(order.takeProfitLimitPrice);
    // A pair that may sell for less than the stop would have waited for sells at once.
    if (limit !== null && before.stopPrice !== null && isLooser(before, limit, before.stopPrice))
      return [null];
    return [unitsOf(order.stopPrice) ?? unitsOf(fieldsOf(order.stopLoss).stopPrice)];
  });
}

function grownStop(step: PlannedPart['steps'][number], side: string): bigint[] {
  const [before, change] = [fieldsOf(step.before), fieldsOf(step.change)];
  const [was, is] = [unitsOf(before.quantity), unitsOf(change.quantity)];
  const stop = unitsOf(change.stopPrice) ?? unitsOf(before.stopPrice);
  const grows = was !== null && is !== null && is > was;
  return grows && before.side === side && stop !== null ? [stop] : [];
}

const isLooser = ({ side }: Order, stop: bigint, than: bigint): boolean =>
  side === 'sell' ? stop < than : stop > than;
