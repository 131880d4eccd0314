import { describe, expect, it } from 'vitest';
import {
  calendar,
  given,
  hourMs,
  midpoint,
  mondayOpen,
  play,
  quotesOf,
  tradesOf,
} from './given.ts';

const week = { cadenceMs: 60_000, extendedHours: true } as const;
const sessionsOf = (ticks: readonly { readonly at: number }[]) =>
  new Set(ticks.map(({ at }) => calendar.sessionAt(at)));
/** From Monday's open to Sunday evening, ten. */
const sunday = mondayOpen + 6 * 24 * hourMs + 12.5 * hourMs;

describe('the nights of a made-up market', () => {
  it('are not quoted unless asked for', () => {
    const quotes = quotesOf(play(given(week), sunday));
    expect([...sessionsOf(quotes)].sort()).toEqual(['post', 'pre', 'regular']);
  });

  it('are quoted and now and then traded, from Sunday evening on', () => {
    const inputs = play(given({ ...week, overnightHours: true }), sunday);
    const quotes = quotesOf(inputs);
    expect([...sessionsOf(quotes)].sort()).toEqual(['overnight', 'post', 'pre', 'regular']);
    const nights = quotes.filter(({ at }) => calendar.sessionAt(at) === 'overnight');
    // Four nights, and two hours of Sunday evening; one quote a minute.
    expect(nights.length).toBe(4 * 480 + 120);
    const trades = tradesOf(inputs).filter(({ at }) => calendar.sessionAt(at) === 'overnight');
    expect(trades.length).toBeGreaterThan(50);
    expect(trades.length).toBeLessThan(nights.length / 3);
    // From Friday's 20:00 to Sunday's nobody quotes.
    const friday = Date.parse('2026-11-06T20:00:00-05:00');
    const weekend = quotes.filter(({ at }) => at > friday && at < friday + 48 * hourMs);
    expect(weekend).toEqual([]);
  });

  it('move less than days, and leave what else comes at night to the morning', () => {
    const quotes = quotesOf(play(given({ ...week, overnightHours: true }), sunday));
    const night = quotes.filter(({ at }) => calendar.sessionAt(at) === 'overnight');
    const steps = night.slice(1).map((quote, place) => {
      const before = night[place];
      const isNext = before !== undefined && quote.at - before.at === 60_000;
      return isNext ? Math.abs(Math.log(midpoint(quote) / midpoint(before))) : 0;
    });
    expect(Math.max(...steps)).toBeGreaterThan(0);
    expect(Math.max(...steps)).toBeLessThan(0.01);
  });
});
