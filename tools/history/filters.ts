import type { Json } from '../../src/domain/canonical.ts';
import { parseDecimal, ZERO } from '../../src/domain/decimal.ts';
import type { JournalRecord } from '../../src/domain/event.ts';
import { fieldAt, textAt } from '../../src/domain/record-body.ts';
import { listAt } from './trail.ts';

/** How something may have ended, by which records are told apart. */
export const OUTCOMES = [
  'gain',
  'loss',
  'rejected',
  'denied',
  'refused',
  'completed',
  'stopped',
  'unsettled',
] as const;
export type OutcomeName = (typeof OUTCOMES)[number];

export function hasOutcome({ type, body }: JournalRecord, outcome: OutcomeName): boolean {
  switch (outcome) {
    case 'gain':
      return type === 'outcome_measured' && signOf(body) > 0;
    case 'loss':
      return type === 'outcome_measured' && signOf(body) < 0;
    case 'rejected':
      return isRejection({ type, body });
    case 'denied':
      return deniedIn(body).length > 0 || textAt(body, 'refusal') === 'guardrails_denied';
    case 'refused':
      return (
        type === 'plan_refused' ||
        type === 'part_refused' ||
        type === 'plan_not_made' ||
        type === 'approval_refused'
      );
    case 'completed':
    case 'stopped':
    case 'unsettled':
      return (
        (type === 'plan_finished' || type === 'part_finished') &&
        textAt(body, 'outcome') === outcome
      );
  }
}

/** The broker's no, in its answer or after it had taken the order. */
export const isRejection = ({ type, body }: Pick<JournalRecord, 'type' | 'body'>): boolean =>
  (type === 'step_answered' && textAt(body, 'outcome') === 'rejected') ||
  (type === 'step_observed' && textAt(body, 'status') === 'rejected');

/** What guardrails said no to. */
export const deniedIn = (body: Json): readonly Json[] =>
  listAt(body, 'verdicts').filter((each) => textAt(each, 'outcome') === 'deny');

const signOf = (body: Json): number => parseDecimal(textAt(body, 'profit') ?? '0')?.cmp(ZERO) ?? 0;

/** True where the policy wanted what the record is about, had its way or not. */
export const isOfPolicy = ({ body }: JournalRecord, policy: string): boolean =>
  policiesIn(body).includes(policy);

/** Every policy that a record names as one that wanted something. */
export function policiesIn(body: Json): readonly string[] {
  const decision = fieldAt(body, 'decision') ?? null;
  const overruled = listAt(decision, 'overruled').map((each) => fieldAt(each, 'recommendation'));
  const parts = [fieldAt(body, 'part') ?? null, ...listAt(fieldAt(body, 'plan'), 'parts')];
  const named = [body, ...listAt(decision, 'chosen'), ...overruled];
  const wanted = [body, ...parts].flatMap((each) => listAt(each, 'wantedBy'));
  return [...named.map((each) => textAt(each ?? null, 'policy')), ...wanted].filter(
    (name): name is string => typeof name === 'string',
  );
}
