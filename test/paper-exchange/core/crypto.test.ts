import { beforeEach, describe, expect, it } from 'vitest';
import { Floor, refusal } from './floor.ts';

const coins = [
  { symbol: 'AAPL' },
  {
    symbol: 'BTC/USD',
    minOrderSize: '0.0001',
    minTradeIncrement: '0.0001',
    priceIncrement: '0.5',
  },
  { symbol: 'DOGE/USD', priceIncrement: '0.0000001' },
];

function coinFloor(startAt?: string): Floor {
  const floor = new Floor({ assets: coins, ...(startAt === undefined ? {} : { startAt }) });
  floor.market('BTC/USD', '50000', '50010', '50005');
  return floor;
}

const coin = { symbol: 'BTC/USD', time_in_force: 'gtc' };

describe('coins', () => {
  let floor: Floor;
  beforeEach(() => {
    floor = coinFloor();
  });

  it('are bought at the ask and sold at the bid, in fractions', () => {
    const id = floor.accepted({ ...coin, qty: '0.1234' });
    expect(floor.orderById(id)).toMatchObject({
      status: 'filled',
      asset_class: 'crypto',
      symbol: 'BTC/USD',
      filled_qty: '0.1234',
      filled_avg_price: '50010',
    });
    floor.accepted({ ...coin, side: 'sell', qty: '0.1' });
    expect(floor.core.position(floor.accountId, 'BTC/USD')).toMatchObject({
      qty: 234_000_000_000n,
      asset: { class: 'crypto' },
    });
    expect(floor.account().cash).toBe('97828.77');
  });

  it('are also known by the name without the slash', () => {
    const id = floor.accepted({ ...coin, symbol: 'BTCUSD', qty: '0.1' });
    expect(floor.orderById(id).symbol).toBe('BTC/USD');
    expect(floor.core.asset('BTCUSD')?.symbol).toBe('BTC/USD');
  });

  it('trade in the night and on a Sunday', () => {
    for (const startAt of ['2026-10-09T03:00:00Z', '2026-10-11T15:00:00Z']) {
      const closed = coinFloor(startAt);
      expect(closed.statusOf(closed.accepted({ ...coin, qty: '0.1' }))).toBe('filled');
      const limit = closed.accepted({ ...coin, type: 'limit', limit_price: '49000', qty: '0.1' });
      expect(closed.statusOf(limit)).toBe('new');
      closed.quote('BTC/USD', '48990', '48995');
      expect(closed.statusOf(limit)).toBe('filled');
    }
  });

  it('have stop-limits, which trigger at any hour', () => {
    const night = coinFloor('2026-10-09T03:00:00Z');
    night.accepted({ ...coin, qty: '0.1' });
    const stop = night.accepted({
      ...coin,
      side: 'sell',
      type: 'stop_limit',
      stop_price: '49000',
      limit_price: '48000',
      qty: '0.1',
    });
    night.quote('BTC/USD', '48900', '48910');
    expect(night.statusOf(stop)).toBe('new');
    night.trade('BTC/USD', '48905');
    expect(night.orderById(stop)).toMatchObject({ status: 'filled', filled_avg_price: '48900' });
  });

  it('have neither days nor auctions', () => {
    for (const timeInForce of ['day', 'fok', 'opg', 'cls']) {
      const answer = floor.order({ ...coin, time_in_force: timeInForce });
      expect(answer.body.message).toBe('invalid crypto time_in_force');
    }
    expect(floor.statusOf(floor.accepted({ ...coin, time_in_force: 'ioc', qty: '0.1' }))).toBe(
      'filled',
    );
    const cheap = { ...coin, time_in_force: 'ioc', type: 'limit', limit_price: '100', qty: '1' };
    expect(floor.statusOf(floor.accepted(cheap))).toBe('canceled');
  });

  it('a coin order lives through the close of the exchange', () => {
    const id = floor.accepted({ ...coin, type: 'limit', limit_price: '40000', qty: '0.1' });
    floor.advanceBy(7 * 86_400_000);
    expect(floor.statusOf(id)).toBe('new');
    expect(floor.orderById(id).expires_at).toBe('2027-01-06T21:00:00.000Z');
  });

  it.each([
    [{ type: 'stop', stop_price: '60000' }, 'invalid order type for crypto order'],
    [{ type: 'trailing_stop', trail_percent: '1' }, 'invalid order type for crypto order'],
    [{ extended_hours: true }, 'crypto orders are not extended hours orders'],
    [{ take_profit: { limit_price: '60000' } }, 'crypto orders must be simple orders'],
    [{ type: 'limit', limit_price: '50000.3' }, 'limit_price must be a multiple of 0.5'],
    [{ qty: '0.00001' }, 'qty must be >= 0.0001'],
    [{ qty: '0.00015' }, 'qty must be a multiple of 0.0001'],
    [{ qty: '0.0000000001' }, 'qty must have at most 9 decimals'],
  ])('refuse %j', (fields, message) => {
    expect(floor.order({ ...coin, ...fields })).toMatchObject({ status: 422, body: { message } });
  });

  it('are bought with cash: no margin, and at most 200,000 dollars by notional at once', () => {
    const two = floor.order({ ...coin, qty: '2' });
    expect(refusal(two, 'buying_power', 'cost_basis')).toEqual({
      status: 403,
      code: 40310000,
      buying_power: '99500',
      cost_basis: '100020',
    });
    expect(floor.order({ ...coin, notional: '200001' }).status).toBe(403);
    const id = floor.accepted({ ...coin, notional: '1000' });
    expect(floor.orderById(id)).toMatchObject({ status: 'filled', filled_qty: '0.019996' });
  });

  it('take four times their value from the buying power of a margin account', () => {
    const before = floor.core.account(floor.accountId);
    floor.accepted({ ...coin, qty: '1' });
    const after = floor.core.account(floor.accountId);
    const loss = 50_010n - 50_005n;
    expect(before.buyingPower - after.buyingPower).toBe((50_005n + loss) * 4n * 10n ** 13n);
    expect(after.maintenanceMargin).toBe((50_005n + 300n) * 10n ** 13n);
  });

  it('are never sold short', () => {
    expect(floor.order({ ...coin, side: 'sell', qty: '0.1' })).toMatchObject({
      status: 403,
      body: { message: 'insufficient balance for BTC (requested: 0.1, available: 0)' },
    });
    floor.accepted({ ...coin, qty: '0.1' });
    expect(floor.order({ ...coin, side: 'sell', qty: '0.2' }).status).toBe(403);
  });

  it('a position in coins is closed as a whole', () => {
    floor.accepted({ ...coin, qty: '0.1' });
    const answer = floor.request('DELETE', `/v2/positions/${encodeURIComponent('BTC/USD')}`);
    expect(answer.body).toMatchObject({ time_in_force: 'gtc', side: 'sell', qty: '0.1' });
    expect(floor.core.position(floor.accountId, 'BTC/USD')).toBeNull();
  });

  it('by a switch, legs without a class are ignored for coins too', () => {
    const lenient = new Floor({ assets: coins, switches: { legsWithoutClass: 'ignore' } });
    lenient.market('BTC/USD', '50000', '50010', '50005');
    const fields = { ...coin, qty: '0.1', stop_loss: { stop_price: '40000' } };
    expect(lenient.orderById(lenient.accepted(fields)).legs).toBeNull();
  });
});
