import type { Quantity } from '../../domain/decimal.ts';
import { addShares, larger, NO_SHARES, sharesLeft } from '../../domain/decimal.ts';
import type { Decision, Target } from '../../domain/decision.ts';
import type { Order } from '../../domain/order.ts';
import { isTriggered, remainingQuantity, saysItCloses } from '../../domain/order.ts';
import type { PositionContext } from '../../domain/portfolio.ts';
import { exitSide } from '../../domain/side.ts';
import { isDormant, isStop, isWorking } from '../account/cover.ts';
import type { OrderGroup } from '../account/groups.ts';
import { groupsOf, mayChange } from '../account/groups.ts';
import type { PlanningSettings } from '../planning-settings.ts';

/** A bracket's or OCO's exits that are ours to change. */
export type ExitGroup = {
  readonly key: string;
  readonly orders: readonly Order[];
  readonly stop: Order | null;
  readonly takeProfit: Order | null;
  /** Shares the group owns: its exits own them once. */
  readonly quantity: Quantity;
};

/** One symbol's live orders, sorted by what the planner may do with them. */
export type Situation = {
  readonly context: PositionContext;
  readonly target: Target;
  readonly settings: PlanningSettings;
  /** Simple stops of ours that wait for their price. */
  readonly stops: readonly Order[];
  /** Stop-limits of ours that have triggered and not filled, alone or in a group. */
  readonly triggered: readonly Order[];
  /** Other simple exits of ours: limits, and sales that have not filled yet. */
  readonly otherExits: readonly Order[];
  readonly groups: readonly ExitGroup[];
  /** Orders of ours that guard nothing any more and only do harm: they go, whatever is wanted. */
  readonly stale: readonly Order[];
  /** Orders of ours on the opening side. */
  readonly entries: readonly Order[];
  /** Exits that cannot be touched: foreign ones, and those that are changing this moment. */
  readonly fixed: readonly Order[];
  /** Shares that `fixed` exits hold. */
  readonly fixedQuantity: Quantity;
};

export function situationOf(
  context: PositionContext,
  decision: Decision,
  settings: PlanningSettings,
): Situation {
  const side = exitSide(context.position.side);
  const sorted = {
    stops: [] as Order[],
    triggered: [] as Order[],
    otherExits: [] as Order[],
    groups: [] as ExitGroup[],
    entries: [] as Order[],
    stale: [] as Order[],
    fixed: [] as Order[],
  };
  let fixedQuantity = NO_SHARES;
  const inOrder = [...context.orders].sort(byAge);
  for (const group of groupsOf(inOrder)) {
    const exits = group.orders.filter((order) => order.side === side);
    const entries = group.orders.filter((order) => order.side !== side);
    const oursToOpen = entries.filter((order) => mayChange(order, context, settings.foreignOrders));
    sorted.entries.push(...oursToOpen.filter((order) => !wasAnExit(order)));
    sorted.stale.push(...oursToOpen.filter(wasAnExit).slice(0, 1));
    if (exits.length === 0 || isDormant(group, side)) continue;
    if (
      !exits.every(
        (exit) => mayChange(exit, context, settings.foreignOrders) && isSteady(exit, group),
      )
    ) {
      sorted.fixed.push(...exits);
      fixedQuantity = addShares(fixedQuantity, heldBy(exits, context));
    } else if (exits.some((exit) => guardsNothing(exit))) {
      sorted.stale.push(...exits.slice(0, 1));
    } else if (exits.some(({ orderClass }) => orderClass !== 'simple')) {
      const owned = exitGroup(group.key, exits, context);
      if (owned.stop !== null && isTriggered(owned.stop, context.price)) {
        sorted.triggered.push(owned.stop);
      } else sorted.groups.push(owned);
    } else {
      for (const exit of exits) sorted[kindOf(exit, context)].push(exit);
    }
  }
  return { context, target: decision.target, settings, ...sorted, fixedQuantity };
}

/** It was to close the position before this one, on the other side: now it would open more. */
const wasAnExit = (order: Order): boolean =>
  saysItCloses(order) && order.status !== 'pending_cancel';

/** Shares that no fixed exit holds and no other sale of ours is about to take. */
export const coverableQuantity = (situation: Situation): Quantity =>
  sharesLeft(
    situation.target.holdQuantity,
    addShares(
      situation.fixedQuantity,
      [...situation.triggered, ...situation.otherExits].reduce(
        (sum, order) => addShares(sum, sharesOf(order, situation.context)),
        NO_SHARES,
      ),
    ),
  );

/** Shares an order may still take; an order placed in dollars may take all. */
export const sharesOf = (order: Order, { position }: PositionContext): Quantity =>
  remainingQuantity(order) ?? position.quantity;

/** False while the broker is still busy with the order: its end has to be awaited. */
const isSteady = (order: Order, group: OrderGroup): boolean =>
  isWorking(order) ||
  order.status === 'suspended' ||
  (order.status === 'held' && group.orders.length > 1);

/** Nothing that is suspended can trade, nor does what it was to wake. */
const guardsNothing = ({ isBeforeSplit, status }: Order): boolean =>
  isBeforeSplit === true || status === 'suspended';

function kindOf(order: Order, { price }: PositionContext): 'stops' | 'triggered' | 'otherExits' {
  if (!isStop(order) || order.quantity === null) return 'otherExits';
  return isTriggered(order, price) ? 'triggered' : 'stops';
}

function exitGroup(key: string, orders: readonly Order[], context: PositionContext): ExitGroup {
  return {
    key,
    orders,
    stop: orders.find(isStop) ?? null,
    takeProfit: orders.find(({ type }) => type === 'limit') ?? null,
    quantity: heldBy(orders, context),
  };
}

const heldBy = (exits: readonly Order[], context: PositionContext): Quantity =>
  exits.map((order) => sharesOf(order, context)).reduce(larger, NO_SHARES);

/** Oldest first, so that the plan does not depend on the order in which they were listed. */
const byAge = (a: Order, b: Order): number =>
  a.createdAt - b.createdAt || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
