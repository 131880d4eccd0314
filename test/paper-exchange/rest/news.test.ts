import { describe, expect, it } from 'vitest';
import { decimal } from '../../../src/paper-exchange/core/basics/decimal.ts';
import { Floor, type Json } from '../core/floor.ts';

const DAY = 86_400_000;

const news = (floor: Floor, query = '') =>
  floor.get(`/v1beta1/news?${query}`).news as readonly Json[];

/** Days that close at these prices, up to yesterday. */
function withCloses(symbol: string, closes: readonly string[], rest = {}): Floor {
  const floor = new Floor({ startAt: '2026-10-09T14:00:00Z', rest });
  const dates = ['05', '06', '07', '08'].slice(-closes.length);
  floor.core.loadHistory(
    closes.map((close, place) => {
      const price = decimal(close);
      const prices = { open: price, high: price, low: price, close: price, vwap: price };
      const at = Date.parse(`2026-10-${dates[place]}T04:00:00Z`);
      return { symbol, at, durationMs: DAY, ...prices, volume: 1, tradeCount: 1 };
    }),
  );
  return floor;
}

describe('news', () => {
  it('a day on which a price moved far has a headline that evening, the same for everyone', () => {
    const floor = withCloses('AAPL', ['100', '104', '105', '100']);
    const articles = news(floor);
    expect(articles).toMatchObject([
      {
        headline: 'AAPL loses 4.8% in a day',
        symbols: ['AAPL'],
        created_at: '2026-10-08T20:05:00.000Z',
        content: '',
        images: [],
      },
      { headline: 'AAPL gains 4.0% in a day', created_at: '2026-10-06T20:05:00.000Z' },
    ]);
    expect(news(withCloses('AAPL', ['100', '104', '105', '100']))).toEqual(articles);
    const calm = withCloses('AAPL', ['100', '104', '105', '100'], { newsMovePercent: 5 });
    expect(news(calm)).toEqual([]);
  });

  it('published articles stand among them, by time, symbol and content', () => {
    const floor = withCloses('AAPL', ['100', '104']);
    floor.core.publishNews({ headline: 'Nothing', content: '', symbols: ['MSFT'] });
    floor.advanceBy(1000);
    floor.core.publishNews({ headline: 'Something', content: '<p>It is.</p>', symbols: ['AAPL'] });
    const headlines = (query: string) => news(floor, query).map(({ headline }) => headline);
    const move = 'AAPL gains 4.0% in a day';
    expect(headlines('')).toEqual(['Something', 'Nothing', move]);
    expect(headlines('sort=asc')).toEqual([move, 'Nothing', 'Something']);
    expect(headlines('symbols=AAPL')).toEqual(['Something', move]);
    expect(headlines('exclude_contentless=true')).toEqual(['Something', move]);
    expect(headlines('end=2026-10-08T23:00:00Z')).toEqual([move]);
    expect(headlines('start=2026-10-09T14:00:01Z')).toEqual(['Something']);
    expect(news(floor, 'include_content=true&limit=1')[0]?.content).toBe('<p>It is.</p>');
  });

  it('pages hold ten unless more are asked for, at most fifty, and lead on by token', () => {
    const floor = new Floor();
    for (let count = 0; count < 60; count += 1)
      floor.core.publishNews({ headline: `No. ${count}` });
    expect(news(floor)).toHaveLength(10);
    const first = floor.get('/v1beta1/news?limit=50');
    const rest = floor.get(`/v1beta1/news?limit=50&page_token=${first.next_page_token}`);
    const all = [first, rest].flatMap((page) => page.news as readonly Json[]);
    expect(new Set(all.map(({ id }) => id)).size).toBe(60);
    expect(rest.next_page_token).toBeNull();
    expect(floor.request('GET', '/v1beta1/news?limit=51')).toEqual({
      status: 400,
      body: { message: 'invalid limit: larger than the allowed maximum of 50' },
    });
  });
});
