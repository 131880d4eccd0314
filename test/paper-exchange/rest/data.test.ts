import { describe, expect, it } from 'vitest';
import { decimal } from '../../../src/paper-exchange/core/basics/decimal.ts';
import { Floor, type Json } from '../core/floor.ts';

const MINUTE = 60_000;
const DAY = 86_400_000;

function addBar(floor: Floor, symbol: string, at: number, close: string, durationMs = MINUTE) {
  const price = decimal(close);
  const ohlc = { open: price - decimal('1'), high: price + decimal('2'), low: price, close: price };
  const bar = { symbol, at, durationMs, ...ohlc, volume: 100, tradeCount: 4, vwap: price };
  if (durationMs === DAY) floor.core.loadHistory([{ ...bar, low: price - decimal('2') }]);
  else floor.core.onBar({ ...bar, low: price - decimal('2') });
}

/** Reads the feed that a free account sees at once, where a request names none. */
const iex = { historicalFeedDefault: 'iex' } as const;

/** Five minute bars of AAPL and of MSFT from 10:00 in New York. */
function withBars(): Floor {
  const floor = new Floor({ rest: iex });
  for (let minute = 0; minute < 5; minute += 1) {
    const at = floor.core.now;
    floor.advanceBy(MINUTE);
    addBar(floor, 'AAPL', at, String(100 + minute));
    addBar(floor, 'MSFT', at, String(50 + minute));
  }
  return floor;
}

const bars = (body: Json): Record<string, readonly Json[]> =>
  body.bars as Record<string, readonly Json[]>;

