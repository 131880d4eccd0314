import { describe, expect, it } from 'vitest';
import { Floor, type Json } from '../core/floor.ts';

const lists = (body: Json, plural: string) => body[plural] as Record<string, readonly Json[]>;

/** Ten quotes and ten trades of AAPL, a minute apart from 10:00, and some of MSFT between. */
function ticking(rest: ConstructorParameters<typeof Floor>[0] = {}): Floor {
  const floor = new Floor({ prices: false, ...rest });
  for (let minute = 0; minute < 10; minute += 1) {
    floor.market('AAPL', `${100 + minute}`, `${101 + minute}`, `${100 + minute}`);
    if (minute % 5 === 0) floor.market('MSFT', '50', '51', '50');
    floor.advanceBy(60_000);
  }
  return floor;
}

describe.each(['quotes', 'trades'])('%s of the past', (plural) => {
  const price = plural === 'quotes' ? 'bp' : 'p';

  it('come in order of time between both bounds, of many symbols or of one', () => {
    const floor = ticking();
    const range = 'start=2026-10-08T14:02:00Z&end=2026-10-08T14:05:00Z&feed=iex';
    const many = lists(floor.get(`/v2/stocks/${plural}?symbols=MSFT,AAPL&${range}`), plural);
    expect(many.AAPL?.map((tick) => tick[price])).toEqual([102, 103, 104, 105]);
    expect(many.MSFT).toHaveLength(1);
    const one = floor.get(`/v2/stocks/AAPL/${plural}?${range}&sort=desc`);
    expect(one).toMatchObject({ symbol: 'AAPL', next_page_token: null });
    const ticks = one[plural] as readonly Json[];
    expect(ticks.map((tick) => tick[price])).toEqual([105, 104, 103, 102]);
  });

  it.each(['asc', 'desc'])(
    'page by token in %s order, each once, though instants repeat',
    (sort) => {
      const floor = ticking();
      for (let count = 0; count < 5; count += 1) floor.market('AAPL', '1', '2', '1');
      const path = `/v2/stocks/${plural}?symbols=AAPL,MSFT&feed=iex&limit=2&sort=${sort}`;
      const whole = floor.get(path.replace('limit=2', 'limit=100'));
      const walked: Record<string, Json[]> = { AAPL: [], MSFT: [] };
      for (let token = ''; ; ) {
        const page = floor.get(`${path}${token}`);
        for (const [symbol, ticks] of Object.entries(lists(page, plural))) {
          expect(ticks.length).toBeLessThanOrEqual(2);
          walked[symbol]?.push(...ticks);
        }
        if (page.next_page_token === null) break;
        token = `&page_token=${page.next_page_token}`;
      }
      expect(walked).toEqual(lists(whole, plural));
      expect(walked.AAPL).toHaveLength(15);
    },
  );

  it('are of coins at another address, without an exchange', () => {
    const floor = new Floor({ assets: [{ symbol: 'AAPL' }, { symbol: 'BTC/USD' }], prices: false });
    floor.market('BTC/USD', '60000', '60010', '60005');
    const body = floor.get(`/v1beta3/crypto/us/${plural}?symbols=BTC/USD,ETH/USD`);
    const [tick] = lists(body, plural)['BTC/USD'] ?? [];
    const keys = plural === 'quotes' ? ['ap', 'as', 'bp', 'bs', 't'] : ['i', 'p', 's', 't', 'tks'];
    expect(Object.keys(tick ?? {}).sort()).toEqual(keys);
    expect(Object.keys(lists(body, plural))).toEqual(['BTC/USD']);
    const refused = { status: 400, body: { message: 'invalid symbol: AAPL' } };
    expect(floor.request('GET', `/v1beta3/crypto/us/${plural}?symbols=AAPL`)).toEqual(refused);
    expect(floor.request('GET', `/v2/stocks/${plural}?symbols=BTC/USD`).status).toBe(400);
  });
});

