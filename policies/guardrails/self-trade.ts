// I never trade with myself.
import type { Price } from '../../src/domain/decimal.ts';
import type { Guardrail, ReviewInput, Verdict } from '../../src/domain/guardrail.ts';
import type { Ticker } from '../../src/domain/ids.ts';
import { isTerminal, type Order, type OrderSide, opposite } from '../../src/domain/order.ts';
import type { Step } from '../../src/domain/plan.ts';
import { onceOf } from './once.ts';
import { deny, pass } from './verdict.ts';

const name = 'self-trade';
const limit = '0 orders of the other side that it could trade with';

export const selfTrade = (): Guardrail => ({
  name,
  promise: 'My own orders never trade with each other.',

  review(input): Verdict {
    let live = restingIn(input);
    for (const step of input.part.steps) {
      const after = live.filter(({ id }) => step.kind === 'submit' || id !== step.orderId);
      const sent = sentBy(step);
      const other = sent === null ? undefined : after.find((one) => couldTrade(sent, one));
      if (other !== undefined) {
        return deny(name, input, 'self_trade', {
          measured: `1 order of the other side (${other.id})`,
          limit,
          because: `the ${step.kind} of a ${opposite(other.side)} order could trade with ${other.id}, a ${other.side} order`,
          wouldPass: `the same plan once order ${other.id} has ended, or as one group with it`,
        });
      }
      live = sent === null ? after : [...after, sent];
    }
    const because = 'nothing rests on the other side that could meet it';
    return pass(name, input, { measured: '0 orders of the other side', limit, because });
  },
});

type Resting = { readonly id: string; readonly side: OrderSide; readonly limitPrice: Price | null };

/** The broker lets groups and trailing stops rest beside anything; they are handled as one there. */
const canMeet = ({ orderClass, type }: Pick<Order, 'orderClass' | 'type'>): boolean =>
  orderClass === 'simple' && type !== 'trailing_stop';

const bySymbol = onceOf((orders: readonly Order[]) => {
  const groups = new Map<Ticker, Order[]>();
  for (const order of orders) {
    const group = groups.get(order.symbol);
    if (group === undefined) groups.set(order.symbol, [order]);
    else group.push(order);
  }
  return groups;
});

const restingIn = ({ context, part, snapshot }: ReviewInput): readonly Resting[] => {
  const unheld = bySymbol(snapshot.orders).get(part.symbol) ?? [];
  const all = new Map([...unheld, ...context.orders].map((order) => [order.id, order]));
  return [...all.values()].filter((order) => !isTerminal(order.status) && canMeet(order));
};

function sentBy(step: Step): Resting | null {
  switch (step.kind) {
    case 'cancel':
      return null;
    case 'submit':
      return canMeet(step.order) ? { ...step.order, id: step.clientOrderId } : null;
    case 'replace': {
      const { before, change } = step;
      if (!canMeet(before)) return null;
      const limitPrice = change.limitPrice ?? before.limitPrice;
      return { id: step.clientOrderId, side: before.side, limitPrice };
    }
  }
}

function couldTrade(one: Resting, other: Resting): boolean {
  if (one.side === other.side) return false;
  // An order at the market, or a stop that becomes one, trades at any price.
  const [buys, sells] =
    one.side === 'buy' ? [one.limitPrice, other.limitPrice] : [other.limitPrice, one.limitPrice];
  return buys === null || sells === null || buys.gte(sells);
}
