// What I believe was traded is what the account's own record says was traded.
import type { z } from 'zod';
import type { Guardrail, Verdict } from '../../src/domain/guardrail.ts';
import { settingsObject, wholeSetting } from '../settings.ts';
import { entriesIn } from './entries.ts';
import { deny, denyUnknown, pass, passExits } from './verdict.ts';

export const dropCopySettings = settingsObject({
  /** How long ago the account's record may have agreed the last time. */
  lagMs: wholeSetting(5_000, 3_600_000).prefault(60_000),
});
export type DropCopySettings = z.output<typeof dropCopySettings>;

const name = 'drop-copy';

export const dropCopy = ({ lagMs }: DropCopySettings): Guardrail => ({
  name,
  promise: 'I open nothing while two records of my trades disagree.',

  review(input): Verdict {
    const limit = `${lagMs} ms`;
    if (entriesIn(input).length === 0) return passExits(name, input, limit);
    const { recordAgreedAt } = input.facts;
    if (recordAgreedAt === null) {
      return denyUnknown(name, input, limit, "the account's record was never compared");
    }
    const ageMs = Math.abs(input.now - recordAgreedAt);
    const measured = `${ageMs} ms`;
    if (ageMs > lagMs) {
      return deny(name, input, 'record_differs', {
        measured,
        limit,
        because: `what was heard of executions last agreed with the account's record ${ageMs} ms ago`,
        wouldPass: 'exits and protection, or the same entry once both records agree',
      });
    }
    return pass(name, input, { measured, limit, because: 'both records of executions agree' });
  },
});
