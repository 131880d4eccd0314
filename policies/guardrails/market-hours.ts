// I open nothing while prices are made: not at the bell, not in an auction, not in the dark.
import type { z } from 'zod';
import type { DenialCode, Guardrail, ReviewInput, Verdict } from '../../src/domain/guardrail.ts';
import { settingsObject, wholeSetting } from '../settings.ts';
import { entriesIn } from './entries.ts';
import { deny, denyUnknown, pass, passExits } from './verdict.ts';

export const marketHoursSettings = settingsObject({
  /** How long after the open nothing is entered. */
  afterOpenMs: wholeSetting(0, 7_200_000).prefault(300_000),
  /** How long before the close nothing is entered; an early close counts as one. */
  beforeCloseMs: wholeSetting(0, 7_200_000).prefault(300_000),
  /** How old the last look at the broker's own clock may be. */
  brokerClockMs: wholeSetting(1_000, 86_400_000).prefault(900_000),
});
export type MarketHoursSettings = z.output<typeof marketHoursSettings>;

const name = 'market-hours';

export const marketHours = (settings: MarketHoursSettings): Guardrail => ({
  name,
  promise: 'I open nothing at the bell, in an auction or while the market is closed.',

  review(input): Verdict {
    const limit =
      `in the session, ${settings.afterOpenMs} ms after its open and ` +
      `${settings.beforeCloseMs} ms before its close`;
    if (entriesIn(input).length === 0) return passExits(name, input, limit);
    const { openAt, closeAt, isOpen } = input.context.session;
    const { sessionCheck } = input.facts;
    if (sessionCheck === null || Math.abs(input.now - sessionCheck.at) > settings.brokerClockMs) {
      return denyUnknown(name, input, limit, "the broker's own clock was not read lately");
    }
    const no = (code: DenialCode, measured: string, because: string): Verdict =>
      deny(name, input, code, { measured, limit, because, wouldPass: WOULD_PASS });
    if (sessionCheck.brokerSaysOpen !== sessionCheck.calendarSaysOpen) {
      const broker = sessionCheck.brokerSaysOpen ? 'open' : 'closed';
      const because = `the broker calls the market ${broker}, and the calendar does not`;
      return no('calendar_disagrees', `broker: ${broker}`, because);
    }
    if (!isOpen || openAt === null || closeAt === null) {
      return no('market_closed', 'market closed', 'the market is closed');
    }
    if (isForAuction(input)) {
      return no('session_edge', 'an auction order', 'an auction may open or close anywhere');
    }
    const sinceOpenMs = input.now - openAt;
    const untilCloseMs = closeAt - input.now;
    const measured = `${sinceOpenMs} ms after the open, ${untilCloseMs} ms before the close`;
    if (sinceOpenMs < settings.afterOpenMs || untilCloseMs < settings.beforeCloseMs) {
      return no(
        'session_edge',
        measured,
        'prices near the open and the close are not to be trusted',
      );
    }
    return pass(name, input, { measured, limit, because: 'the session is well under way' });
  },
});

const WOULD_PASS = 'exits and protection, or the same entry in the middle of the session';

const isForAuction = (input: ReviewInput): boolean =>
  entriesIn(input).some(({ step }) => {
    const { timeInForce } = step.kind === 'submit' ? step.order : step.before;
    return timeInForce === 'opg' || timeInForce === 'cls';
  });
