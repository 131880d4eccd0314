import { describe, expect, it } from 'vitest';
import { Floor, refusal } from '../core/floor.ts';
import { priceAt } from './given.ts';

const unprocessable = { status: 422, code: 42210000 };

function coinFloor() {
  const floor = new Floor({ assets: [{ symbol: 'AAPL' }, { symbol: 'BTC/USD' }] });
  priceAt(floor, 60_000, 'BTC/USD');
  floor.accepted({ symbol: 'BTC/USD', qty: '0.1', time_in_force: 'gtc' });
  return floor;
}

const sale = { symbol: 'BTC/USD', side: 'sell', qty: '0.1', time_in_force: 'gtc' };

describe('coins and options', () => {
  it.each([
    { type: 'stop', stop_price: '50000' },
    { type: 'trailing_stop', trail_percent: '5' },
  ])('scenario 42: a coin takes no $type order', (fields) => {
    const answer = coinFloor().order({ ...sale, ...fields });
    expect([refusal(answer), answer.body.message]).toEqual([
      unprocessable,
      'invalid order type for crypto order',
    ]);
  });

  it('scenario 42: a stop-limit guards a coin, and it alone', () => {
    const floor = coinFloor();
    const guard = { ...sale, type: 'stop_limit', stop_price: '50000', limit_price: '49000' };
    const id = floor.accepted(guard);
    priceAt(floor, 49_500, 'BTC/USD');
    expect(floor.statusOf(id)).toBe('filled');
  });

  it('scenario 42: a coin has no brackets and no pairs of exits', () => {
    const answer = coinFloor().order({
      ...{ ...sale, type: 'limit', order_class: 'oco' },
      ...{ take_profit: { limit_price: '70000' }, stop_loss: { stop_price: '50000' } },
    });
    expect([refusal(answer), answer.body.message]).toEqual([
      unprocessable,
      'crypto orders must be simple orders',
    ]);
  });

  it('scenario 42: a simple order has no stop_loss, and by a switch nobody says so', () => {
    const order = { type: 'limit', limit_price: '90', stop_loss: { stop_price: '80' } };
    expect(refusal(new Floor().order(order))).toEqual(unprocessable);
    const silent = new Floor({ switches: { legsWithoutClass: 'ignore' } });
    const { status, body } = silent.order(order);
    expect([status, body.order_class]).toEqual([200, '']);
    expect(silent.legsOf(body.id)).toEqual([]);
    expect(silent.list('/v2/orders?status=all')).toHaveLength(1);
  });

  it('scenario 42: options are not listed here', () => {
    const answer = new Floor().order({ symbol: 'AAPL261218C00200000' });
    expect(refusal(answer)).toEqual(unprocessable);
  });
});
