// When today has cost enough, nothing new is started today.
import type { z } from 'zod';
import { text, ZERO } from '../../src/domain/decimal.ts';
import type { Guardrail, Verdict } from '../../src/domain/guardrail.ts';
import { decimalSetting, settingsObject } from '../settings.ts';
import { cents } from '../words.ts';
import { entriesOf } from './entries.ts';
import { deny, pass } from './verdict.ts';

export const dailyLossSettings = settingsObject({
  /** The loss since the last close, in percent of the equity then, that ends the day. */
  percentOfEquity: decimalSetting('0.1', '100').prefault('2'),
});
export type DailyLossSettings = z.output<typeof dailyLossSettings>;

const name = 'daily-loss';

export const dailyLoss = ({ percentOfEquity }: DailyLossSettings): Guardrail => ({
  name,
  promise: 'On a bad day I stop adding to it.',

  review(input): Verdict {
    const { equity, lastEquity } = input.snapshot.account;
    const loss = lastEquity.minus(equity);
    const most = lastEquity.times(percentOfEquity).div('100');
    const finding = {
      measured: `${loss.gt(ZERO) ? 'a loss' : 'a gain'} of ${cents(loss.abs())} USD`,
      limit: `a loss under ${cents(most)} USD (${text(percentOfEquity)} % of the last close)`,
    };
    if (entriesOf(input.part, input.snapshot).length === 0) {
      return pass(name, input, { ...finding, because: 'exits and protection go on every day' });
    }
    if (lastEquity.lte(ZERO)) {
      return deny(name, input, 'data_missing', {
        ...finding,
        because: 'the equity at the last close is not known, so that the loss is not either',
        wouldPass: 'exits and protection, or the same plan once it is known',
      });
    }
    if (loss.times('100').gte(lastEquity.times(percentOfEquity))) {
      return deny(name, input, 'daily_loss_reached', {
        ...finding,
        because: `the account has lost ${cents(loss)} USD since the last close`,
        wouldPass: 'exits and protection, and entries on the next trading day',
      });
    }
    return pass(name, input, { ...finding, because: 'the day has not reached its limit' });
  },
});
