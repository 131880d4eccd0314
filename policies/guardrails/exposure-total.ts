// All positions together may not be worth more than so much of the account.
import type { z } from 'zod';
import { type Notional, percentOf, text } from '../../src/domain/decimal.ts';
import { exposureIn, holdingsOf } from '../../src/domain/exposure.ts';
import type { Guardrail, ReviewInput, Verdict } from '../../src/domain/guardrail.ts';
import { decimalSetting, settingsObject } from '../settings.ts';
import { cents } from '../words.ts';
import { entriesIn, entriesWorth, total, waitingWorth } from './entries.ts';
import { deny, pass } from './verdict.ts';

export const exposureTotalSettings = settingsObject({
  /** The most percent of equity in all positions, long and short, entries included. */
  percentOfEquity: decimalSetting('1', '400').prefault('100'),
});
export type ExposureTotalSettings = z.output<typeof exposureTotalSettings>;

const name = 'exposure-total';

export const exposureTotal = ({ percentOfEquity }: ExposureTotalSettings): Guardrail => ({
  name,
  promise: 'All my positions together stay within what the account can carry.',

  review(input): Verdict {
    const { equity } = input.snapshot.account;
    const most = percentOf(equity, percentOfEquity);
    const limit = `${cents(most)} USD (${text(percentOfEquity)} % of equity)`;
    if (entriesIn(input).length === 0) {
      return pass(name, input, {
        measured: 'no entry',
        limit,
        because: 'exits and protection add nothing to the total',
      });
    }
    const after = exposureAfter(input);
    if (after === null) {
      return deny(name, input, 'data_missing', {
        measured: 'unknown',
        limit,
        because: 'a waiting order has no price or no size that can be counted',
        wouldPass: 'the same plan when every waiting entry has a size and a price',
      });
    }
    if (after.gt(most)) {
      return deny(name, input, 'exposure_total_exceeded', {
        measured: `${cents(after)} USD`,
        limit,
        because: `all positions with all entries would be worth ${cents(after)} USD`,
        wouldPass: 'smaller entries, or the same ones after an exit elsewhere',
      });
    }
    return pass(name, input, {
      measured: `${cents(after)} USD`,
      limit,
      because: 'the total stays inside its limit',
    });
  },
});

/** Everything held and waiting, and the entries of the whole plan, not of this part alone. */
const exposureAfter = (input: ReviewInput): Notional | null =>
  total([
    exposureIn(holdingsOf(input.snapshot.positions)).gross,
    waitingWorth(input),
    entriesWorth(input),
  ]);
