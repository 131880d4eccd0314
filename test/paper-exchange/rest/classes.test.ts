import { describe, expect, it } from 'vitest';
import { Floor, type Json, refusal } from '../core/floor.ts';

const bracket: Json = {
  type: 'limit',
  limit_price: '99',
  qty: '10',
  order_class: 'bracket',
  time_in_force: 'gtc',
  take_profit: { limit_price: '110' },
  stop_loss: { stop_price: '90', limit_price: '89.5' },
};
const oco: Json = {
  side: 'sell',
  type: 'limit',
  qty: '10',
  order_class: 'oco',
  time_in_force: 'gtc',
  take_profit: { limit_price: '110' },
  stop_loss: { stop_price: '95' },
};

/** A floor without shares and a bracket whose entry still waits. */
function withBracket(): { floor: Floor; id: string } {
  const floor = new Floor({ account: { positions: [] } });
  return { floor, id: floor.accepted(bracket) };
}

describe('brackets', () => {
  it('case 52: the exits are held until the entry is completely filled', () => {
    const { floor, id } = withBracket();
    expect(floor.legsOf(id)).toMatchObject([
      { status: 'held', type: 'limit', limit_price: '110', side: 'sell', order_class: 'bracket' },
      { status: 'held', type: 'stop_limit', stop_price: '90', limit_price: '89.5' },
    ]);
    floor.executePart(id, '4', '99');
    expect(floor.legsOf(id).map(({ status }) => status)).toEqual(['held', 'held']);
    expect(floor.position().qty_available).toBe('4');
    floor.quote('AAPL', '98.9', '99');
    expect(floor.statusOf(id)).toBe('filled');
    expect(floor.legsOf(id).map(({ status }) => status)).toEqual(['new', 'held']);
    expect(floor.position()).toMatchObject({ qty: '10', qty_available: '0' });
  });

  it('case 52: the open list hides the held stop, the nested list of all shows both legs', () => {
    const { floor, id } = withBracket();
    floor.quote('AAPL', '98.9', '99');
    const open = floor.list('/v2/orders?status=open');
    expect(open).toMatchObject([{ status: 'new', limit_price: '110', legs: null }]);
    expect(floor.list('/v2/orders?status=open&nested=true')).toEqual([]);
    const all = floor.list('/v2/orders?status=all&nested=true');
    expect(all).toHaveLength(1);
    expect(all[0]).toMatchObject({ id, legs: [{ status: 'new' }, { status: 'held' }] });
    expect(floor.list('/v2/orders?status=all')).toHaveLength(3);
  });

  it.each([
    [
      { stop_loss: { stop_price: '99' } },
      'stop_loss.stop_price must be <= base_price - 0.01',
      '99',
    ],
    [
      { take_profit: { limit_price: '99' } },
      'take_profit.limit_price must be >= base_price + 0.01',
      '99',
    ],
    [
      { limit_price: '105', stop_loss: { stop_price: '102' } },
      'stop_loss.stop_price must be <= base_price - 0.01',
      '100',
    ],
  ])('case 53: a leg on the wrong side of its base price, %j, is 422', (fields, message, base) => {
    const floor = new Floor({ account: { positions: [] } });
    const answer = floor.order({ ...bracket, ...fields });
    expect(refusal(answer, 'message', 'base_price')).toEqual({
      status: 422,
      code: 42210000,
      message,
      base_price: base,
    });
  });

  it.each([
    [{ take_profit: null }, 'bracket orders require take_profit.limit_price'],
    [{ stop_loss: {} }, 'bracket orders require stop_loss.stop_price'],
    [{ time_in_force: 'ioc' }, 'bracket orders must be DAY or GTC orders'],
    [{ side: 'sell', symbol: 'AAPL' }, 'bracket orders must be entry orders'],
    [{ order_class: 'oto' }, 'oto orders require one of take_profit or stop_loss'],
    [{ order_class: '' }, 'take_profit and stop_loss require a bracket, oco or oto order_class'],
    [{ order_class: 'oco' }, 'oco orders must be exit orders'],
  ])('a bracket with %j is 422', (fields, message) => {
    const answer = new Floor().order({
      ...bracket,
      ...('side' in fields
        ? { take_profit: { limit_price: '90' }, stop_loss: { stop_price: '110' } }
        : {}),
      ...fields,
    });
    expect(refusal(answer, 'message')).toMatchObject({ status: 422, message });
  });

  it('cancelling the entry cancels its held exits, also when part of it has filled', () => {
    const { floor, id } = withBracket();
    floor.executePart(id, '4', '99');
    floor.cancel(id);
    expect(floor.statusOf(id)).toBe('canceled');
    expect(floor.legsOf(id).map(({ status }) => status)).toEqual(['canceled', 'canceled']);
    expect(floor.position()).toMatchObject({ qty: '4', qty_available: '4' });
  });

  it('cancelling a held leg cancels the entry and the other leg', () => {
    const { floor, id } = withBracket();
    floor.cancel(String(floor.legsOf(id)[1]?.id));
    expect(floor.statusOf(id)).toBe('canceled');
    expect(floor.legsOf(id).map(({ status }) => status)).toEqual(['canceled', 'canceled']);
  });

  it('exits never exceed what is left when part of the entry was sold before it filled', () => {
    const { floor, id } = withBracket();
    floor.executePart(id, '4', '99');
    floor.accepted({ side: 'sell', qty: '4' });
    floor.quote('AAPL', '98.9', '99');
    expect(floor.position()).toMatchObject({ qty: '6', qty_available: '0' });
    expect(floor.legsOf(id)).toMatchObject([{ qty: '6' }, { qty: '6' }]);
  });

  it('a short bracket closes above with its stop, after the take-profit leg is gone', () => {
    const floor = new Floor();
    floor.market('MSFT', '49.99', '50.01', '50');
    const id = floor.accepted({
      ...bracket,
      symbol: 'MSFT',
      side: 'sell',
      limit_price: '49',
      take_profit: { limit_price: '45' },
      stop_loss: { stop_price: '52' },
    });
    expect(floor.position('MSFT').qty).toBe('-10');
    floor.market('MSFT', '52.05', '52.1', '52.05');
    expect(floor.legsOf(id)).toMatchObject([
      { status: 'canceled', side: 'buy', position_intent: 'buy_to_close' },
      { status: 'filled', filled_avg_price: '52.1' },
    ]);
    expect(floor.request('GET', '/v2/positions/MSFT').status).toBe(404);
  });

  it('the stop leg of a bracket can be moved and stays held, under a new id', () => {
    const { floor, id } = withBracket();
    floor.quote('AAPL', '98.9', '99');
    const [, stop] = floor.legsOf(id);
    const moved = floor.replace(String(stop?.id), { stop_price: '92', limit_price: '91' });
    expect(moved.status).toBe(200);
    expect(floor.legsOf(id)).toMatchObject([
      { status: 'new' },
      { id: moved.body.id, status: 'held', stop_price: '92' },
    ]);
    expect(floor.position().qty_available).toBe('0');
    floor.market('AAPL', '91.9', '92', '91.95');
    expect(floor.statusOf(moved.body.id)).toBe('filled');
    expect(floor.legsOf(id)[0]?.status).toBe('canceled');
  });
});

