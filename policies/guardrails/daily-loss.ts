// When today has cost enough, nothing new is started today.
import type { z } from 'zod';
import { type Decimal, larger, percentOf, text, worth, ZERO } from '../../src/domain/decimal.ts';
import type { Guardrail, Verdict } from '../../src/domain/guardrail.ts';
import type { PortfolioSnapshot } from '../../src/domain/portfolio.ts';
import { decimalSetting, settingsObject } from '../settings.ts';
import { cents } from '../words.ts';
import { entriesIn } from './entries.ts';
import { deny, denyUnknown, pass, passExits } from './verdict.ts';

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
    const { lastEquity } = input.snapshot.account;
    const { netDepositsToday } = input.facts;
    const most = percentOf(lastEquity, percentOfEquity);
    const limit = `a loss under ${cents(most)} USD (${text(percentOfEquity)} % of the last close)`;
    if (entriesIn(input).length === 0) return passExits(name, input, limit);
    if (lastEquity.lte(ZERO)) {
      return denyUnknown(name, input, limit, 'the equity at the last close is not known');
    }
    if (netDepositsToday === null) {
      return denyUnknown(name, input, limit, 'what was paid in today is not known');
    }
    const loss = lossToday(input.snapshot, netDepositsToday);
    const measured = `${loss.gt(ZERO) ? 'a loss' : 'a gain'} of ${cents(loss.abs())} USD`;
    if (loss.gte(most)) {
      return deny(name, input, 'daily_loss_reached', {
        measured,
        limit,
        because: `the account has lost ${cents(loss)} USD since the last close`,
        wouldPass: 'exits and protection, and entries on the next trading day',
      });
    }
    return pass(name, input, { measured, limit, because: 'the day has not reached its limit' });
  },
});

/**
 * By the broker's figure and by our own, out of cash and positions: the worse one counts. What
 * was paid in today is no gain.
 */
function lossToday({ account, positions }: PortfolioSnapshot, paidIn: Decimal): Decimal {
  const base = account.lastEquity.plus(paidIn);
  const own = positions.reduce<Decimal>((sum, { side, currentPrice, quantity }) => {
    const value = worth(currentPrice, quantity);
    return side === 'long' ? sum.plus(value) : sum.minus(value);
  }, account.cash);
  return larger<Decimal>(base.minus(account.equity), base.minus(own));
}