describe('market data', () => {
  it('the latest quote, trade and bar are numbers, by symbol or for many', () => {
    const floor = withBars();
    const quote = { bp: 99.99, ap: 100.01, bs: 500, as: 500, t: '2026-10-08T14:00:00.000Z' };
    const trade = { p: 100, s: 100, i: 1 };
    const bar = { o: 103, h: 106, l: 102, c: 104, v: 100, n: 4, vw: 104 };
    expect(floor.get('/v2/stocks/AAPL/quotes/latest')).toMatchObject({ symbol: 'AAPL', quote });
    expect(floor.get('/v2/stocks/AAPL/trades/latest')).toMatchObject({ symbol: 'AAPL', trade });
    expect(floor.get('/v2/stocks/AAPL/bars/latest')).toMatchObject({ symbol: 'AAPL', bar });
    expect(floor.get('/v2/stocks/quotes/latest?symbols=AAPL,ZZZZ')).toMatchObject({
      quotes: { AAPL: quote },
    });
    expect(floor.get('/v2/stocks/trades/latest?symbols=ZZZZ')).toEqual({ trades: {} });
    expect(floor.request('GET', '/v2/stocks/ZZZZ/trades/latest').status).toBe(404);
    expect(floor.request('GET', '/v2/stocks/trades/latest').status).toBe(400);
  });

  it('case 67: a page of bars counts over all symbols, and its token leads to the rest', () => {
    const floor = withBars();
    const path = '/v2/stocks/bars?symbols=MSFT,ZZZZ,AAPL&timeframe=1Min&limit=3';
    const pages: Json[] = [floor.get(path)];
    for (;;) {
      const token = pages.at(-1)?.next_page_token;
      if (typeof token !== 'string') break;
      pages.push(floor.get(`${path}&page_token=${token}`));
    }
    expect(pages.map((page) => Object.keys(bars(page)))).toEqual([
      ['AAPL'],
      ['AAPL', 'MSFT'],
      ['MSFT'],
      ['MSFT'],
    ]);
    const closes = (symbol: string) =>
      pages.flatMap((page) => (bars(page)[symbol] ?? []).map(({ c }) => c));
    expect(closes('AAPL')).toEqual([100, 101, 102, 103, 104]);
    expect(closes('MSFT')).toEqual([50, 51, 52, 53, 54]);
    expect(pages.at(-1)?.next_page_token).toBeNull();
  });

  it('longer bars are built from shorter ones, and shorter ones are not made up', () => {
    const floor = withBars();
    const path = '/v2/stocks/AAPL/bars?symbol=AAPL&timeframe=';
    expect(floor.get(`${path}5Min`)).toEqual({
      symbol: 'AAPL',
      bars: [
        { t: '2026-10-08T14:00:00.000Z', o: 99, h: 106, l: 98, c: 104, v: 500, n: 20, vw: 102 },
      ],
      next_page_token: null,
    });
    const hourly = new Floor({ rest: iex });
    addBar(hourly, 'AAPL', hourly.core.now, '100', 60 * MINUTE);
    expect(hourly.get(`${path}1Min`).bars).toEqual([]);
    expect(hourly.get(`${path}1Hour`).bars).toHaveLength(1);
  });

  it('daily bars begin at midnight in New York and keep what was loaded before', () => {
    const floor = new Floor();
    for (const [date, close] of [
      ['2026-10-06T04:00:00Z', '90'],
      ['2026-10-07T04:00:00Z', '95'],
    ] as const) {
      addBar(floor, 'AAPL', Date.parse(date), close, DAY);
    }
    addBar(floor, 'AAPL', floor.core.now, '100');
    const path = '/v2/stocks/AAPL/bars?timeframe=1Day&start=2026-10-01';
    const daily = () => (floor.get(path).bars as readonly Json[]).map(({ t, c }) => [t, c]);
    const expected = [
      ['2026-10-06T04:00:00.000Z', 90],
      ['2026-10-07T04:00:00.000Z', 95],
      ['2026-10-08T04:00:00.000Z', 100],
    ];
    expect(daily()).toEqual(expected);
    expect(floor.position()).toMatchObject({
      lastday_price: '95',
      change_today: '0.0526315789473',
    });
    floor.advanceTo('2026-10-09T14:00:00Z');
    expect(daily()).toEqual(expected);
    const weekly = floor.get('/v2/stocks/AAPL/bars?timeframe=1Week&start=2026-10-01');
    expect(weekly.bars).toMatchObject([{ t: '2026-10-05T04:00:00.000Z', o: 89, c: 100 }]);
  });

  it('the latest bar is one of a minute, or there is none', () => {
    const floor = new Floor();
    addBar(floor, 'AAPL', Date.parse('2026-10-07T04:00:00Z'), '95', DAY);
    addBar(floor, 'AAPL', Date.parse('2026-10-08T13:00:00Z'), '96', 60 * MINUTE);
    expect(floor.request('GET', '/v2/stocks/AAPL/bars/latest').status).toBe(404);
    expect(floor.get('/v2/stocks/AAPL/snapshot')).not.toHaveProperty('minuteBar');
    addBar(floor, 'AAPL', Date.parse('2026-10-08T13:59:00Z'), '97');
    expect(floor.get('/v2/stocks/AAPL/snapshot')).toMatchObject({ minuteBar: { c: 97 } });
  });

  it('a snapshot has the latest of everything and the two last daily bars', () => {
    const floor = withBars();
    addBar(floor, 'AAPL', Date.parse('2026-10-07T04:00:00Z'), '95', DAY);
    const snapshot = {
      latestTrade: { p: 100 },
      latestQuote: { bp: 99.99 },
      minuteBar: { c: 104 },
      dailyBar: { t: '2026-10-08T04:00:00.000Z', c: 104 },
      prevDailyBar: { t: '2026-10-07T04:00:00.000Z', c: 95 },
    };
    expect(floor.get('/v2/stocks/AAPL/snapshot')).toMatchObject({ symbol: 'AAPL', ...snapshot });
    expect(floor.get('/v2/stocks/snapshots?symbols=AAPL,ZZZZ')).toMatchObject({ AAPL: snapshot });
    expect(floor.get('/v2/stocks/snapshots?symbols=WHOLE')).toEqual({ WHOLE: {} });
  });

  it.each([
    ['timeframe=1Day&limit=10001', 'invalid limit: larger than the allowed maximum of 10000'],
    ['timeframe=2Fortnight', 'invalid timeframe: 2Fortnight'],
    ['timeframe=1Min&start=soon', 'invalid start: soon'],
    ['timeframe=1Min&page_token=x', 'invalid page_token: x'],
    ['timeframe=1Min&feed=telegraph', 'invalid feed: telegraph'],
  ])('refuses %s with 400 and a message alone', (query, message) => {
    const answer = new Floor().request('GET', `/v2/stocks/AAPL/bars?${query}`);
    expect(answer).toEqual({ status: 400, body: { message } });
  });

  it('the consolidated feed is refused while it is younger than fifteen minutes', () => {
    const floor = withBars();
    const path = '/v2/stocks/AAPL/bars?timeframe=1Min&feed=sip';
    expect(floor.request('GET', `${path}&end=2026-10-08T14:04:00Z`)).toEqual({
      status: 403,
      body: { message: 'subscription does not permit querying recent SIP data' },
    });
    expect(floor.request('GET', `${path}&end=2026-10-08T13:00:00Z`).status).toBe(200);
    expect(floor.request('GET', '/v2/stocks/AAPL/quotes/latest?feed=sip').status).toBe(403);
  });

  it('a split multiplies the shares and cancels the orders of the old price', () => {
    const floor = new Floor();
    const stop = floor.accepted({ side: 'sell', type: 'stop', stop_price: '95', qty: '10' });
    floor.core.applySplit('AAPL', 4, 1);
    expect(floor.statusOf(stop)).toBe('canceled');
    expect(floor.position()).toMatchObject({
      qty: '40',
      avg_entry_price: '25',
      current_price: '25',
      market_value: '1000',
    });
    expect(floor.account().equity).toBe('100000');
  });
});
