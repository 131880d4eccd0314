// The broker's own limits stand behind mine, and stay as I have declared them.
import { z } from 'zod';
import { backstopDifferences } from '../../src/domain/backstops.ts';
import { text } from '../../src/domain/decimal.ts';
import type { Guardrail, Verdict } from '../../src/domain/guardrail.ts';
import { decimalSetting, settingsObject, wholeSetting } from '../settings.ts';
import { entriesIn } from './entries.ts';
import { deny, denyUnknown, pass, passExits } from './verdict.ts';

/** Null where nothing is declared: then the broker's setting may be anything. */
export const brokerBackstopsSettings = settingsObject({
  /** Whether the broker should refuse short sales: declare true where you never sell short. */
  noShorting: z.boolean().nullable().default(null),
  /** How many times its equity the broker should let the account hold; 1 for cash. */
  maxMarginMultiplier: decimalSetting('1', '8').nullable().default(null),
  /** Whether the broker should take no new orders at all: a replaced stop is a new one too. */
  suspendTrade: z.boolean().nullable().default(false),
  /** Whether the broker should take parts of a share. */
  fractionalTrading: z.boolean().nullable().default(null),
  /** How old the last look at them may be; they are read at start and each day. */
  ageMs: wholeSetting(60_000, 604_800_000).prefault(90_000_000),
});
export type BrokerBackstopsSettings = z.output<typeof brokerBackstopsSettings>;

const name = 'broker-backstops';

export const brokerBackstops = (settings: BrokerBackstopsSettings): Guardrail => ({
  name,
  promise: "The broker's own limits on my account are what I set them to.",

  review(input): Verdict {
    const limit = 'as declared';
    if (entriesIn(input).length === 0) return passExits(name, input, limit);
    const { configuration } = input.facts;
    if (configuration === null || Math.abs(input.now - configuration.at) > settings.ageMs) {
      return denyUnknown(name, input, limit, "the account's configuration was not read lately");
    }
    const { maxMarginMultiplier: most } = settings;
    const declared = { ...settings, maxMarginMultiplier: most === null ? null : text(most) };
    const differing = backstopDifferences(configuration, declared);
    const measured = `${differing.length} differences`;
    if (differing.length > 0) {
      return deny(name, input, 'backstop_differs', {
        measured,
        limit,
        because: `at the broker ${differing.join('; ')}`,
        wouldPass: 'the same entry once the account at the broker is set as declared',
      });
    }
    return pass(name, input, { measured, limit, because: 'the broker limits what was declared' });
  },
});
