import type { Decimal } from '../../../domain/decimal.ts';
import { isWhole, NO_SHARES, text, ZERO } from '../../../domain/decimal.ts';
import type { Order } from '../../../domain/order.ts';
import { isTerminal, remainingQuantity } from '../../../domain/order.ts';
import { isTighter } from '../../../domain/side.ts';
import { isoTime } from '../../../domain/time.ts';
import { isStop } from '../../account/cover.ts';
import { groupsOf } from '../../account/groups.ts';
import { Book } from '../book.ts';
import type { Draft } from '../candidate.ts';
import type { Rule, Scene } from './shared.ts';
import { foreign, offTick, sharesHeld, washTrade, wrongSideOfPrice } from './shared.ts';

type Replace = Extract<Draft, { kind: 'replace' }>;

/** What Alpaca asks of a PATCH, and that a stop never loosens by one. */
export const REPLACE_RULES: readonly Rule<Replace>[] = [
  ({ before }, scene) => foreign(before, scene),
  ({ before, change }, { book }) => notReplaceable(before, change.quantity !== null, book),
  ({ before }) =>
    before.filledQuantity.gt(ZERO)
      ? `PATCH: order ${before.id} is partly filled, and a PATCH would count its fills twice`
      : null,
  ({ before, change }) =>
    isWholeOrder(before) && (change.quantity === null || isWhole(change.quantity))
      ? null
      : `PATCH: a quantity with a fraction cannot be replaced (order ${before.id})`,
  ({ before, change }) =>
    before.type === 'trailing_stop' && (change.stopPrice !== null || change.quantity !== null)
      ? `PATCH: the stop of trailing order ${before.id} is moved by the broker alone`
      : null,
  ({ before, change }) =>
    differs(before.quantity, change.quantity) ||
    differs(before.limitPrice, change.limitPrice) ||
    differs(before.stopPrice, change.stopPrice)
      ? null
      : `PATCH: nothing about order ${before.id} would change`,
  ({ change }) => offTick(change.stopPrice) ?? offTick(change.limitPrice),
  ({ before, change }, { context }) =>
    differs(before.stopPrice, change.stopPrice)
      ? wrongSideOfPrice(change.stopPrice, context)
      : null,
  ({ before, change }, { context }) =>
    before.stopPrice !== null &&
    change.stopPrice !== null &&
    isTighter(context.position.side, before.stopPrice, change.stopPrice)
      ? `stop never loosens: ${text(before.stopPrice)} to ${text(change.stopPrice)}`
      : null,
  (draft, scene) => exitsCross(draft, scene),
  ({ before }, { context: { session } }) =>
    session.isOpen
      ? null
      : `session: outside the regular session a PATCH is refused; the ${nameOf(before)} stays and ` +
        `moves at the open, ${isoTime(session.nextOpenAt)}`,
  ({ before, change }, { book }) => {
    const more = (change.quantity ?? before.quantity ?? NO_SHARES).minus(before.quantity ?? ZERO);
    return more.gt(ZERO) ? sharesHeld(more, book) : null;
  },
  ({ before, change }, { book }) =>
    washTrade(
      { ...before, limitPrice: change.limitPrice ?? before.limitPrice },
      new Book(
        book.position,
        book.orders.filter(({ id }) => id !== before.id),
      ),
    ),
];

/** Price of a bracket's or OCO's waiting leg may change too; its quantity belongs to the group. */
function notReplaceable(before: Order, changesQuantity: boolean, book: Book): string | null {
  const live = book.orders.find(({ id }) => id === before.id);
  if (live === undefined || isTerminal(live.status)) return `PATCH: order ${before.id} has ended`;
  if (before.orderClass === 'oto') return `PATCH: OTO order ${before.id} cannot be replaced`;
  const isGrouped = before.orderClass === 'oco' || before.orderClass === 'bracket';
  if (isGrouped && changesQuantity) {
    return `PATCH: the quantity of ${before.orderClass} leg ${before.id} belongs to its group`;
  }
  return live.status === 'new' || (isGrouped && live.status === 'held')
    ? null
    : `PATCH: cannot replace order ${before.id} in ${live.status} status`;
}

/** In a pair of exits the take-profit stays on the gaining side of the stop. */
function exitsCross({ before, change }: Replace, { book, context }: Scene): string | null {
  if (before.orderClass === 'simple') return null;
  const group = groupsOf(book.orders).find(({ orders }) =>
    orders.some(({ id }) => id === before.id),
  );
  const fellow = group?.orders.find(({ id, side }) => id !== before.id && side === before.side);
  const stop = change.stopPrice ?? fellow?.stopPrice ?? null;
  const limit = isStop(before) ? (fellow?.limitPrice ?? null) : change.limitPrice;
  if (stop === null || limit === null || isTighter(context.position.side, limit, stop)) return null;
  return `PATCH: the take-profit at ${text(limit)} would not lie beyond the stop at ${text(stop)}`;
}

const nameOf = ({ stopPrice, type }: Order): string =>
  stopPrice === null ? `${type} order` : `stop at ${text(stopPrice)}`;

const isWholeOrder = (order: Order): boolean =>
  order.quantity !== null && isWhole(remainingQuantity(order) ?? order.quantity);

const differs = (before: Decimal | null, change: Decimal | null): boolean =>
  change !== null && (before === null || !before.eq(change));
