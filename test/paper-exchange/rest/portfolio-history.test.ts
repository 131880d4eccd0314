import { describe, expect, it } from 'vitest';
import { Floor, type Json } from '../core/floor.ts';

const path = '/v2/account/portfolio/history';

/** Three closes: 100,000 on Thursday, 100,010 on Friday, 100,030 on Monday; now Tuesday, 10:00. */
function overDays(rest = {}): Floor {
  const floor = new Floor({ rest });
  for (const [close, noon] of [
    ['101', '2026-10-09T16:00:00Z'],
    ['103', '2026-10-12T16:00:00Z'],
  ] as const) {
    floor.advanceTo(noon);
    floor.trade('AAPL', close);
  }
  floor.advanceTo('2026-10-13T14:00:00Z');
  return floor;
}

const seconds = (time: string) => Date.parse(time) / 1000;

describe('the portfolio history', () => {
  it('of days counts each from the day before, or all from the base by the switch', () => {
    const query = `${path}?timeframe=1D&start=2026-10-09&end=2026-10-12T23:00:00Z`;
    expect(overDays().get(query)).toEqual({
      timestamp: [seconds('2026-10-10T00:00:00Z'), seconds('2026-10-13T00:00:00Z')],
      equity: [100_010, 100_030],
      profit_loss: [10, 20],
      profit_loss_pct: [0.0001, 0.0002],
      base_value: 100_000,
      base_value_asof: '2026-10-08',
      timeframe: '1D',
      cashflow: {},
    });
    const fromBase = overDays({ dailyProfitLoss: 'from_base' }).get(query);
    expect(fromBase.profit_loss).toEqual([10, 30]);
  });

  it('within days begins anew each day, or not', () => {
    const floor = overDays();
    const query = `${path}?timeframe=1H&start=2026-10-09&end=2026-10-12T20:00:00Z`;
    const perDay = floor.get(query);
    const steps = perDay.timestamp as readonly number[];
    expect(steps[0]).toBe(seconds('2026-10-09T13:30:00Z'));
    expect(steps).toHaveLength(14);
    const gains = (body: Json) => (body.profit_loss as readonly number[]).filter(distinct);
    expect(gains(perDay)).toEqual([0, 10, 0, 20]);
    expect(gains(floor.get(`${query}&pnl_reset=no_reset`))).toEqual([0, 10, 30]);
    expect(perDay.base_value_asof).toBe('2026-10-08');
  });

  it('covers the regular session, the extended one, or every hour', () => {
    const floor = overDays();
    const first = (query: string) => {
      const { timestamp } = floor.get(`${path}?period=1D&timeframe=15Min${query}`);
      return new Date(((timestamp as readonly number[])[0] ?? 0) * 1000)
        .toISOString()
        .slice(11, 16);
    };
    expect(first('')).toBe('13:30');
    expect(first('&intraday_reporting=extended_hours')).toBe('08:00');
    expect(first('&extended_hours=true')).toBe('08:00');
    expect(first('&intraday_reporting=continuous')).toBe('04:00');
  });

  it('has steps of a minute under a week, of fifteen under a month, and of a day beyond', () => {
    const timeframe = (period: string) => overDays().get(`${path}?period=${period}`).timeframe;
    expect(['1D', '6D', '2W', '1M', '2M', '1A'].map(timeframe)).toEqual([
      '1Min',
      '1Min',
      '15Min',
      '1D',
      '1D',
      '1D',
    ]);
  });

  it('at the weekend shows the last day, and before the account nothing', () => {
    const floor = new Floor();
    floor.advanceTo('2026-10-10T16:00:00Z');
    const day = floor.get(`${path}?period=1D&timeframe=1D`);
    expect(day.timestamp).toEqual([seconds('2026-10-10T00:00:00Z')]);
    const week = floor.get(`${path}?period=1W&timeframe=1D`);
    expect(week.equity).toEqual([null, null, null, 100_000, 100_000]);
    expect(week).not.toHaveProperty('base_value_asof');
  });

  it.each([
    'period=1M&start=2026-10-01&end=2026-10-09',
    'period=2M&timeframe=1H',
    'timeframe=2D',
    'period=0D',
    'intraday_reporting=always',
    'pnl_reset=sometimes',
    'start=soon',
  ])('refuses %s', (query) => {
    expect(overDays().request('GET', `${path}?${query}`).status).toBe(422);
  });
});

function distinct(value: number, place: number, all: readonly number[]): boolean {
  return value !== all[place - 1];
}