describe('one cancels the other', () => {
  it('case 54: when the take-profit fills, the stop is canceled and shares sell once', () => {
    const floor = new Floor();
    const id = floor.accepted(oco);
    expect(floor.orderById(id)).toMatchObject({ status: 'new', type: 'limit', limit_price: '110' });
    expect(floor.legsOf(id)).toMatchObject([{ status: 'held', type: 'stop', stop_price: '95' }]);
    expect(floor.position().qty_available).toBe('0');
    floor.quote('AAPL', '110', '110.02');
    expect(floor.statusOf(id)).toBe('filled');
    expect(floor.legsOf(id)[0]?.status).toBe('canceled');
    expect(floor.list('/v2/account/activities')).toHaveLength(1);
  });

  it('case 54: when the stop is elected, the take-profit is gone', () => {
    const floor = new Floor();
    const id = floor.accepted(oco);
    floor.market('AAPL', '94.9', '95', '95');
    expect(floor.statusOf(id)).toBe('canceled');
    expect(floor.legsOf(id)[0]).toMatchObject({ status: 'filled', filled_avg_price: '94.9' });
    expect(floor.list('/v2/positions')).toEqual([]);
    expect(floor.list('/v2/account/activities')).toHaveLength(1);
  });

  it('case 54: when the take-profit fills in part, the stop shrinks to the rest', () => {
    const floor = new Floor();
    const id = floor.accepted(oco);
    floor.executePart(id, '4', '110');
    expect(floor.legsOf(id)[0]).toMatchObject({ status: 'held', qty: '6' });
    expect(floor.position()).toMatchObject({ qty: '6', qty_available: '0' });
    floor.market('AAPL', '94.9', '95', '95');
    expect(floor.list('/v2/positions')).toEqual([]);
    expect(floor.legsOf(id)[0]).toMatchObject({ status: 'filled', filled_qty: '6' });
  });

  it('a stop that does not shrink, by the switch, still sells no more than is held', () => {
    const floor = new Floor({ switches: { shrinkStopLeg: false } });
    const id = floor.accepted(oco);
    floor.executePart(id, '4', '110');
    expect(floor.legsOf(id)[0]).toMatchObject({ qty: '10' });
    floor.market('AAPL', '94.9', '95', '95');
    expect(floor.list('/v2/positions')).toEqual([]);
    expect(floor.legsOf(id)[0]).toMatchObject({ filled_qty: '6' });
  });

  it('case 55: cancelling one leg cancels both and leaves the position', () => {
    const floor = new Floor();
    const id = floor.accepted(oco);
    const [stop] = floor.legsOf(id);
    floor.cancel(String(stop?.id));
    expect(floor.statusOf(id)).toBe('canceled');
    expect(floor.statusOf(stop?.id)).toBe('canceled');
    expect(floor.position()).toMatchObject({ qty: '10', qty_available: '10' });
  });

  it('a held stop that dies with its sibling is silent when that switch is off', () => {
    const floor = new Floor({ switches: { announceHeldLegCancel: false } });
    const id = floor.accepted(oco);
    const [stop] = floor.legsOf(id);
    floor.quote('AAPL', '110', '110.02');
    expect(floor.statusOf(stop?.id)).toBe('canceled');
    expect(floor.eventNames(stop?.id)).toEqual([]);
  });

  it('the shares of both legs are reserved once, under one related order', () => {
    const floor = new Floor();
    const id = floor.accepted(oco);
    const answer = floor.order({ side: 'sell' });
    expect(refusal(answer, 'held_for_orders', 'related_orders')).toEqual({
      status: 403,
      code: 40310000,
      held_for_orders: '10',
      related_orders: [id],
    });
  });

  it('a replaced take-profit takes its stop along', () => {
    const floor = new Floor();
    const id = floor.accepted(oco);
    const { body } = floor.replace(id, { limit_price: '105' });
    expect(floor.legsOf(body.id)).toMatchObject([{ status: 'held', stop_price: '95' }]);
    floor.quote('AAPL', '105', '105.02');
    expect(floor.statusOf(body.id)).toBe('filled');
    expect(floor.legsOf(body.id)[0]?.status).toBe('canceled');
  });
});

describe('one triggers the other', () => {
  it('the child works when the entry is filled, and cannot be replaced', () => {
    const floor = new Floor({ account: { positions: [] } });
    const oto = { ...bracket, order_class: 'oto', take_profit: null };
    const id = floor.accepted(oto);
    expect(floor.legsOf(id)).toMatchObject([{ status: 'held', stop_price: '90' }]);
    floor.quote('AAPL', '98.9', '99');
    const [stop] = floor.legsOf(id);
    expect(stop).toMatchObject({ status: 'new' });
    expect(floor.position().qty_available).toBe('0');
    expect(floor.replace(String(stop?.id), { stop_price: '91' }).body.message).toBe(
      'replacing oto orders is not supported yet',
    );
    floor.market('AAPL', '89.9', '90', '90');
    expect(floor.statusOf(stop?.id)).toBe('filled');
  });
});
