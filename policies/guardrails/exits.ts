import {
  addShares,
  larger,
  NO_SHARES,
  type Price,
  type Quantity,
} from '../../src/domain/decimal.ts';
import { isOurs, isTerminal, type Order, remainingQuantity } from '../../src/domain/order.ts';
import type { PlanPart, Step, SubmitStep } from '../../src/domain/plan.ts';
import type { PositionContext } from '../../src/domain/portfolio.ts';
import { quantityAfter } from '../../src/domain/risk-reducing.ts';
import { exitSide } from '../../src/domain/side.ts';

/** An order that can bring the position nearer to flat, as it stands or would stand. */
export type Exit = {
  /** Exits of one group, such as the two of an OCO, never sell the same shares twice. */
  readonly group: string;
  /** The order at the broker; null for one that the plan would place. */
  readonly order: Order | null;
  /** True once a step of the plan has placed or changed it. */
  readonly planned: boolean;
  /** Shares it may still execute in the worst case. */
  readonly quantity: Quantity;
  readonly stopPrice: Price | null;
  readonly limitPrice: Price | null;
};

/** The exits at the broker now, `held` and pending ones included. */
export function exitsNow({ orders, position }: PositionContext): readonly Exit[] {
  const closing = exitSide(position.side);
  const live = orders.filter(({ status }) => !isTerminal(status));
  const grouped = live.map((order) => ({ order, group: rootOf(order, orders) }));
  const asleep = dormantGroups(grouped, closing);
  return grouped.flatMap(({ order, group }) => {
    if (order.side !== closing || asleep.has(group)) return [];
    // An order in dollars may sell any number of shares: count all that are held.
    const quantity = remainingQuantity(order) ?? position.quantity;
    const { stopPrice, limitPrice } = order;
    return [{ group, order, planned: false, quantity, stopPrice, limitPrice }];
  });
}

/** The exits after each step, each step confirmed before the next, beginning with now. */
export const exitsAlong = (part: PlanPart, context: PositionContext) => walk(part, context).along;

/** The exits before a part. */
export const exitsBefore = (part: PlanPart, context: PositionContext) => walk(part, context).now;

/** The exits at the end of a part. */
export const exitsAfter = (part: PlanPart, context: PositionContext) => walk(part, context).latest;

type Walk = {
  readonly part: PlanPart;
  readonly context: PositionContext;
  readonly now: readonly Exit[];
  readonly along: readonly (readonly Exit[])[];
  readonly latest: readonly Exit[];
};
/** Guardrails ask one after the other about the same part. */
let walked: Walk | null = null;

function walk(part: PlanPart, context: PositionContext): Walk {
  if (walked?.part === part && walked.context === context) return walked;
  const closing = exitSide(context.position.side);
  const now = exitsNow(context);
  let latest = now;
  const along = [now];
  for (const [index, step] of part.steps.entries()) {
    latest = after(step, `step ${index}`, latest, closing);
    along.push(latest);
  }
  walked = { part, context, now, along, latest };
  return walked;
}

/** Shares that may be sold when every exit executes; the exits of one group count once. */
export function sharesClaimed(exits: readonly Exit[]): Quantity {
  const groups = new Map<string, Quantity>();
  for (const { group, quantity } of exits) {
    groups.set(group, larger(groups.get(group) ?? NO_SHARES, quantity));
  }
  return [...groups.values()].reduce(addShares, NO_SHARES);
}

/** Alpaca names the legs of a group itself: a leg is ours when the order it hangs on is. */
export function isForeign(
  order: Order,
  { orders, intents }: Pick<PositionContext, 'orders' | 'intents'>,
): boolean {
  if (isOurs(order)) return false;
  if (order.parentId === null) return true;
  const parent = orders.find(({ id }) => id === order.parentId);
  return parent === undefined
    ? !intents.some(({ orderId }) => orderId === order.parentId)
    : !isOurs(parent);
}

function after(
  step: Step,
  label: string,
  exits: readonly Exit[],
  closing: Order['side'],
): readonly Exit[] {
  switch (step.kind) {
    case 'cancel': {
      // The broker cancels the rest of a group with any one of it.
      const gone = exits.find(({ order }) => order?.id === step.orderId);
      return exits.filter(({ group }) => group !== gone?.group);
    }
    case 'replace':
      return exits.map((exit) =>
        exit.order?.id === step.orderId
          ? {
              ...exit,
              planned: true,
              quantity: quantityAfter(step),
              stopPrice: step.change.stopPrice ?? exit.stopPrice,
              limitPrice: step.change.limitPrice ?? exit.limitPrice,
            }
          : exit,
      );
    case 'submit':
      return step.order.side === closing ? [...exits, ...placed(step, label)] : exits;
  }
}

function placed({ order }: SubmitStep, group: string): readonly Exit[] {
  const { quantity, stopPrice, limitPrice, stopLoss } = order;
  const exit: Exit = { group, order: null, planned: true, quantity, stopPrice, limitPrice };
  if (order.orderClass !== 'oco' || stopLoss === null) return [exit];
  return [
    { ...exit, limitPrice: limitPrice ?? order.takeProfitLimitPrice },
    { ...exit, stopPrice: stopLoss.stopPrice, limitPrice: stopLoss.limitPrice },
  ];
}

/** Exits of a bracket whose entry still works guard nothing and hold nothing yet. */
function dormantGroups(
  live: readonly { readonly order: Order; readonly group: string }[],
  closing: Order['side'],
): ReadonlySet<string> {
  const entering = new Set<string>();
  const awake = new Set<string>();
  for (const { order, group } of live) {
    if (order.side !== closing) entering.add(group);
    else if (order.status !== 'held') awake.add(group);
  }
  return new Set([...entering].filter((group) => !awake.has(group)));
}

function rootOf(order: Order, orders: readonly Order[]): string {
  let root: Order = order;
  // A chain is no longer than the list; the bound keeps a ring in bad data from hanging us.
  for (let step = 0; step <= orders.length; step += 1) {
    const aboveId = root.parentId ?? root.replaces;
    const above = orders.find(({ id }) => id === aboveId);
    if (aboveId === null) return root.id;
    if (above === undefined) return aboveId;
    root = above;
  }
  return root.id;
}
