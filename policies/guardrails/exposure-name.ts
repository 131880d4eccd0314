// No single name may become more than so much of the account.
import type { z } from 'zod';
import { type Decimal, larger, percentOf, text, ZERO } from '../../src/domain/decimal.ts';
import type { Guardrail, Verdict } from '../../src/domain/guardrail.ts';
import { decimalSetting, settingsObject } from '../settings.ts';
import { cents } from '../words.ts';
import { entriesIn, exposureOf, total } from './entries.ts';
import { deny, denyUnknown, pass, passExits } from './verdict.ts';

export const exposureNameSettings = settingsObject({
  /** The most percent of the account's equity in one symbol, waiting entries included. */
  percentOfEquity: decimalSetting('0.1', '100').prefault('20'),
});
export type ExposureNameSettings = z.output<typeof exposureNameSettings>;

const name = 'exposure-name';

export const exposureName = ({ percentOfEquity }: ExposureNameSettings): Guardrail => ({
  name,
  promise: 'I never have too much of my account in one name.',

  review(input): Verdict {
    const { part } = input;
    const { equity } = input.snapshot.account;
    const most = percentOf(equity, percentOfEquity);
    const limit = `${cents(most)} USD (${text(percentOfEquity)} % of equity)`;
    const entries = entriesIn(input);
    if (entries.length === 0) return passExits(name, input, limit);
    const now = exposureOf(input, [part], (symbol) => symbol === part.symbol);
    const added = total(entries.map((entry) => entry.worth));
    if (now === null || added === null) {
      const what = `an order in ${part.symbol} has no price or no size that can be counted`;
      return denyUnknown(name, input, limit, what);
    }
    const after = now.plus(added);
    if (after.gt(most)) {
      return deny(name, input, 'exposure_name_exceeded', {
        measured: `${cents(after)} USD`,
        limit,
        because: `${part.symbol} would be worth ${cents(after)} USD with all its entries`,
        wouldPass: `entries of at most ${cents(larger<Decimal>(most.minus(now), ZERO))} USD in ${part.symbol}`,
      });
    }
    return pass(name, input, {
      measured: `${cents(after)} USD`,
      limit,
      because: `${part.symbol} stays inside its share of the account`,
    });
  },
});
