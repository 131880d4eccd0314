import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { newYorkTime } from '../../src/cli/shared/new-york-time.ts';
import { newYorkDay, newYorkInstant, startOfNewYorkDay } from '../../src/domain/new-york.ts';

const INTL = new Intl.DateTimeFormat('en-GB', {
  ...{ timeZone: 'America/New_York', weekday: 'short', day: '2-digit', month: 'short' },
  ...{ year: 'numeric', hour: '2-digit', minute: '2-digit', second: '2-digit' },
});
const FIRST = Date.UTC(1987, 3, 2);
const LAST = Date.UTC(2037, 11, 31);
/** Trading days come from Alpaca's calendar, and none of them is a Sunday. */
const isSunday = (at: number): boolean => newYorkTime(at).startsWith('Sun');

describe('the clocks of New York', () => {
  it('show what Intl says, at any instant of fifty years', () => {
    fc.assert(
      fc.property(fc.integer({ min: FIRST, max: LAST }), (at) => {
        expect(newYorkTime(at)).toBe(INTL.format(at).replace('Sept', 'Sep'));
        expect(newYorkDay(startOfNewYorkDay(newYorkDay(at)))).toBe(newYorkDay(at));
        expect(newYorkTime(startOfNewYorkDay(newYorkDay(at)))).toMatch(/, 00:00:00$/);
        const time = newYorkTime(at).slice(-8, -3);
        const minute = at - (at % 60_000);
        if (!isSunday(at)) expect(newYorkInstant(newYorkDay(at), time)).toBe(minute);
      }),
      { numRuns: 3_000 },
    );
  });

  it('show it around every change of them', () => {
    for (let hour = FIRST; hour < LAST; hour += 3_600_000) {
      const month = new Date(hour).getUTCMonth();
      const isNearChange = [2, 3, 9, 10].includes(month) && new Date(hour).getUTCDay() === 0;
      if (!isNearChange) continue;
      for (const at of [hour - 1, hour]) {
        expect(newYorkTime(at)).toBe(INTL.format(at).replace('Sept', 'Sep'));
      }
    }
  });
});
