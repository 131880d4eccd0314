// While a split or the like is not sorted out, I do nothing but protect.
import type { Guardrail, ReviewInput, Verdict } from '../../src/domain/guardrail.ts';
import { isTerminal } from '../../src/domain/order.ts';
import { entriesIn } from './entries.ts';
import { deny, pass } from './verdict.ts';

const name = 'corporate-action';
const limit = '0 orders from before the split, and shares that reconcile';

export const corporateAction = (): Guardrail => ({
  name,
  promise: 'After a split I wait until all figures fit together again.',

  review(input): Verdict {
    const { context, part } = input;
    const old = context.orders.filter(
      ({ isBeforeSplit, status }) => isBeforeSplit === true && !isTerminal(status),
    ).length;
    const fits = context.episode.quantity.eq(context.position.quantity);
    const isFrozen = old > 0 || (context.episode.splitAfter !== undefined && !fits);
    const measured = `${old} orders from before the split, shares ${fits ? 'that' : 'that do not'} reconcile`;
    if (isFrozen && opens(input)) {
      return deny(name, input, 'corporate_action', {
        measured,
        limit,
        because: `a split of ${part.symbol} has left orders or shares that do not fit yet`,
        wouldPass: 'exits and protection, or the same plan once they fit',
      });
    }
    const because = isFrozen ? 'only exits and protection' : 'nothing is left of a split';
    return pass(name, input, { measured, limit, because });
  },
});

const opens = (input: ReviewInput): boolean =>
  entriesIn(input).length > 0 || input.part.steps.some(({ purpose }) => purpose === 'reduce');
