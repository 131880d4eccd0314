import type { PlanRefusal } from '../src/domain/report.ts';

type Advice = {
  /** True when the same call may succeed later without a change by the caller. */
  readonly retryable: boolean;
  readonly nextStep: string;
};

type OwnCode =
  | 'invalid_arguments'
  | 'cursor_invalid'
  | 'not_ready'
  | 'no_position'
  | 'plan_impossible'
  | 'too_many_proposals'
  | 'veto_stands'
  | 'broker_unavailable'
  | 'owner_ended'
  | 'plan_outcome_unknown'
  | 'done_but_unreadable'
  | 'internal_error';

/** Every code a tool may answer with. Stable: agents and dashboards rely on them. */
export type ErrorCode = OwnCode | PlanRefusal;

const PROPOSE_AGAIN = 'Call propose_plan again and read the new plan.';

export const errorAdvice: Readonly<Record<ErrorCode, Advice>> = {
  invalid_arguments: {
    retryable: false,
    nextStep: 'Correct the arguments; tools/list has the schema.',
  },
  cursor_invalid: { retryable: false, nextStep: 'Start again without a cursor.' },
  not_ready: {
    retryable: true,
    nextStep: 'The first look at the account is not finished; call again in a few seconds.',
  },
  no_position: {
    retryable: false,
    nextStep: 'get_portfolio_context lists the positions held.',
  },
  plan_impossible: {
    retryable: false,
    nextStep: 'Change what the sentence names, and propose again.',
  },
  too_many_proposals: {
    retryable: true,
    nextStep: 'Wait; to protect and to halt is free at any time.',
  },
  veto_stands: {
    retryable: false,
    nextStep: 'It is denied until what the denial found has changed; propose something else.',
  },
  plan_unknown: { retryable: false, nextStep: PROPOSE_AGAIN },
  plan_hash_mismatch: {
    retryable: false,
    nextStep: 'Pass the plan_id and the hash of one and the same proposal.',
  },
  plan_expired: { retryable: false, nextStep: PROPOSE_AGAIN },
  plan_already_used: {
    retryable: false,
    nextStep: 'A plan runs once. get_history with this plan_id says what it did.',
  },
  plan_drifted: { retryable: false, nextStep: PROPOSE_AGAIN },
  plan_wrong_account: { retryable: false, nextStep: PROPOSE_AGAIN },
  plan_void: { retryable: false, nextStep: PROPOSE_AGAIN },
  approval_needed: {
    retryable: true,
    nextStep:
      'Ask the person to answer on the card under the proposal, where there is one, or with ' +
      '"bigbrother pending" in a terminal; then execute the same plan again.',
  },
  approval_rejected: {
    retryable: false,
    nextStep: 'A person said no, or nobody answered. Do not propose the same again.',
  },
  approval_impossible: {
    retryable: false,
    nextStep: 'No approval makes this possible; propose something else.',
  },
  too_many_approvals: {
    retryable: true,
    nextStep: 'Ask the person to answer what waits: "bigbrother pending" lists it.',
  },
  mode_forbids_execution: {
    retryable: false,
    nextStep: 'A person has to change the mode; no tool can.',
  },
  guardrails_denied: {
    retryable: false,
    nextStep: 'Each denial says what would pass; propose a plan that does.',
  },
  symbol_unsettled: {
    retryable: true,
    nextStep: 'An order of this symbol has an unknown outcome; wait until get_history settles it.',
  },
  recovering: {
    retryable: true,
    nextStep: 'The account is read anew after a start or a sleep; call again in a few seconds.',
  },
  shutting_down: { retryable: true, nextStep: 'Call again when BigBrother runs again.' },
  broker_unavailable: {
    retryable: true,
    nextStep: 'Call again in a few seconds; orders that rest at the broker keep protecting.',
  },
  owner_ended: {
    retryable: true,
    nextStep: 'Call again: another process takes the account over within seconds.',
  },
  plan_outcome_unknown: {
    retryable: false,
    nextStep: 'Do not execute it again; get_history with its plan_id says what became of it.',
  },
  done_but_unreadable: {
    retryable: false,
    nextStep: 'Do not repeat it. get_history says what was done.',
  },
  internal_error: {
    retryable: false,
    nextStep: 'Give the reference to a person; get_history says what was done.',
  },
};