describe('the feeds', () => {
  const path = '/v2/stocks/AAPL/trades';
  const count = (floor: Floor, query = '') =>
    (floor.get(`${path}?start=2026-10-08${query}`).trades as readonly Json[]).length;

  it('without a name the free account sees the consolidated feed as of fifteen minutes ago', () => {
    const floor = ticking();
    expect(count(floor)).toBe(0);
    floor.advanceBy(15 * 60_000 - 5 * 60_000);
    expect(count(floor)).toBe(6);
    expect(count(floor, '&feed=iex')).toBe(10);
  });

  it('an end that is too young is refused, unless the plan or the switch says otherwise', () => {
    const end = '&end=2026-10-08T14:09:00Z';
    const free = ticking().request('GET', `${path}?start=2026-10-08${end}`);
    expect(free).toEqual({
      status: 403,
      body: { message: 'subscription does not permit querying recent SIP data' },
    });
    expect(count(ticking({ rest: { marketDataPlan: 'unlimited' } }), end)).toBe(10);
    expect(count(ticking({ rest: { historicalFeedDefault: 'iex' } }), end)).toBe(10);
  });

  it('what is exactly fifteen minutes old is old enough', () => {
    const floor = ticking();
    floor.advanceTo('2026-10-08T14:24:00Z');
    const status = (end: string) => floor.request('GET', `${path}?feed=sip&end=${end}`).status;
    expect(status('2026-10-08T14:09:00Z')).toBe(200);
    expect(status('2026-10-08T14:09:00.001Z')).toBe(403);
  });

  it('the latest of the consolidated feed is for the paid plan', () => {
    const latest = '/v2/stocks/AAPL/trades/latest?feed=sip';
    expect(ticking().request('GET', latest).status).toBe(403);
    const paid = ticking({ rest: { marketDataPlan: 'unlimited' } });
    expect(paid.request('GET', latest).status).toBe(200);
  });
});

describe('what a historical request may ask', () => {
  it.each([
    ['bars?symbols=AAPL', 'invalid timeframe: '],
    ['bars?symbols=AAPL&timeframe=5Month', 'invalid timeframe: 5Month'],
    ['bars?symbols=AAPL&timeframe=60Min', 'invalid timeframe: 60Min'],
    ['bars?symbols=AAPL&timeframe=1Min&adjustment=some', 'invalid adjustment: some'],
    ['bars?symbols=AAPL&timeframe=1Min&currency=EUR', 'invalid currency: EUR'],
    ['bars?symbols=AAPL&timeframe=1Min&asof=yesterday', 'invalid asof: yesterday'],
    ['trades?symbols=AAPL&sort=up', 'invalid sort: up'],
    ['trades?symbols=AAPL&limit=-1', 'invalid limit: -1'],
    ['trades?symbols=', 'symbols is required'],
    ['trades?symbols=,,', 'symbols is required'],
    ['trades?symbols=AA%20PL', 'invalid symbol: AA PL'],
    ['trades?symbols=AAPL&page_token=!', 'invalid page_token: !'],
    [
      'trades?symbols=AAPL&feed=iex&start=2026-10-08&end=2026-10-07',
      'end should not be before start',
    ],
  ])('%s is 400: %s', (query, message) => {
    const answer = new Floor().request('GET', `/v2/stocks/${query}`);
    expect(answer).toEqual({ status: 400, body: { message } });
  });

  it.each(['1T', '59Min', '23H', '1D', '1Week', '12M', '6Month'])('%s is a timeframe', (text) => {
    const path = `/v2/stocks/bars?symbols=AAPL&adjustment=split,dividend&asof=-&timeframe=${text}`;
    expect(new Floor().request('GET', path).status).toBe(200);
  });

  it('a location that does not exist has no coins', () => {
    const { status } = new Floor().request('GET', '/v1beta3/crypto/moon/bars?symbols=BTC/USD');
    expect(status).toBe(400);
  });
});

describe('the latest of coins', () => {
  it('has an order book with one level on each side, and a snapshot under its own key', () => {
    const floor = new Floor({
      assets: [{ symbol: 'BTC/USD' }],
      account: { positions: [] },
      prices: false,
    });
    floor.market('BTC/USD', '60000', '60010', '60005');
    const t = '2026-10-08T14:00:00.000Z';
    expect(floor.get('/v1beta3/crypto/us/latest/orderbooks?symbols=BTC/USD')).toEqual({
      orderbooks: { 'BTC/USD': { t, b: [{ p: 60000, s: 500 }], a: [{ p: 60010, s: 500 }] } },
    });
    expect(floor.get('/v1beta3/crypto/us/snapshots?symbols=BTC/USD,ETH/USD')).toEqual({
      snapshots: {
        'BTC/USD': {
          latestTrade: { t, p: 60005, s: 100, i: 1, tks: 'S' },
          latestQuote: { t, bp: 60000, bs: 500, ap: 60010, as: 500 },
        },
      },
    });
  });
});
