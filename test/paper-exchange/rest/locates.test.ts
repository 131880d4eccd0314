import { describe, expect, it } from 'vitest';
import { Floor, type Json } from '../core/floor.ts';

/** Two days with a locate each: 200 shares of HARD on Thursday, 100 on Friday. */
function withLocates(): Floor {
  const locate = { availableQty: 1000, feePerShare: '0.05' };
  const floor = new Floor({
    assets: [{ symbol: 'AAPL' }, { symbol: 'HARD', easyToBorrow: false, locate }],
    switches: { hardToBorrow: 'locate' },
  });
  ask(floor, { qty: 200 });
  floor.advanceTo('2026-10-09T14:00:00Z');
  ask(floor, { qty: 100 });
  return floor;
}

const ask = (floor: Floor, fields: Json) =>
  floor.request('POST', '/v1/locates', { symbol: 'HARD', ...fields });

const quantities = (floor: Floor, query = '') => {
  const { locates } = floor.get(`/v1/locates?${query}`);
  return (locates as readonly Json[]).map(({ located_qty }) => located_qty);
};

describe('locates', () => {
  it('say what was set aside, until when and for how much', () => {
    const floor = withLocates();
    const { status, body } = ask(floor, { qty: 100, limit_price: '0.10' });
    expect(status).toBe(201);
    expect(body).toMatchObject({
      ...{ symbol: 'HARD', status: 'active', requested_qty: 100, located_qty: 100 },
      ...{ located_price: '0.05', total_fee: '5', limit_price: '0.1', all_or_none: false },
      expires_at: '2026-10-10T00:00:00.000Z',
    });
    expect(floor.get(`/v1/locates/${body.id}`)).toEqual(body);
    expect(floor.request('GET', '/v1/locates/none')).toEqual({
      status: 404,
      body: { message: 'locate not found' },
    });
  });

  it('are listed newest first, by day, status and symbol, a page at a time', () => {
    const floor = withLocates();
    expect(quantities(floor)).toEqual([100, 200]);
    expect(quantities(floor, 'start=2026-10-09')).toEqual([100]);
    expect(quantities(floor, 'end=2026-10-09')).toEqual([200]);
    expect(quantities(floor, 'status=expired')).toEqual([200]);
    expect(quantities(floor, 'symbol=AAPL')).toEqual([]);
    const token = floor.get('/v1/locates?limit=1').next_page_token;
    expect(quantities(floor, `limit=1&page_token=${token}`)).toEqual([200]);
    expect(floor.get('/v1/locates?limit=2').next_page_token).toBeNull();
  });

  it('belong after eight in the evening to the next day', () => {
    const floor = withLocates();
    floor.advanceTo('2026-10-10T00:30:00Z');
    ask(floor, { qty: 300 });
    expect(quantities(floor, 'start=2026-10-10')).toEqual([300]);
  });

  it('are quoted by symbol, and those without a quote are named', () => {
    expect(withLocates().get('/v1/locates/quotes?symbols=HARD,AAPL,ZZZZ')).toMatchObject({
      quotes: [{ symbol: 'HARD', available_qty: expect.any(Number), price: '0.05' }],
      errors: [
        { symbol: 'AAPL', code: 'easy_to_borrow' },
        { symbol: 'ZZZZ', code: 'symbol_not_found' },
      ],
    });
  });

  it.each([
    ['/v1/locates?status=lost', 'invalid_input'],
    ['/v1/locates?limit=10001', 'invalid_input'],
    ['/v1/locates/quotes', 'invalid_symbols'],
    [
      `/v1/locates/quotes?symbols=${Array.from({ length: 101 }, (_, n) => `S${n}`)}`,
      'invalid_symbols',
    ],
  ])('%.40s is 400 with a code in words', (path, code) => {
    expect(new Floor().request('GET', path)).toMatchObject({ status: 400, body: { code } });
  });
});
