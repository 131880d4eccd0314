import type { Evaluation } from '../../domain/policy.ts';
import type { Asking } from './plan-maker.ts';

/**
 * What policies want while orders wait for their turn at the broker: a take-profit beside each
 * stop would double the requests, and the last of many positions would wait twice as long for
 * its first stop.
 */
const stopsFirst = (evaluations: readonly Evaluation[]): readonly Evaluation[] =>
  evaluations.map((each) =>
    each.outcome === 'recommends' && each.recommendation.action.kind === 'take_profit'
      ? {
          outcome: 'abstains',
          policy: each.recommendation.policy,
          because: 'orders wait for their turn at the broker: one stop for all shares comes first',
        }
      : each,
  );

export const STOPS_FIRST: Asking = { choose: stopsFirst, asked: 'stops_first' };
