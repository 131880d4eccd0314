import { describe, expect, it } from 'vitest';
import { refusalOf } from '../../simulation/storm/refusals.ts';

const refused = (body: object, method = 'POST', path = '/v2/orders') =>
  refusalOf(method, path, JSON.stringify(body));

describe('a refusal of the exchange', () => {
  it('is told by the fields that come with it, since one code stands for many', () => {
    const message = 'insufficient qty available for order (requested: 5, available: 0)';
    const short = { code: 40310000, message, available: '0', existing_qty: '5' };
    expect(refused({ ...short, held_for_orders: '5' })).toBe('shares_held');
    expect(refused({ ...short, held_for_orders: '0' })).toBe('not_enough_shares');
    expect(refused({ code: 40310000, existing_order_id: 'x' })).toBe('wash_trade');
    expect(refused({ code: 40310000, buying_power: '0' })).toBe('buying_power');
    expect(refused({ code: 42210000, market_price: '9' })).toBe('stop_through_market');
    expect(refused({ code: 42210000, message: 'client_order_id must be unique' })).toBe('id_taken');
    const opposite = 'cannot open a long buy while a short sell order is open';
    expect(refused({ code: 40310000, message: opposite })).toBe('opposite_order');
  });

  it('of a change or a cancel is about the state of the order', () => {
    const body = { code: 42210000, message: 'order is not open' };
    expect(refused(body, 'PATCH', '/v2/orders/1')).toBe('order_state');
    expect(refused(body, 'DELETE', '/v2/orders/1')).toBe('order_state');
    expect(refused(body)).toBe('other');
    const gone = { code: 40410000, message: 'position does not exist' };
    expect(refused(gone, 'DELETE', '/v2/positions/AAPL')).toBe('position_gone');
    expect(refusalOf('POST', '/v2/orders', 'no JSON')).toBe('other');
  });
});
