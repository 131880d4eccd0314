import { describe, expect, it } from 'vitest';
import { Floor, refusal } from '../core/floor.ts';

const sellStop = { side: 'sell', type: 'stop', stop_price: '95', qty: '10' };

describe('sells, holds, shorts', () => {
  it('case 24: selling more than is held is 403 and names no orders', () => {
    const answer = new Floor().order({ side: 'sell', qty: '11' });
    expect(answer).toEqual({
      status: 403,
      body: {
        available: '10',
        code: 40310000,
        existing_qty: '10',
        held_for_orders: '0',
        message: 'insufficient qty available for order (requested: 11, available: 10)',
        symbol: 'AAPL',
      },
    });
  });

  it('case 25: shares that a stop holds are not for sale, and the stop is named', () => {
    const floor = new Floor();
    const id = floor.accepted(sellStop);
    const answer = floor.order({ side: 'sell', qty: '1' });
    expect(answer).toEqual({
      status: 403,
      body: {
        available: '0',
        code: 40310000,
        existing_qty: '10',
        held_for_orders: '10',
        message: 'insufficient qty available for order (requested: 1, available: 0)',
        related_orders: [id],
        symbol: 'AAPL',
      },
    });
  });

  it('case 26: the position shows what is free, and all again after the cancel', () => {
    const floor = new Floor();
    const id = floor.accepted(sellStop);
    expect(floor.position()).toMatchObject({ qty: '10', qty_available: '0' });
    expect(floor.cancel(id)).toEqual({ status: 204, body: {} });
    expect(floor.position()).toMatchObject({ qty: '10', qty_available: '10' });
  });

  it('case 27: a sell when flat opens a short, unless forbidden or meant to close', () => {
    const floor = new Floor();
    floor.market('MSFT', '49.99', '50.01', '50');
    const sell = { symbol: 'MSFT', side: 'sell', qty: '5' };
    const mismatch = floor.order({ ...sell, position_intent: 'sell_to_close' });
    expect(refusal(mismatch)).toEqual({ status: 422, code: 42210000 });
    expect(mismatch.body.message).toBe(
      'position intent mismatch, inferred: sell_to_open, specified: sell_to_close',
    );
    const id = floor.accepted(sell);
    expect(floor.orderById(id)).toMatchObject({ position_intent: 'sell_to_open' });
    expect(floor.position('MSFT')).toMatchObject({
      qty: '-5',
      qty_available: '-5',
      side: 'short',
      market_value: '-250',
      cost_basis: '-249.95',
      unrealized_pl: '-0.05',
    });
    const careful = new Floor({ account: { configuration: { noShorting: true } } });
    careful.market('MSFT', '49.99', '50.01', '50');
    const refused = careful.order(sell);
    expect(refusal(refused)).toEqual({ status: 403, code: 40310000 });
    expect(refused.body.message).toBe('account is not allowed to short');
  });

  it('case 28: an asset that cannot be shorted is 422 when flat', () => {
    const answer = new Floor().order({ symbol: 'LONGONLY', side: 'sell' });
    expect(refusal(answer)).toEqual({ status: 422, code: 42210000 });
    expect(answer.body.message).toBe('asset "LONGONLY" cannot be sold short');
  });

  it('a hard-to-borrow asset is shorted by day orders only', () => {
    const floor = new Floor();
    floor.market('HARD', '9.99', '10.01', '10');
    const sell = { symbol: 'HARD', side: 'sell', type: 'limit', limit_price: '11' };
    const gtc = floor.order({ ...sell, time_in_force: 'gtc' });
    expect(gtc.body.message).toBe('only day orders are allowed for hard-to-borrow asset');
    expect(floor.order(sell).status).toBe(200);
  });

  it('case 29: no buying to open while a short sale is open, nor the other way round', () => {
    const floor = new Floor();
    floor.market('MSFT', '49.99', '50.01', '50');
    floor.accepted({ symbol: 'MSFT', side: 'sell', type: 'limit', limit_price: '55' });
    const buy = floor.order({ symbol: 'MSFT', type: 'limit', limit_price: '45' });
    expect(refusal(buy)).toEqual({ status: 403, code: 40310000 });
    expect(buy.body.message).toBe('cannot open a long buy while a short sell order is open');
    floor.market('HARD', '9.99', '10.01', '10');
    floor.accepted({ symbol: 'HARD', type: 'limit', limit_price: '9' });
    const sell = floor.order({ symbol: 'HARD', side: 'sell', type: 'limit', limit_price: '11' });
    expect(sell.body.message).toBe('cannot open a short sell while a long buy order is open');
  });

  it('a short is charged at three percent over the ask and is bought back no further than flat', () => {
    const floor = new Floor();
    floor.market('MSFT', '49.99', '50', '50');
    const before = Number(floor.account().buying_power);
    floor.accepted({ symbol: 'MSFT', side: 'sell', type: 'limit', limit_price: '51', qty: '10' });
    expect(Number(floor.account().buying_power)).toBe(before - 515);
    floor.market('MSFT', '51', '51.02', '51');
    expect(floor.position('MSFT').qty).toBe('-10');
    const tooMuch = floor.order({ symbol: 'MSFT', qty: '11' });
    expect(refusal(tooMuch, 'existing_qty', 'available')).toEqual({
      status: 403,
      code: 40310000,
      existing_qty: '10',
      available: '10',
    });
    floor.accepted({ symbol: 'MSFT', qty: '10', position_intent: 'buy_to_close' });
    expect(floor.request('GET', '/v2/positions/MSFT').status).toBe(404);
  });

  it('case 30: a position closes at market unless its shares are held; a flat one is 404', () => {
    const floor = new Floor();
    const stop = floor.accepted(sellStop);
    const held = floor.request('DELETE', '/v2/positions/AAPL');
    expect(refusal(held, 'related_orders')).toEqual({
      status: 403,
      code: 40310000,
      related_orders: [stop],
    });
    floor.cancel(stop);
    const closed = floor.request('DELETE', '/v2/positions/AAPL');
    expect(closed.status).toBe(200);
    expect(closed.body).toMatchObject({ type: 'market', side: 'sell', qty: '10' });
    const flat = floor.request('DELETE', '/v2/positions/AAPL');
    expect(flat).toEqual({
      status: 404,
      body: { code: 40410000, message: 'position does not exist' },
    });
  });

  it('case 31: a part is a quantity or a percentage, not both', () => {
    const floor = new Floor();
    const path = '/v2/positions/AAPL';
    expect(floor.request('DELETE', `${path}?qty=1&percentage=50`).status).toBe(422);
    expect(floor.request('DELETE', `${path}?percentage=101`).status).toBe(422);
    expect(floor.request('DELETE', `${path}?qty=1e-7`).status).toBe(422);
    expect(floor.request('DELETE', `${path}?percentage=25`).body.qty).toBe('2.5');
    expect(floor.request('DELETE', `${path}?qty=7.5`).status).toBe(200);
    expect(floor.list('/v2/positions')).toEqual([]);
  });

  it('case 32: closing all answers for each symbol; with cancel_orders each succeeds', () => {
    const floor = new Floor();
    floor.market('MSFT', '49.99', '50.01', '50');
    floor.accepted({ symbol: 'MSFT', qty: '2' });
    floor.accepted(sellStop);
    const mixed = floor.send('DELETE', '/v2/positions');
    expect(mixed.status).toBe(207);
    expect(JSON.parse(mixed.body)).toMatchObject([
      { symbol: 'AAPL', status: 403, body: { code: 40310000, held_for_orders: '10' } },
      { symbol: 'MSFT', status: 200, body: { side: 'sell', qty: '2' } },
    ]);
    floor.accepted({ symbol: 'MSFT', qty: '2' });
    const all = floor.send('DELETE', '/v2/positions?cancel_orders=true');
    expect(JSON.parse(all.body)).toMatchObject([{ status: 200 }, { status: 200 }]);
    expect(floor.list('/v2/positions')).toEqual([]);
  });

  it('opening positions are shown with cost, profit and the change since the last close', () => {
    const floor = new Floor();
    floor.trade('AAPL', '101');
    expect(floor.position()).toEqual({
      asset_id: floor.get('/v2/assets/AAPL').id,
      symbol: 'AAPL',
      exchange: 'NASDAQ',
      asset_class: 'us_equity',
      asset_marginable: true,
      qty: '10',
      avg_entry_price: '100',
      side: 'long',
      market_value: '1010',
      cost_basis: '1000',
      unrealized_pl: '10',
      unrealized_plpc: '0.01',
      unrealized_intraday_pl: '10',
      unrealized_intraday_plpc: '0.01',
      current_price: '101',
      lastday_price: '100',
      change_today: '0.01',
      qty_available: '10',
    });
  });

  it('a position lags its execution by the visibility latency', () => {
    const floor = new Floor({ latencies: { positionVisibilityMs: 5000 } });
    floor.accepted({ side: 'sell', qty: '10' });
    expect(floor.position().qty).toBe('10');
    floor.advanceBy(4999);
    expect(floor.position().qty).toBe('10');
    floor.advanceBy(1);
    expect(floor.list('/v2/positions')).toEqual([]);
  });
});
