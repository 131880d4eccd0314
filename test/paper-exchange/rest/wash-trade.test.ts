import { describe, expect, it } from 'vitest';
import { Floor, type Json, refusal } from '../core/floor.ts';

const sell = (fields: Json): Json => ({ side: 'sell', qty: '10', ...fields });
const stop = sell({ type: 'stop', stop_price: '95' });
const stopLimit = sell({ type: 'stop_limit', stop_price: '96', limit_price: '95' });
const buyLimit = (price: string) => ({ type: 'limit', limit_price: price });

describe('wash trades', () => {
  it('case 33: a market buy against a resting sell stop is refused with its id', () => {
    const floor = new Floor();
    const id = floor.accepted(stop);
    expect(floor.order({})).toEqual({
      status: 403,
      body: {
        code: 40310000,
        existing_order_id: id,
        message: 'potential wash trade detected. use complex orders',
        reject_reason: 'opposite side market/stop order exists',
      },
    });
  });

  it('the older status and code come back by a switch', () => {
    const floor = new Floor({ switches: { washTradeStatus: 422 } });
    floor.accepted(stop);
    expect(refusal(floor.order({}))).toEqual({ status: 422, code: 42210000 });
  });

  it('case 34: beside a sell stop-limit only a lower limit buy is let through', () => {
    const floor = new Floor();
    floor.accepted(stopLimit);
    expect(floor.order(buyLimit('94')).status).toBe(200);
    const crossing = floor.order(buyLimit('96'));
    expect(refusal(crossing, 'reject_reason')).toEqual({
      status: 403,
      code: 40310000,
      reject_reason: 'opposite side limit order exists',
    });
    expect(floor.order({}).status).toBe(403);
  });

  it('case 35: a protective sell stop is refused while a limit buy is open', () => {
    const floor = new Floor();
    const id = floor.accepted(buyLimit('99'));
    const answer = floor.order(stop);
    expect(refusal(answer, 'existing_order_id')).toEqual({
      status: 403,
      code: 40310000,
      existing_order_id: id,
    });
  });

  it('case 36: a bracket or a trailing stop stands beside a resting opposite order', () => {
    const floor = new Floor();
    floor.accepted(sell({ type: 'limit', limit_price: '101', qty: '5' }));
    const bracket = {
      type: 'limit',
      limit_price: '102',
      order_class: 'bracket',
      take_profit: { limit_price: '110' },
      stop_loss: { stop_price: '90' },
    };
    expect(floor.order(bracket).status).toBe(200);
    const other = new Floor();
    other.accepted(buyLimit('99'));
    const trailing = sell({ type: 'trailing_stop', trail_percent: '5' });
    expect(other.order(trailing).status).toBe(200);
  });
});
