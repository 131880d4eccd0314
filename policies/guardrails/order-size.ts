// No single order may put more than so much of the account at stake.
import type { z } from 'zod';
import { smaller, text } from '../../src/domain/decimal.ts';
import type { Guardrail, Verdict } from '../../src/domain/guardrail.ts';
import { decimalSetting, settingsObject } from '../settings.ts';
import { cents } from '../words.ts';
import { entriesOf } from './entries.ts';
import { deny, pass } from './verdict.ts';

export const orderSizeSettings = settingsObject({
  /** The most US dollars that one entry may be worth. */
  maximumDollars: decimalSetting('1', '100000000').prefault('25000'),
  /** The most percent of the account's equity; the smaller of the two counts. */
  percentOfEquity: decimalSetting('0.01', '100').prefault('10'),
});
export type OrderSizeSettings = z.output<typeof orderSizeSettings>;

const name = 'order-size';

export const orderSize = ({ maximumDollars, percentOfEquity }: OrderSizeSettings): Guardrail => ({
  name,
  promise: 'No single order may be bigger than I ever meant one to be.',

  review(input): Verdict {
    const { part, snapshot } = input;
    const share = snapshot.account.equity.times(percentOfEquity).div('100');
    const most = smaller(maximumDollars, share);
    const limit = `${cents(most)} USD (${text(percentOfEquity)} % of equity, at most ${cents(maximumDollars)})`;
    const entries = entriesOf(part, snapshot);

    const unpriced = entries.find((entry) => entry.worth === null);
    if (unpriced !== undefined) {
      return deny(name, input, 'data_missing', {
        measured: `${text(unpriced.quantity)} shares at no price`,
        limit,
        because: `nobody can tell what an entry in ${part.symbol} is worth without a quote`,
        wouldPass: 'an entry with a limit price, or a quote',
      });
    }
    const tooLarge = entries.find((entry) => entry.worth?.gt(most));
    if (tooLarge?.worth) {
      return deny(name, input, 'order_too_large', {
        measured: `${cents(tooLarge.worth)} USD`,
        limit,
        because: `an order for ${text(tooLarge.quantity)} ${part.symbol} is worth too much`,
        wouldPass: `orders of at most ${cents(most)} USD`,
      });
    }
    const largest = entries.map((entry) => entry.worth).sort(descending)[0] ?? null;
    return pass(name, input, {
      measured: largest === null ? 'no entry' : `${cents(largest)} USD`,
      limit,
      because:
        largest === null ? 'exits and protection have no size limit' : 'no entry is too large',
    });
  },
});

const descending = (a: Parameters<typeof cents>[0] | null, b: typeof a): number =>
  a === null || b === null ? 0 : b.cmp(a);
