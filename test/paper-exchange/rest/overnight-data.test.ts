import { describe, expect, it } from 'vitest';
import { decimal } from '../../../src/paper-exchange/core/basics/decimal.ts';
import { Floor, type Json } from '../core/floor.ts';

const HOUR = 3_600_000;
/** Wednesday, 7 October 2026: 19:00, 21:00 and 21:20 in New York. */
const EVENING = '2026-10-07T23:00:00Z';
const NIGHT = '2026-10-08T01:00:00Z';

/** Sold at 100 in the evening and at 103 in the night, with a minute's bar of each. */
function sold(marketDataPlan: 'basic' | 'unlimited' = 'basic'): Floor {
  const floor = new Floor({ startAt: EVENING, rest: { marketDataPlan } });
  bar(floor, '100');
  floor.advanceTo(NIGHT);
  floor.market('AAPL', '102.99', '103.01', '103');
  bar(floor, '103');
  return floor;
}

function bar(floor: Floor, price: string): void {
  const [open, high, low, close, vwap] = Array.from({ length: 5 }, () => decimal(price));
  if (!open || !high || !low || !close || !vwap) return;
  const prices = { open, high, low, close, vwap };
  floor.core.onBar({
    ...{ symbol: 'AAPL', at: floor.core.now - 60_000, durationMs: 60_000, ...prices },
    ...{ volume: 100, tradeCount: 1 },
  });
  floor.advanceBy(60_000);
}

const latest = (floor: Floor, kind: string, feed: string): Json =>
  (floor.get(`/v2/stocks/AAPL/${kind}s/latest?feed=${feed}`)[kind] ?? {}) as Json;

describe('prices of the night', () => {
  it('are not those of the feeds of the day', () => {
    const floor = sold();
    expect(latest(floor, 'quote', 'iex')).toMatchObject({ bp: 99.99, z: 'C' });
    expect(latest(floor, 'trade', 'iex')).toMatchObject({ p: 100, z: 'C' });
    expect(latest(floor, 'quote', 'overnight')).toMatchObject({ bp: 102.99, z: 'N' });
    const snapshot = floor.get('/v2/stocks/AAPL/snapshot?feed=overnight');
    expect(snapshot).toMatchObject({ latestQuote: { bp: 102.99 } });
    expect(floor.get('/v2/stocks/AAPL/snapshot?feed=iex')).toMatchObject({
      ...{ latestQuote: { bp: 99.99 }, latestTrade: { p: 100 } },
    });
  });

  it('are those of the day too where the exchange began in the night', () => {
    const floor = new Floor({ startAt: NIGHT });
    expect(latest(floor, 'quote', 'iex')).toMatchObject({ bp: 99.99 });
    expect(latest(floor, 'trade', 'iex')).toMatchObject({ p: 100 });
    floor.market('AAPL', '102.99', '103.01', '103');
    expect(latest(floor, 'trade', 'iex')).toMatchObject({ p: 100 });
  });

  it('are trades of a quarter of an hour ago on the free feed, and of now on the paid one', () => {
    const floor = sold('unlimited');
    expect(latest(floor, 'trade', 'boats')).toMatchObject({ p: 103, z: 'N' });
    expect(floor.get('/v2/stocks/trades/latest?symbols=AAPL&feed=overnight').trades).toEqual({});
    floor.advanceBy(15 * 60_000);
    expect(latest(floor, 'trade', 'overnight')).toMatchObject({ p: 103 });
    const refused = sold().request('GET', '/v2/stocks/AAPL/trades/latest?feed=boats');
    expect(refused.status).toBe(403);
  });

  it('are history under the feed of their venue only, on the free plan late', () => {
    const range = `start=2026-10-07T22:00:00Z`;
    const closes = (floor: Floor, query: string) =>
      (floor.get(`/v2/stocks/AAPL/bars?timeframe=1Min&${range}&${query}`).bars as Json[]).map(
        ({ c }) => c,
      );
    const paid = sold('unlimited');
    expect(closes(paid, 'feed=sip')).toEqual([100]);
    expect(closes(paid, 'feed=boats')).toEqual([103]);
    const free = sold();
    expect(closes(free, 'feed=iex')).toEqual([100]);
    expect(closes(free, 'feed=boats')).toEqual([]);
    free.advanceBy(HOUR);
    expect(closes(free, 'feed=boats')).toEqual([103]);
    const trades = free.get(`/v2/stocks/AAPL/trades?${range}&feed=boats`).trades;
    expect(trades).toMatchObject([{ p: 103, z: 'N' }]);
    const end = new Date(free.core.now).toISOString();
    const recent = `/v2/stocks/AAPL/trades?${range}&feed=boats&end=${end}`;
    expect(free.request('GET', recent).status).toBe(403);
    expect(free.request('GET', `/v2/stocks/AAPL/trades?feed=overnight`).status).toBe(400);
  });

  it('come a quarter of an hour late on the delayed feed, of the night or not', () => {
    const floor = new Floor({ startAt: EVENING });
    bar(floor, '100');
    expect(floor.get('/v2/stocks/quotes/latest?symbols=AAPL&feed=delayed_sip').quotes).toEqual({});
    expect(floor.get('/v2/stocks/bars/latest?symbols=AAPL&feed=delayed_sip').bars).toEqual({});
    floor.advanceBy(15 * 60_000);
    floor.market('AAPL', '104.99', '105.01', '105');
    bar(floor, '105');
    expect(latest(floor, 'quote', 'delayed_sip')).toMatchObject({ bp: 99.99 });
    expect(latest(floor, 'trade', 'delayed_sip')).toMatchObject({ p: 100 });
    expect(latest(floor, 'bar', 'delayed_sip')).toMatchObject({ c: 100 });
    const snapshot = floor.get('/v2/stocks/AAPL/snapshot?feed=delayed_sip');
    expect(snapshot).toMatchObject({ latestQuote: { bp: 99.99 }, minuteBar: { c: 100 } });
    expect(latest(floor, 'bar', 'iex')).toMatchObject({ c: 105 });
  });

  it('are no part of the bar of a day', () => {
    const floor = sold();
    const path = '/v2/stocks/AAPL/bars?timeframe=1Hour&start=2026-10-07T20:00:00Z&feed=iex';
    expect(floor.get(path).bars).toMatchObject([{ h: 100 }]);
  });
});
