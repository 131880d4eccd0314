import type { BoardEnvironment } from '../board-view.ts';
import {
  type Fields,
  fieldsOf,
  isFields,
  listOf,
  numberOf,
  oneOf,
  textOf,
  textsOf,
} from '../wire.ts';
import type { PlanState } from './plan-state.ts';

export type CardPart = {
  readonly symbol: string;
  readonly ordersBefore: readonly string[];
  readonly ordersAfter: readonly string[];
  readonly steps: readonly string[];
  readonly because: readonly string[];
  readonly nakedSeconds: number;
};

export type CardVerdict = {
  readonly guardrail: string;
  readonly symbol: string;
  readonly passed: boolean;
  readonly because: string;
  readonly wouldPass: string | null;
};

/** One plan as a person reads it before saying yes. Amounts are decimal text. */
export type CardView = {
  readonly planId: string;
  readonly hash: string;
  /** The hash's beginning, to compare two places by. */
  readonly check: string;
  readonly state: PlanState;
  /** Why it is in its state, where that has a reason. */
  readonly because: string | null;
  readonly environment: BoardEnvironment;
  readonly account: string;
  readonly title: string;
  readonly effect: string;
  readonly tier: string;
  readonly askedBecause: readonly string[];
  /** Why a yes here would not count; null where it does. */
  readonly notHereBecause: string | null;
  /** ISO-8601 */
  readonly expiresAt: string;
  readonly secondsLeft: number;
  readonly worstLoss: {
    readonly withGap: string;
    readonly atStop: string | null;
    readonly gapPercent: string;
  } | null;
  readonly parts: readonly CardPart[];
  readonly partsLeftOut: number;
  readonly details: readonly string[];
  readonly verdicts: readonly CardVerdict[];
};

const STATES: readonly PlanState[] = [
  ...(['ready', 'proposed', 'waiting', 'approved'] as const),
  ...(['rejected', 'expired', 'used', 'refused'] as const),
];

/** @returns null for what is no card */
export function cardViewOf(card: unknown): CardView | null {
  const fields = fieldsOf(card);
  const { plan_id: planId, hash, expires_at: expiresAt } = fields;
  if (typeof planId !== 'string' || typeof hash !== 'string' || typeof expiresAt !== 'string') {
    return null;
  }
  return {
    ...{ planId, hash, expiresAt },
    check: textOf(fields.check) ?? `${hash.slice(0, 4)}-${hash.slice(4, 8)}`,
    state: oneOf(fields.state, STATES, 'refused'),
    because: textOf(fields.because),
    environment: oneOf(fields.environment, ['simulated', 'paper', 'live'], 'unknown'),
    account: textOf(fields.account) ?? '',
    title: textOf(fields.title) ?? '',
    effect: textOf(fields.effect) ?? '',
    tier: textOf(fields.tier) ?? '',
    askedBecause: textsOf(fields.asked_because),
    notHereBecause: textOf(fields.not_here_because),
    secondsLeft: numberOf(fields.seconds_left) ?? 0,
    worstLoss: worstLossOf(fields.worst_loss),
    parts: listOf(fields.parts).map(fieldsOf).map(partOf),
    partsLeftOut: numberOf(fields.parts_left_out) ?? 0,
    details: textsOf(fields.details),
    verdicts: listOf(fields.verdicts).map(fieldsOf).map(verdictOf),
  };
}

/**
 * The card out of an answer of `propose_plan`, until the server was asked how the plan stands.
 *
 * @param notHereBecause why it cannot be answered on such a card
 * @returns null for an answer without a plan
 */
export function cardOfProposal(answer: Fields, notHereBecause: string): CardView | null {
  const approval = fieldsOf(answer.approval);
  const denials = listOf(answer.denials)
    .map(fieldsOf)
    .map((denial) => ({ ...denial, outcome: 'deny' }));
  const passed = textsOf(answer.passed).map((guardrail) => ({ guardrail, outcome: 'pass' }));
  return cardViewOf({
    ...answer,
    state: 'proposed',
    title: 'A plan was proposed',
    tier: approval.tier,
    asked_because: approval.because,
    not_here_because: notHereBecause,
    // The card has no room for what the answer says in a line each.
    parts_left_out: listOf(answer.more_parts).length + (numberOf(answer.parts_left_out) ?? 0),
    verdicts: [...denials, ...passed],
  });
}

const worstLossOf = (value: unknown): CardView['worstLoss'] =>
  isFields(value)
    ? {
        withGap: textOf(value.with_gap) ?? '',
        atStop: textOf(value.at_stop),
        gapPercent: textOf(value.gap_percent) ?? '',
      }
    : null;

const partOf = (part: Fields): CardPart => ({
  symbol: textOf(part.symbol) ?? '',
  ordersBefore: textsOf(part.orders_before),
  ordersAfter: textsOf(part.orders_after),
  steps: textsOf(part.steps),
  because: textsOf(part.because),
  nakedSeconds: numberOf(fieldsOf(part.naked).seconds) ?? 0,
});

const verdictOf = (verdict: Fields): CardVerdict => ({
  guardrail: textOf(verdict.guardrail) ?? '',
  symbol: textOf(verdict.symbol) ?? '',
  passed: verdict.outcome === 'pass',
  because: textOf(verdict.because) ?? '',
  wouldPass: textOf(verdict.would_pass),
});
