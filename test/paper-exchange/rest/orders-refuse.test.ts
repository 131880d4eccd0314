import { describe, expect, it } from 'vitest';
import { Floor, type Json, refusal } from '../core/floor.ts';

const limit = (price: string, more: Json = {}) => ({ type: 'limit', limit_price: price, ...more });
const stop = (price: string, more: Json = {}) => ({ type: 'stop', stop_price: price, ...more });

describe('orders: refused', () => {
  it('case 11: a client order id of 129 characters is 422, one of 128 is taken', () => {
    const floor = new Floor();
    const tooLong = floor.order({ client_order_id: 'x'.repeat(129) });
    expect(refusal(tooLong)).toEqual({ status: 422, code: 40010001 });
    expect(floor.order({ client_order_id: 'x'.repeat(128) }).status).toBe(200);
  });

  it.each([
    [{ qty: '0' }, 'qty must be > 0'],
    [{ qty: '-1' }, 'qty must be > 0'],
    [{ qty: null }, 'qty or notional is required'],
    [{ qty: '1', notional: '5' }, 'only one of qty or notional is accepted'],
    [{ qty: 'one' }, 'invalid qty'],
    [{ qty: '0.0000000001' }, 'qty must have at most 9 decimals'],
  ])('case 12: an order of %j is 422', (fields, message) => {
    const answer = new Floor().order(fields);
    expect(refusal(answer)).toEqual({ status: 422, code: 40010001 });
    expect(answer.body.message).toBe(message);
  });

  it.each([
    [{ type: 'limit' }, 'limit orders require a limit price'],
    [{ type: 'stop' }, 'stop orders require a stop price'],
    [
      { type: 'stop_limit', stop_price: '105' },
      'stop limit orders require both stop and limit price',
    ],
    [{ limit_price: '100' }, 'market orders require no stop or limit price'],
    [{ type: 'limit', limit_price: '-1' }, 'limit price must be > 0'],
    [
      { type: 'limit', limit_price: '99', stop_price: '98' },
      'limit orders must not have stop_price',
    ],
    [
      { type: 'trailing_stop' },
      'trailing stop orders must specify one of trail_price or trail_percent',
    ],
    [
      { type: 'trailing_stop', trail_percent: '0.05' },
      'trail_percent must be greater than or equal to 0.1',
    ],
    [{ type: 'iceberg' }, 'invalid type'],
    [{ time_in_force: 'forever' }, 'invalid time_in_force'],
    [{ side: 'both' }, 'invalid side'],
    [{ symbol: '' }, 'symbol is required'],
    [{ take_profit: 5 }, 'invalid take_profit'],
  ])('case 13: an order with the wrong fields %j is 422', (fields, message) => {
    const answer = new Floor().order(fields);
    expect(answer.status).toBe(422);
    expect(answer.body.message).toBe(message);
  });

  it('case 14: prices have two decimals from a dollar and four below', () => {
    const floor = new Floor();
    const answer = floor.order(limit('100.001'));
    expect(refusal(answer)).toEqual({ status: 422, code: 42210000 });
    expect(answer.body.message).toBe(
      'invalid limit_price 100.001. sub-penny increment does not fulfill minimum pricing criteria',
    );
    expect(floor.order(limit('0.1234')).status).toBe(200);
    expect(floor.order(limit('0.12345')).status).toBe(422);
    expect(floor.order(limit('99.100')).status).toBe(200);
    const sell = floor.order(stop('95.005', { side: 'sell' }));
    expect(sell.body.message).toMatch(/^invalid stop_price 95.005\./);
  });

  it('case 15: a sell stop above the market is refused with both prices, a buy stop below too', () => {
    const floor = new Floor();
    const sell = floor.order(stop('100.50', { side: 'sell' }));
    expect(sell).toEqual({
      status: 422,
      body: {
        code: 42210000,
        market_price: '100',
        message: 'stop price must be less than current price',
        stop_price: '100.5',
      },
    });
    const buy = floor.order(stop('99.50'));
    expect(buy.body).toMatchObject({
      code: 42210000,
      market_price: '100',
      message: 'stop price must be greater than current price',
      stop_price: '99.5',
    });
    expect(floor.list('/v2/orders?status=all')).toEqual([]);
  });

  it('case 18: a fraction of an asset that has none is 403', () => {
    const answer = new Floor().order({ symbol: 'WHOLE', qty: '0.5' });
    expect(answer).toEqual({
      status: 403,
      body: { code: 40310000, message: 'asset "WHOLE" is not fractionable' },
    });
  });

  it('case 19: an unknown symbol is 422', () => {
    const answer = new Floor().order({ symbol: 'NOPE' });
    expect(refusal(answer)).toEqual({ status: 422, code: 42210000 });
    expect(answer.body.message).toBe('asset "NOPE" not found');
  });

  it('case 20: a stop is not for extended hours', () => {
    const answer = new Floor().order(stop('95', { side: 'sell', extended_hours: true }));
    expect(answer.body.message).toBe('stop orders are not eligible for extended hours trading');
  });

  it('case 21: too dear an order is 403 with both amounts, and leaves no order', () => {
    const floor = new Floor();
    const answer = floor.order({ qty: '10000' });
    expect(answer).toEqual({
      status: 403,
      body: {
        buying_power: '399000',
        code: 40310000,
        cost_basis: '1000100',
        message: 'insufficient buying power',
      },
    });
    expect(floor.list('/v2/orders?status=all')).toEqual([]);
    expect(floor.events.filter(({ kind }) => kind === 'trade_update')).toEqual([]);
  });

  it('case 22: an open buy takes its cost from the buying power until it is canceled', () => {
    const floor = new Floor();
    const id = floor.accepted(limit('30', { qty: '100' }));
    expect(floor.account().buying_power).toBe('396000');
    floor.cancel(id);
    expect(floor.account().buying_power).toBe('399000');
  });

  it('a stop or a trailing stop takes only day and gtc', () => {
    const floor = new Floor();
    const answer = floor.order(stop('95', { side: 'sell', time_in_force: 'ioc' }));
    expect(refusal(answer)).toEqual({ status: 422, code: 42210000 });
  });

  it('a body that is no JSON object is 400', () => {
    const floor = new Floor();
    const answer = floor.send('POST', '/v2/orders', [1, 2]);
    expect(answer.status).toBe(400);
    const empty = floor.request('POST', '/v2/orders');
    expect(refusal(empty)).toEqual({ status: 400, code: 40010000 });
  });
});
