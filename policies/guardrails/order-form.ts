// Every order is one that the exchange can take, to the last digit.
import { isWhole, onTick, type Price, type Quantity, text } from '../../src/domain/decimal.ts';
import type { Guardrail, ReviewInput, Verdict } from '../../src/domain/guardrail.ts';
import type { TimeInForce } from '../../src/domain/order.ts';
import type { Step } from '../../src/domain/plan.ts';
import { deny, pass } from './verdict.ts';

const name = 'order-form';
const limit =
  'prices in cents (under 1 USD in hundredths of one), at most 9 decimals of a share, parts of a share only for the day';

export const orderForm = (): Guardrail => ({
  name,
  promise: 'No order fails for a digit too many.',

  review: (input): Verdict =>
    priceProblem(input) ??
    quantityProblem(input) ??
    pass(name, input, {
      measured: `${input.part.steps.length} steps in the form that the broker takes`,
      limit,
      because: 'every price lies on its tick, and every quantity can be ordered',
    }),
});

function priceProblem(input: ReviewInput): Verdict | null {
  const off = input.part.steps.flatMap(pricesOf).find((at) => !at.gt('0') || !onTick(at));
  if (off === undefined) return null;
  return deny(name, input, 'price_off_tick', {
    measured: `${text(off)} USD`,
    limit,
    because: `${text(off)} USD is not a price that the broker takes`,
    wouldPass: 'the same plan with that price rounded to its tick',
  });
}

/** Only what the step itself asks for: what stands already was taken once. */
function pricesOf(step: Step): readonly Price[] {
  switch (step.kind) {
    case 'cancel':
      return [];
    case 'submit': {
      const { limitPrice, stopPrice, takeProfitLimitPrice, stopLoss } = step.order;
      const legs = [stopLoss?.stopPrice ?? null, stopLoss?.limitPrice ?? null];
      return [limitPrice, stopPrice, takeProfitLimitPrice, ...legs].filter((at) => at !== null);
    }
    case 'replace':
      return [step.change.limitPrice, step.change.stopPrice].filter((at) => at !== null);
  }
}

function quantityProblem(input: ReviewInput): Verdict | null {
  for (const step of input.part.steps) {
    const asked = quantityOf(step);
    if (asked === null) continue;
    const because = whyNotOrderable(asked);
    if (because === null) continue;
    return deny(name, input, 'quantity_not_orderable', {
      measured: `${text(asked.quantity)} shares, ${asked.timeInForce}`,
      limit,
      because: `${text(asked.quantity)} shares cannot be ordered: ${because}`,
      wouldPass: 'whole shares, or a part of one in a simple order for the day',
    });
  }
  return null;
}

type Asked = {
  readonly quantity: Quantity;
  readonly timeInForce: TimeInForce;
  readonly isSimple: boolean;
};

function quantityOf(step: Step): Asked | null {
  switch (step.kind) {
    case 'cancel':
      return null;
    case 'submit': {
      const { quantity, timeInForce, orderClass } = step.order;
      return { quantity, timeInForce, isSimple: orderClass === 'simple' };
    }
    case 'replace': {
      const { quantity } = step.change;
      const { timeInForce, orderClass } = step.before;
      return quantity === null
        ? null
        : { quantity, timeInForce, isSimple: orderClass === 'simple' };
    }
  }
}

function whyNotOrderable({ quantity, timeInForce, isSimple }: Asked): string | null {
  if (!quantity.gt('0')) return 'it must be something';
  if (!quantity.eq(quantity.round(9, 0))) return 'it has more than 9 decimals';
  if (isWhole(quantity)) return null;
  if (timeInForce !== 'day') return `a part of a share waits for the day only, not ${timeInForce}`;
  return isSimple ? null : 'a part of a share takes a simple order only';
}
