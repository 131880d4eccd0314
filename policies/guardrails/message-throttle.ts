// A loop gone wild is stopped by counting, and protection always has room left.
import type { z } from 'zod';
import type { Guardrail, Verdict } from '../../src/domain/guardrail.ts';
import type { PlanPart } from '../../src/domain/plan.ts';
import { settingsObject, wholeSetting } from '../settings.ts';
import { entriesIn, partsOf } from './entries.ts';
import { onceOf } from './once.ts';
import { deny, denyUnknown, pass } from './verdict.ts';

export const messageThrottleSettings = settingsObject({
  /**
   * An entry leaves only while the account has sent fewer orders, changes and cancels than
   * this within a minute. The broker takes about 200 requests; the rest is kept for reads,
   * exits and protection.
   */
  entriesPerMinute: wholeSetting(1, 200).prefault(60),
  /** The same for one symbol. */
  entriesPerSymbolPerMinute: wholeSetting(1, 200).prefault(10),
  /** The most that exits and protection may send for one symbol within a minute. */
  exitsPerSymbolPerMinute: wholeSetting(5, 200).prefault(60),
}).refine(
  ({ entriesPerSymbolPerMinute, exitsPerSymbolPerMinute }) =>
    exitsPerSymbolPerMinute >= entriesPerSymbolPerMinute,
  {
    path: ['exitsPerSymbolPerMinute'],
    error: 'at least entriesPerSymbolPerMinute: an exit may not wait for an entry',
  },
);
export type MessageThrottleSettings = z.output<typeof messageThrottleSettings>;

const name = 'message-throttle';
const MINUTE_MS = 60_000;

export const messageThrottle = (settings: MessageThrottleSettings): Guardrail => ({
  name,
  promise: 'No fault can flood the broker, and a stop never waits behind an entry.',

  review(input): Verdict {
    const enters = entriesIn(input).length > 0;
    const most = enters ? settings.entriesPerSymbolPerMinute : settings.exitsPerSymbolPerMinute;
    const ofAccount = enters ? `, ${settings.entriesPerMinute} for the account` : '';
    const limit = `${most} a minute in ${input.part.symbol}${ofAccount}`;
    const { messages } = input.facts;
    if (messages === null) {
      return denyUnknown(name, input, limit, 'how much was sent lately is not known');
    }
    const recent = messages.filter(({ at }) => Math.abs(input.now - at) < MINUTE_MS);
    const inSymbol =
      recent.filter(({ symbol }) => symbol === input.part.symbol).length + input.part.steps.length;
    const inAccount = recent.length + stepsOf(partsOf(input));
    const measured = `${inSymbol} in ${input.part.symbol}, ${inAccount} in the account`;
    if (inSymbol > most || (enters && inAccount > settings.entriesPerMinute)) {
      return deny(name, input, 'message_rate_exceeded', {
        measured,
        limit,
        because: `with this plan ${measured} would have been sent within a minute`,
        wouldPass: 'the same plan a minute later',
      });
    }
    return pass(name, input, { measured, limit, because: 'there is room for these steps' });
  },
});

const stepsOf = onceOf((parts: readonly PlanPart[]) =>
  parts.reduce((sum, { steps }) => sum + steps.length, 0),
);
