// What the broker holds against the account counts at once, whatever its rule is called.
import type { z } from 'zod';
import { percentOf, text } from '../../src/domain/decimal.ts';
import type { Guardrail, Verdict } from '../../src/domain/guardrail.ts';
import { decimalSetting, settingsObject } from '../settings.ts';
import { cents } from '../words.ts';
import { entriesIn } from './entries.ts';
import { deny, denyUnknown, pass, passExits } from './verdict.ts';

export const marginSettings = settingsObject({
  /** The part of equity, in percent, that the positions' maintenance margin may reach. */
  maintenancePercent: decimalSetting('1', '100').prefault('60'),
});
export type MarginSettings = z.output<typeof marginSettings>;

const name = 'margin';

export const margin = ({ maintenancePercent }: MarginSettings): Guardrail => ({
  name,
  promise: 'I open nothing while the broker holds something against the account.',

  review(input): Verdict {
    const limit = `no restriction, maintenance margin up to ${text(maintenancePercent)} % of equity`;
    if (entriesIn(input).length === 0) return passExits(name, input, limit);
    const { equity, margin: state } = input.snapshot.account;
    if (state === undefined) {
      return denyUnknown(name, input, limit, "the account's margin was not read");
    }
    const { restrictions, maintenance } = state;
    const measured = `${restrictions.length} restrictions, maintenance margin ${cents(maintenance)} USD`;
    const isTight = maintenance.gt(percentOf(equity, maintenancePercent));
    if (restrictions.length > 0 || isTight) {
      return deny(name, input, 'account_restricted', {
        measured,
        limit,
        because: isTight
          ? `the positions ask for ${cents(maintenance)} USD of ${cents(equity)} USD equity`
          : `the broker restricts the account: ${restrictions.join('; ')}`,
        wouldPass: 'exits and protection, or the same entry once the account is free',
      });
    }
    return pass(name, input, { measured, limit, because: 'the broker holds nothing against it' });
  },
});
