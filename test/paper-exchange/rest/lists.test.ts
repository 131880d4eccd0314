import { describe, expect, it } from 'vitest';
import { Floor, refusal } from '../core/floor.ts';

const limit = { type: 'limit', limit_price: '1', qty: '1' };

describe('lists of orders', () => {
  it('case 64: a limit over 500 is 422, or 500 by the switch', () => {
    const floor = new Floor();
    expect(refusal(floor.request('GET', '/v2/orders?limit=501'))).toMatchObject({ status: 422 });
    const clamping = new Floor({ switches: { listLimitAbove500: 'clamp' } });
    for (let count = 0; count < 501; count += 1) clamping.accepted(limit);
    expect(clamping.list('/v2/orders?limit=501')).toHaveLength(500);
    expect(clamping.list('/v2/orders')).toHaveLength(50);
  });

  it('case 64: walking back by until gives each order once', () => {
    const floor = new Floor();
    const ids: string[] = [];
    for (let count = 0; count < 23; count += 1) {
      ids.push(floor.accepted(limit));
      floor.advanceBy(1000);
    }
    const walked: unknown[] = [];
    for (let until = ''; ; ) {
      const page = floor.list(`/v2/orders?status=all&limit=5${until}`);
      if (page.length === 0) break;
      walked.push(...page.map(({ id }) => id));
      until = `&until=${page.at(-1)?.submitted_at}`;
    }
    expect(walked).toEqual([...ids].reverse());
  });

  it('case 65: after and until leave out an order of exactly that time', () => {
    const floor = new Floor();
    const first = floor.accepted(limit);
    floor.advanceBy(1000);
    const second = floor.accepted(limit);
    const at = floor.orderById(first).submitted_at;
    const ids = (query: string) => floor.list(`/v2/orders?${query}`).map(({ id }) => id);
    expect(ids(`after=${at}`)).toEqual([second]);
    expect(ids(`until=${floor.orderById(second).submitted_at}`)).toEqual([first]);
    expect(ids('direction=asc')).toEqual([first, second]);
    expect(ids(`after_order_id=${first}`)).toEqual([second]);
    expect(ids(`before_order_id=${second}`)).toEqual([first]);
  });

  it('filters by status, symbol and side', () => {
    const floor = new Floor();
    const open = floor.accepted(limit);
    const filled = floor.accepted({ qty: '1', type: 'market', symbol: 'AAPL' });
    const ids = (query: string) => floor.list(`/v2/orders?${query}`).map(({ id }) => id);
    expect(ids('status=open')).toEqual([open]);
    expect(ids('status=closed')).toEqual([filled]);
    expect(ids('status=all&symbols=MSFT,AAPL')).toEqual([filled, open]);
    expect(ids('status=all&symbols=MSFT')).toEqual([]);
    expect(ids('status=all&side=sell')).toEqual([]);
    expect(ids('status=all&asset_class=us_option')).toEqual([]);
    expect(ids('status=all&asset_class=us_option&asset_class=us_equity')).toHaveLength(2);
  });

  it.each([
    'status=some',
    'limit=0',
    'limit=many',
    'direction=up',
    'after=yesterday',
    'side=long',
    'nested=maybe',
    'after_order_id=a&before_order_id=b',
  ])('refuses %s', (query) => {
    const { status } = new Floor().request('GET', `/v2/orders?${query}`);
    expect([404, 422]).toContain(status);
  });

  it('an unknown order is 404', () => {
    const floor = new Floor();
    expect(refusal(floor.request('GET', '/v2/orders/none'))).toEqual({
      status: 404,
      code: 40410000,
    });
  });
});

describe('activities and portfolio history', () => {
  it('case 66: fills come newest first, a page at a time, and add up to their orders', () => {
    const floor = new Floor();
    const id = floor.accepted({ type: 'limit', limit_price: '90', qty: '5' });
    floor.executePart(id, '2', '90');
    floor.advanceBy(1000);
    floor.executePart(id, '3', '90');
    floor.accepted({ qty: '1' });
    const path = '/v2/account/activities';
    const [newest] = floor.list(`${path}?page_size=1`);
    expect(newest).toMatchObject({
      activity_type: 'FILL',
      transaction_time: '2026-10-08T14:00:01.000Z',
      type: 'fill',
      price: '100.01',
      qty: '1',
      cum_qty: '1',
      leaves_qty: '0',
      side: 'buy',
      symbol: 'AAPL',
      order_status: 'filled',
    });
    expect(newest?.id).toMatch(/^20261008100001000::[0-9a-f-]{36}$/);
    const rest = floor.list(`${path}/FILL?page_token=${newest?.id}`);
    expect(rest).toMatchObject([
      { order_id: id, type: 'fill', qty: '3', cum_qty: '5', leaves_qty: '0' },
      { order_id: id, type: 'partial_fill', qty: '2', cum_qty: '2', leaves_qty: '3' },
    ]);
    expect(floor.list(`${path}?page_token=${rest.at(-1)?.id}`)).toEqual([]);
    const ascending = floor.list(`${path}?direction=asc&page_size=2`);
    expect(ascending.map(({ qty }) => qty)).toEqual(['2', '3']);
  });

  it('case 66: a page holds a hundred, and filters by time, date and kind', () => {
    const floor = new Floor();
    for (let count = 0; count < 101; count += 1) floor.accepted({ qty: '1' });
    const path = '/v2/account/activities';
    expect(floor.list(path)).toHaveLength(100);
    const last = floor.list(path).at(-1)?.id;
    expect(floor.list(`${path}?page_token=${last}`)).toHaveLength(1);
    expect(floor.list(`${path}?after=2026-10-08T14:00:00Z`)).toEqual([]);
    expect(floor.list(`${path}?date=2026-10-07`)).toEqual([]);
    expect(floor.list(`${path}/DIV`)).toEqual([]);
    expect(floor.request('GET', `${path}?page_size=101`).status).toBe(422);
    expect(floor.request('GET', `${path}?page_token=none`).status).toBe(422);
  });

  it('the portfolio history holds the equity of each close, then of now', () => {
    const floor = new Floor();
    floor.trade('AAPL', '101');
    floor.advanceTo('2026-10-08T20:30:00Z');
    floor.advanceTo('2026-10-09T14:00:00Z');
    floor.trade('AAPL', '102');
    floor.advanceTo('2026-10-09T20:30:00Z');
    const path = '/v2/account/portfolio/history';
    expect(floor.get(`${path}?period=2D&timeframe=1D`)).toMatchObject({
      timestamp: [Date.parse('2026-10-09T00:00:00Z'), Date.parse('2026-10-10T00:00:00Z')].map(
        (at) => at / 1000,
      ),
      equity: [100_010, 100_020],
      profit_loss: [0, 10],
      base_value: 100_010,
      timeframe: '1D',
    });
    const month = floor.get(`${path}?period=1M`);
    expect(month.equity).toContain(null);
    expect(floor.request('GET', `${path}?period=soon`).status).toBe(422);
    expect(floor.get(`${path}?period=1D&timeframe=1H`).timeframe).toBe('1H');
  });
});
