// When too much of the best I ever had is gone, nothing new is started until I say so.
import type { z } from 'zod';
import { percentOf, text } from '../../src/domain/decimal.ts';
import type { Guardrail, Verdict } from '../../src/domain/guardrail.ts';
import { decimalSetting, settingsObject } from '../settings.ts';
import { cents } from '../words.ts';
import { entriesIn } from './entries.ts';
import { deny, denyUnknown, pass, passExits } from './verdict.ts';

export const drawdownSettings = settingsObject({
  /** The loss from the highest equity so far, in percent of it, that ends all entries. */
  percentOfPeak: decimalSetting('0.1', '100').prefault('8'),
});
export type DrawdownSettings = z.output<typeof drawdownSettings>;

const name = 'drawdown';

export const drawdown = ({ percentOfPeak }: DrawdownSettings): Guardrail => ({
  name,
  promise: 'After a long fall I start nothing new until I have said so myself.',

  review(input): Verdict {
    const share = `${text(percentOfPeak)} % of the highest equity so far`;
    if (entriesIn(input).length === 0) return passExits(name, input, share);
    const { peakEquity: peak, latches } = input.facts;
    if (peak === null || latches === null) {
      return denyUnknown(name, input, share, 'the highest equity so far is not known');
    }
    const fall = peak.minus(input.snapshot.account.equity);
    const measured = `${cents(fall)} USD below the highest equity`;
    const most = percentOf(peak, percentOfPeak);
    const limit = `under ${cents(most)} USD (${share})`;
    const latch = latches.find(({ control }) => control === name);
    if (latch !== undefined || fall.gte(most)) {
      return deny(name, input, 'drawdown_reached', {
        measured,
        limit,
        because: latch?.because ?? `the account stands ${cents(fall)} USD below its highest equity`,
        wouldPass: 'exits and protection, and entries after "bigbrother enable drawdown"',
      });
    }
    return pass(name, input, { measured, limit, because: 'the fall is inside its limit' });
  },
});
