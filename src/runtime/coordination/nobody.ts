import type { Evaluation } from '../../domain/policy.ts';
import type { Asking } from './plan-maker.ts';

/**
 * What policies want of shares that turned up under another symbol, whose stops a person has to
 * look at: nothing, so that all that is left to do is to take back exits for more than is held.
 */
const nothing = (evaluations: readonly Evaluation[]): readonly Evaluation[] =>
  evaluations.map((each) =>
    each.outcome === 'recommends'
      ? {
          outcome: 'abstains',
          policy: each.recommendation.policy,
          because: 'a person has to say first what these shares are: they had another symbol',
        }
      : each,
  );

export const NOBODY: Asking = { choose: nothing, asked: 'nobody' };
