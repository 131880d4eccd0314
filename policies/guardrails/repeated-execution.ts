// What trades again and again is switched off until a person has looked at it.
import type { z } from 'zod';
import type { ControlLatch } from '../../src/domain/control-facts.ts';
import type { Guardrail, ReviewInput, Verdict } from '../../src/domain/guardrail.ts';
import { settingsObject, wholeSetting } from '../settings.ts';
import { entriesIn } from './entries.ts';
import { deny, denyUnknown, pass } from './verdict.ts';

export const repeatedExecutionSettings = settingsObject({
  /** So many trades of one policy in one symbol within the window are still allowed. */
  times: wholeSetting(1, 1_000).prefault(6),
  /** How far back trades are counted. */
  windowMs: wholeSetting(1_000, 86_400_000).prefault(600_000),
});
export type RepeatedExecutionSettings = z.output<typeof repeatedExecutionSettings>;

const name = 'repeated-execution';

export const repeatedExecution = ({ times, windowMs }: RepeatedExecutionSettings): Guardrail => ({
  name,
  promise: 'A policy that trades in circles is switched off until I switch it on again.',

  review(input): Verdict {
    const limit = `${times} trades of one policy in one symbol within ${windowMs} ms`;
    if (!trades(input)) {
      const because = 'full exits and protection are never switched off';
      return pass(name, input, { measured: 'no entry and no partial sale', limit, because });
    }
    const { latches } = input.facts;
    if (latches === null) {
      return denyUnknown(name, input, limit, 'what was done lately is not known');
    }
    const latch = latches.find((one) => concerns(one, input));
    if (latch !== undefined) {
      return deny(name, input, 'repeated_execution', {
        measured: latch.because,
        limit,
        because: `${latch.policy} is switched off in ${input.part.symbol}: ${latch.because}`,
        wouldPass: `the same plan after "bigbrother enable ${latch.policy} ${input.part.symbol}"`,
      });
    }
    const because = 'nobody who wants this is switched off';
    return pass(name, input, { measured: wantedBy(input).join(', '), limit, because });
  },
});

/** What can go round in circles: entries, and sales of a part. */
const trades = (input: ReviewInput): boolean =>
  entriesIn(input).length > 0 || input.part.steps.some(({ purpose }) => purpose === 'reduce');

const wantedBy = ({ part, plan }: ReviewInput): readonly string[] =>
  part.wantedBy === undefined || part.wantedBy.length === 0 ? [plan.origin] : part.wantedBy;

const concerns = ({ control, policy, symbol }: ControlLatch, input: ReviewInput): boolean =>
  control === name &&
  symbol === input.part.symbol &&
  policy !== null &&
  wantedBy(input).includes(policy);
