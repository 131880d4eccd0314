// What waits to be bought may all come at once; that must not be more than I can stomach.
import type { z } from 'zod';
import { percentOf, text } from '../../src/domain/decimal.ts';
import type { Guardrail, Verdict } from '../../src/domain/guardrail.ts';
import { decimalSetting, settingsObject } from '../settings.ts';
import { cents } from '../words.ts';
import { entriesIn, entriesWorth, total, waitingWorth } from './entries.ts';
import { deny, denyUnknown, pass, passExits } from './verdict.ts';

export const unexecutedValueSettings = settingsObject({
  /** The most percent of equity in entries that wait or are on their way. */
  percentOfEquity: decimalSetting('0.1', '400').prefault('30'),
});
export type UnexecutedValueSettings = z.output<typeof unexecutedValueSettings>;

const name = 'unexecuted-value';

export const unexecutedValue = ({ percentOfEquity }: UnexecutedValueSettings): Guardrail => ({
  name,
  promise: 'Even if all my waiting orders fill at once, I am not in too deep.',

  review(input): Verdict {
    const { equity } = input.snapshot.account;
    const most = percentOf(equity, percentOfEquity);
    const limit = `${cents(most)} USD (${text(percentOfEquity)} % of equity)`;
    if (entriesIn(input).length === 0) return passExits(name, input, limit);
    const after = total([waitingWorth(input), entriesWorth(input)]);
    if (after === null) {
      return denyUnknown(name, input, limit, 'a waiting entry has no price or no size');
    }
    const measured = `${cents(after)} USD`;
    if (after.gt(most)) {
      return deny(name, input, 'unexecuted_value_exceeded', {
        measured,
        limit,
        because: `entries for ${cents(after)} USD would wait to be filled`,
        wouldPass: 'smaller entries, or the same ones once others are filled or canceled',
      });
    }
    return pass(name, input, { measured, limit, because: 'what waits stays inside its limit' });
  },
});
