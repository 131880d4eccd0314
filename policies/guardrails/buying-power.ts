// What I buy, I can pay for: by my own reckoning, and not by the broker's alone.
import { z } from 'zod';
import { type Decimal, smaller } from '../../src/domain/decimal.ts';
import type { Guardrail, ReviewInput, Verdict } from '../../src/domain/guardrail.ts';
import { settingsObject } from '../settings.ts';
import { cents } from '../words.ts';
import { entriesIn, entriesWorth, inFlightWorth, waitingWorth } from './entries.ts';
import { deny, denyUnknown, pass, passExits } from './verdict.ts';

export const buyingPowerSettings = settingsObject({
  /** Whether the broker may lend: otherwise only cash that nothing else waits for is spent. */
  useMargin: z.boolean().default(false),
});
export type BuyingPowerSettings = z.output<typeof buyingPowerSettings>;

const name = 'buying-power';

export const buyingPower = ({ useMargin }: BuyingPowerSettings): Guardrail => ({
  name,
  promise: 'I never buy with money that I do not have.',

  review(input): Verdict {
    const means = useMargin ? "the broker's buying power" : 'free cash and buying power';
    if (entriesIn(input).length === 0) return passExits(name, input, means);
    const wanted = entriesWorth(input);
    const free = freeIn(input, useMargin);
    if (wanted === null || free === null) {
      return denyUnknown(name, input, means, 'an entry has no price or no size to be counted');
    }
    const limit = `${cents(free)} USD (${means})`;
    const measured = `${cents(wanted)} USD`;
    if (wanted.gt(free)) {
      return deny(name, input, 'buying_power_exceeded', {
        measured,
        limit,
        because: `entries for ${cents(wanted)} USD cannot be paid from ${cents(free)} USD`,
        wouldPass: `entries of at most ${cents(free)} USD together`,
      });
    }
    return pass(name, input, { measured, limit, because: 'there is enough for every entry' });
  },
});

/**
 * The broker has taken waiting orders off its buying power already, but not those on their
 * way; all of both come off the cash.
 */
function freeIn(input: ReviewInput, useMargin: boolean): Decimal | null {
  const { cash, buyingPower: power } = input.snapshot.account;
  const waiting = waitingWorth(input);
  const onTheirWay = inFlightWorth(input);
  if (waiting === null || onTheirWay === null) return null;
  const lent = power.minus(onTheirWay);
  return useMargin ? lent : smaller<Decimal>(cash.minus(waiting), lent);
}
