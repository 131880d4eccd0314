// The same thing is never done twice by mistake.
import type { z } from 'zod';
import { fingerprintOf } from '../../src/domain/fingerprint.ts';
import type { Guardrail, ReviewInput, SentStep, Verdict } from '../../src/domain/guardrail.ts';
import type { Step } from '../../src/domain/plan.ts';
import { msBetween } from '../../src/domain/time.ts';
import { settingsObject, wholeSetting } from '../settings.ts';
import { onceOf } from './once.ts';
import { deny, pass } from './verdict.ts';

export const duplicateSettings = settingsObject({
  /** How long an order that was sent counts as the reason for not sending it again. */
  windowMs: wholeSetting(0, 3_600_000).prefault(30_000),
});
export type DuplicateSettings = z.output<typeof duplicateSettings>;

const name = 'duplicate';

export const duplicate = ({ windowMs }: DuplicateSettings): Guardrail => ({
  name,
  promise: 'An order is never sent twice.',

  review(input): Verdict {
    const limit = `0 repetitions within ${windowMs} ms; a client order id once for ever`;
    const spentId = input.part.steps
      .map((step) => spentIdIn(step, input))
      .find((id) => id !== null);
    if (spentId) {
      return deny(name, input, 'duplicate_order', {
        measured: `client order id ${spentId} used before`,
        limit,
        because: `an order with the id ${spentId} has been sent, and the broker takes an id once`,
        wouldPass: 'a new plan, with the next id, once the earlier order is known to be dead',
      });
    }
    const repeated = repetition(input, windowMs);
    if (repeated !== null) {
      return deny(name, input, 'duplicate_order', {
        measured: `sent ${input.now - repeated.at} ms ago: ${repeated.fingerprint}`,
        limit,
        because: `plan ${repeated.planId} has just sent the same`,
        wouldPass: `the same plan ${repeated.at + windowMs + 1 - input.now} ms later`,
      });
    }
    return pass(name, input, {
      measured: '0 repetitions',
      limit,
      because: 'no step repeats what was sent',
    });
  },
});

function spentIdIn(step: Step, { sent, snapshot }: ReviewInput): string | null {
  if (step.kind === 'cancel') return null;
  const id: string = step.clientOrderId;
  const isSpent = [sent, snapshot.intents, snapshot.orders].some((list) => idsIn(list).has(id));
  return isSpent ? id : null;
}

type Identified = { readonly clientOrderId: string | null };
const idsIn = onceOf(
  (list: readonly Identified[]) => new Set(list.map(({ clientOrderId }) => clientOrderId)),
);

/** A second cancel does no harm, so that only orders and changes are compared. */
function repetition(input: ReviewInput, windowMs: number): SentStep | null {
  const { part, snapshot, now } = input;
  const sent = input.sent.filter(({ at }) => msBetween(now, at) <= windowMs);
  if (sent.length === 0) return null;
  const steps = part.steps
    .filter(({ kind }) => kind !== 'cancel')
    .map((step) => ({ step, fingerprint: fingerprintOf(step) }));
  const isDead = ({ isDead: isKnown, clientOrderId: id }: SentStep) =>
    isKnown === true ||
    snapshot.intents.some(({ state, clientOrderId }) => state === 'dead' && clientOrderId === id);
  const recent = sent.find(
    (one) =>
      steps.some(
        ({ step, fingerprint }) => fingerprint === one.fingerprint && !isBeside(one, step, input),
      ) &&
      // What is proven dead has done nothing: a lost stop must be set again at once.
      !isDead(one),
  );
  return recent ?? null;
}

/**
 * True for a stop like one that is in sight, or reckoned with while it is in doubt: the two
 * halves of a position may be alike, and `oversell` knows how many shares the other one has.
 */
const isBeside = ({ clientOrderId }: SentStep, step: Step, { context }: ReviewInput): boolean =>
  step.kind === 'submit' &&
  step.purpose === 'protect' &&
  context.orders.some((order) => order.clientOrderId === clientOrderId);
