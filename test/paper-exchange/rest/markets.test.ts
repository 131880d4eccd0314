import { describe, expect, it } from 'vitest';
import { Floor, type Json, refusal } from '../core/floor.ts';

describe('the clock and the calendar of version 3', () => {
  const clockAt = (time: string): Json => {
    const body = new Floor().get(`/v3/clock?markets=NYSE&time=${time}`);
    const [clock] = body.clocks as readonly Json[];
    return clock ?? {};
  };

  it.each([
    ['2026-11-27T08:59:00Z', 'closed', '2026-11-27T04:00:00-05:00'],
    ['2026-11-27T09:00:00Z', 'pre', '2026-11-27T09:30:00-05:00'],
    ['2026-11-27T14:30:00Z', 'core', '2026-11-27T13:00:00-05:00'],
    ['2026-11-27T18:00:00Z', 'post', '2026-11-27T17:00:00-05:00'],
    ['2026-11-27T22:00:00Z', 'closed', '2026-11-30T04:00:00-05:00'],
  ])('at %s the phase is %s until %s', (time, phase, until) => {
    expect(clockAt(time)).toMatchObject({
      phase,
      phase_until: until,
      is_market_day: true,
      next_market_open: expect.any(String),
      market: { acronym: 'NYSE', mic: 'XNYS', timezone: 'America/New_York' },
    });
  });

  it('says which days are none', () => {
    expect(clockAt('2026-11-26T15:00:00Z')).toMatchObject({
      is_market_day: false,
      phase: 'closed',
    });
  });

  it('gives the sessions of a day in New York or in UTC', () => {
    const floor = new Floor();
    const path = '/v3/calendar/XNAS?start=2026-11-26&end=2026-11-27';
    expect(floor.get(path).calendar).toEqual([
      {
        date: '2026-11-27',
        pre_start: '2026-11-27T04:00:00-05:00',
        pre_end: '2026-11-27T09:30:00-05:00',
        core_start: '2026-11-27T09:30:00-05:00',
        core_end: '2026-11-27T13:00:00-05:00',
        post_start: '2026-11-27T13:00:00-05:00',
        post_end: '2026-11-27T17:00:00-05:00',
        settlement_date: '2026-11-30',
      },
    ]);
    const [day] = floor.get(`${path}&timezone=UTC`).calendar as readonly Json[];
    expect(day?.core_start).toBe('2026-11-27T14:30:00.000Z');
  });

  it('knows the venue of the night, whose one session ends in the morning of its day', () => {
    const phaseAt = (time: string): Json => {
      const body = new Floor().get(`/v3/clock?markets=BOATS&time=${time}`);
      return (body.clocks as readonly Json[])[0] ?? {};
    };
    expect(phaseAt('2026-11-23T02:00:00Z')).toMatchObject({
      market: { acronym: 'BOATS', mic: 'OCEA', name: 'Blue Ocean ATS' },
      ...{ phase: 'core', phase_until: '2026-11-23T04:00:00-05:00', is_market_day: true },
      next_market_open: '2026-11-23T20:00:00-05:00',
      next_market_close: '2026-11-23T04:00:00-05:00',
    });
    // No night before Thanksgiving; the next is that of the Friday after it.
    expect(phaseAt('2026-11-26T03:00:00Z')).toMatchObject({
      ...{ phase: 'closed', phase_until: '2026-11-26T20:00:00-05:00', is_market_day: false },
    });
    const calendar = new Floor().get('/v3/calendar/OCEA?start=2026-11-27&end=2026-11-27').calendar;
    expect(calendar).toEqual([
      {
        date: '2026-11-27',
        core_start: '2026-11-26T20:00:00-05:00',
        core_end: '2026-11-27T04:00:00-05:00',
        settlement_date: '2026-11-30',
      },
    ]);
  });

  it('knows no market but New York', () => {
    const floor = new Floor();
    for (const path of ['/v3/clock?markets=NYSE,XETRA', '/v3/calendar/XETRA']) {
      expect(refusal(floor.request('GET', path))).toEqual({ status: 400, code: 40010000 });
    }
  });
});

describe('the calendar of version 2', () => {
  it('is asked by the days of trades, or by those on which they settle', () => {
    const floor = new Floor();
    const dates = (query: string) => floor.list(`/v2/calendar?${query}`).map(({ date }) => date);
    const range = 'start=2026-11-27&end=2026-11-30';
    expect(dates(range)).toEqual(['2026-11-27', '2026-11-30']);
    expect(dates(`${range}&date_type=TRADING`)).toEqual(['2026-11-27', '2026-11-30']);
    expect(dates(`${range}&date_type=SETTLEMENT`)).toEqual(['2026-11-25', '2026-11-27']);
    expect(dates('start=2017-01-05&end=2017-01-05&date_type=SETTLEMENT')).toEqual(['2016-12-30']);
    expect(floor.request('GET', '/v2/calendar?date_type=BOTH').status).toBe(422);
  });
});
