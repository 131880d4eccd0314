// I do not sell what I do not hold.
import { z } from 'zod';
import { text } from '../../src/domain/decimal.ts';
import type { Guardrail, Verdict } from '../../src/domain/guardrail.ts';
import { settingsObject } from '../settings.ts';
import { entriesIn } from './entries.ts';
import { deny, pass } from './verdict.ts';

export const noShortSettings = settingsObject({
  /** Whether a sale may open or enlarge a short position. */
  allowShort: z.boolean().default(false),
});
export type NoShortSettings = z.output<typeof noShortSettings>;

const name = 'no-short';

export const noShort = ({ allowShort }: NoShortSettings): Guardrail => ({
  name,
  promise: 'I never go short unless I have said that I want to.',

  review(input): Verdict {
    const limit = allowShort ? 'short sales are allowed' : '0 shares sold short';
    const sale = entriesIn(input).find(({ side }) => side === 'sell');
    if (sale === undefined) {
      const because = 'nothing is sold that is not held';
      return pass(name, input, { measured: '0 shares sold short', limit, because });
    }
    const measured = `${text(sale.quantity)} shares sold short`;
    if (allowShort && input.snapshot.account.shortingEnabled) {
      return pass(name, input, {
        measured,
        limit,
        because: 'the settings and the broker allow it',
      });
    }
    return deny(name, input, 'short_not_allowed', {
      measured,
      limit,
      because: allowShort
        ? `the broker does not let this account sell ${input.part.symbol} short`
        : `a sale of ${text(sale.quantity)} ${input.part.symbol} would open a short position`,
      wouldPass: 'sales of shares that are held',
    });
  },
});
