import { NO_SHARES, type Quantity } from '../../domain/decimal.ts';
import type { ClientOrderId, OrderId } from '../../domain/ids.ts';
import { orderId } from '../../domain/ids.ts';
import { isTerminal, type Order, type OrderSide, remainingQuantity } from '../../domain/order.ts';
import type { PlanPart, Step } from '../../domain/plan.ts';
import type { PositionContext, PositionSide } from '../../domain/portfolio.ts';
import { exitSide, isTighter } from '../../domain/side.ts';
import { type EpochMs, msBetween } from '../../domain/time.ts';
import { coverOf, isStop } from '../account/cover.ts';
import type { Draft } from './candidate.ts';

/**
 * Longer than any request is under way: it is given up after ten seconds, and what the broker
 * has taken shows in its list of orders within another twenty. Two more are those by which a
 * clock may have been set meanwhile without anybody noticing.
 */
export const LONGEST_UNDER_WAY_MS = 32_000;

const UNKNOWN = 'unknown-';

/** A step of ours of which nobody can tell whether the broker took it. */
export type Doubt = {
  readonly kind: 'submit' | 'replace' | 'cancel';
  /** Of the order that it would place; null for a cancel. */
  readonly clientOrderId: string | null;
  /** The order that it would change or end; null for a submit. */
  readonly orderId: OrderId | null;
  /** What it would sell or buy; null where that is not known: then it may be anything. */
  readonly side: OrderSide | null;
  readonly quantity: Quantity | null;
  /** When it was sent the last time. */
  readonly since: EpochMs;
};

/**
 * The symbol as it stands in the worst case of all that the doubts may turn out to be, so
 * that what is legal here is legal whichever it is. An order in doubt stands beside the
 * others: it guards nothing, it holds all its shares, and it cannot be touched. So do the
 * orders that it may be changing or ending this moment.
 *
 * A new order that has left no trace for longer than any request is under way holds no shares
 * any more, though it stays in sight. If it should arrive after all, the broker refuses what
 * other orders have the shares of meanwhile; bare shares are no less bare for waiting.
 */
export function withDoubts(context: PositionContext, doubts: readonly Doubt[]): PositionContext {
  if (doubts.length === 0) return context;
  const ended = new Set(doubts.flatMap((each) => (each.kind === 'cancel' ? each.orderId : null)));
  const known = context.orders.map(
    (order): Order => (ended.has(order.id) ? { ...order, status: 'pending_cancel' } : order),
  );
  const orders = [...known, ...doubts.flatMap((doubt) => unknownOrder(doubt, known, context))];
  const cover = coverOf(context.position, orders, context.price, true);
  return { ...context, orders, cover, isInDoubt: true };
}

/**
 * True for a step that only adds to what protects: a new simple stop that closes, or a live
 * stop raised, of no fewer shares than before. Whether there are shares for it is judged
 * with the doubts in sight, by the same rules and guardrails as ever.
 */
export function protectsMore(step: Draft | Step, side: PositionSide): boolean {
  switch (step.kind) {
    case 'submit': {
      const { order, until } = step;
      const closes = order.positionIntent.endsWith('_to_close') && order.side === exitSide(side);
      return (
        closes && until === 'live' && order.orderClass === 'simple' && order.stopPrice !== null
      );
    }
    case 'replace':
      return isStop(step.before) && isRaise(step, side);
    case 'cancel':
      return false;
  }
}

/**
 * True where all that is in doubt are new orders that have left no trace for longer than any
 * request is under way. Then the whole position may leave: should one of them arrive after
 * all, it sells what is to be sold, and the broker lets nobody sell the same shares twice.
 */
export const areOverdue = (doubts: readonly Doubt[], now: EpochMs): boolean =>
  doubts.every((doubt) => isOverdue(doubt, now));

const isOverdue = ({ kind, since }: Pick<Doubt, 'kind' | 'since'>, now: EpochMs): boolean =>
  kind === 'submit' && msBetween(now, since) > LONGEST_UNDER_WAY_MS;

/** The same of a context that the doubts are reckoned with in. */
export const holdsNothingInDoubt = ({ orders }: PositionContext): boolean =>
  orders.every(({ id, quantity }) => !id.startsWith(UNKNOWN) || quantity?.eq(NO_SHARES) === true);

/** True for steps that only lead out of the whole position. */
export const onlyLeaves = (steps: readonly (Draft | Step)[], hold: Quantity): boolean =>
  hold.eq(NO_SHARES) && steps.every(({ kind, purpose }) => kind === 'cancel' || purpose === 'exit');

/** True for a part that may be carried out while something in its symbol is in doubt. */
export const onlyProtects = ({ steps, basis }: PlanPart): boolean =>
  steps.length > 0 && steps.every((step) => protectsMore(step, basis.side));

/**
 * True for a part that takes back exits of a position that is gone, while all that are in doubt
 * are more of them: whatever became of those, what rests would open a position.
 */
export const onlyReleases = ({ steps, cause }: PlanPart, doubts: readonly Doubt[]): boolean =>
  cause === 'orphans_released' &&
  steps.every(
    (step) =>
      step.kind === 'cancel' &&
      doubts.every(({ kind, side }) => kind === 'submit' && side === step.before.side),
  );

function isRaise(
  { before, change }: Extract<Draft | Step, { kind: 'replace' }>,
  side: PositionSide,
): boolean {
  const [was, is] = [before.stopPrice, change.stopPrice ?? before.stopPrice];
  if (was === null || is === null || isTighter(side, was, is)) return false;
  return (
    change.quantity === null || (before.quantity !== null && change.quantity.gte(before.quantity))
  );
}

function unknownOrder(
  { kind, clientOrderId, orderId: changed, side, quantity, since }: Doubt,
  known: readonly Order[],
  { position, now }: PositionContext,
): Order[] {
  if (kind === 'cancel' || clientOrderId === null) return [];
  if (known.some((order) => order.clientOrderId === clientOrderId)) return [];
  const before = known.find(({ id, status }) => id === changed && !isTerminal(status)) ?? null;
  const most = quantity ?? (before === null ? position.quantity : remainingQuantity(before));
  return [
    {
      id: orderId(`${UNKNOWN}${clientOrderId}`),
      clientOrderId: clientOrderId as ClientOrderId,
      symbol: position.symbol,
      side: side ?? before?.side ?? exitSide(position.side),
      type: before?.type ?? 'market',
      orderClass: 'simple',
      timeInForce: 'day',
      positionIntent: null,
      quantity: isOverdue({ kind, since }, now) ? NO_SHARES : most,
      filledQuantity: NO_SHARES,
      filledAveragePrice: null,
      limitPrice: null,
      stopPrice: null,
      status: 'pending_new',
      extendedHours: false,
      createdAt: now,
      updatedAt: now,
      expiresAt: null,
      replaces: before?.id ?? null,
      replacedBy: null,
      parentId: null,
    },
  ];
}
