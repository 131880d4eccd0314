import { describe, expect, it } from 'vitest';
import { decimal } from '../../../src/paper-exchange/core/basics/decimal.ts';
import { Floor, refusal } from '../core/floor.ts';
import { bracket, err, oco } from '../scenarios/given.ts';

// What random commands once found, each as the least that shows it.

describe('the oracle found that', () => {
  it('a trailing buy stop was taken that the account could not pay at its stop', () => {
    const floor = new Floor({ account: { cash: '1000', multiplier: '1', positions: [] } });
    const trailing = { type: 'trailing_stop', trail_percent: '5', qty: '10' };
    expect(refusal(floor.order(trailing), 'cost_basis')).toEqual({
      status: 403,
      code: 40310000,
      cost_basis: '1050',
    });
    expect(floor.order({ ...trailing, qty: '9' }).status).toBe(200);
  });

  it('an order adjusted to a split still took the buying power of its old price', () => {
    const floor = new Floor({ switches: { ordersAtSplit: 'adjust' } });
    floor.accepted({ type: 'limit', limit_price: '90', qty: '5' });
    floor.core.applySplit('AAPL', 1, 5);
    const [order] = floor.list('/v2/orders');
    expect(order).toMatchObject({ qty: '1', limit_price: '450' });
    const { equity, long_market_value: held, buying_power: left } = floor.account();
    expect(Number(left)).toBe(Number(equity) * 4 - Number(held) - 450);
  });

  it('the data API showed a last sale of before a split', () => {
    const floor = new Floor();
    floor.core.applySplit('AAPL', 10, 1);
    const latest = '/v2/stocks/trades/latest?symbols=AAPL&feed=iex';
    expect(floor.get(latest).trades).toEqual({});
  });

  it('an order by dollars that was restated took another amount than its dollars', () => {
    const floor = new Floor({ latencies: { fillMs: 1000 } });
    const id = floor.accepted({ notional: '50' });
    const change = { limitPrice: decimal('99') };
    floor.core.actOnOrder(floor.accountId, id, { kind: 'restate', change });
    expect(floor.account().buying_power).toBe('398950');
  });

  it('a leg whose entry still waits executed when its cancel was raced', () => {
    const floor = new Floor();
    const id = floor.accepted(bracket);
    err(floor, { onCancel: () => ({ kind: 'fill', percent: 100 }) });
    const [profit] = floor.legsOf(id);
    floor.cancel(String(profit?.id));
    expect(floor.position().qty).toBe('10');
    expect(floor.statusOf(profit?.id)).toBe('canceled');
  });

  it('a held stop that fired while it was being replaced came back as held', () => {
    const floor = new Floor({ latencies: { fillMs: 30, replaceMs: 20 } });
    const [stop] = floor.legsOf(floor.accepted(oco));
    const { body } = floor.replace(String(stop?.id), { stop_price: '94' });
    floor.market('AAPL', '94.9', '95', '94.95');
    floor.advanceBy(100);
    expect(floor.eventNames(body.id)).toEqual(['new', 'fill']);
  });

  it('an order restated to a split forgot what its chain had filled', () => {
    const floor = new Floor({
      switches: {
        ...{ ordersAtSplit: 'adjust', adjustedOrderShows: 'restated' },
        replacementInheritsFills: false,
      },
    });
    const first = floor.accepted({ type: 'limit', limit_price: '90', qty: '3' });
    floor.executePart(first, '1', '90');
    const { body } = floor.replace(first, { limit_price: '91' });
    floor.core.applySplit('AAPL', 2, 1);
    expect(floor.orderById(body.id)).toMatchObject({ qty: '5', filled_qty: '0' });
    floor.quote('AAPL', '44', '45');
    expect(floor.orderById(body.id)).toMatchObject({ status: 'filled', filled_qty: '4' });
  });

  it('an order by dollars took shares that another order had reserved', () => {
    const positions = [{ symbol: 'AAPL', qty: '-1', averageEntryPrice: '100' }];
    const floor = new Floor({ account: { positions }, latencies: { fillMs: 30 } });
    floor.accepted({ notional: '50' });
    const other = floor.accepted({ type: 'limit', limit_price: '90', qty: '0.5' });
    floor.quote('AAPL', '97.99', '98.01');
    floor.advanceBy(30);
    expect(floor.position().qty).toBe('-0.5');
    floor.quote('AAPL', '89', '90');
    floor.advanceBy(30);
    expect(floor.statusOf(other)).toBe('filled');
  });

  it('after a split that does not go up evenly the equity was not that of the positions', () => {
    const floor = new Floor();
    floor.core.applySplit('AAPL', 10, 7);
    const { market_value: value } = floor.position();
    expect(floor.account()).toMatchObject({ cash: '99000', long_market_value: value });
  });

  it('a stop leg that kept its size reserved shares that its take-profit had sold', () => {
    const floor = new Floor({ switches: { shrinkStopLeg: false } });
    const other = floor.accepted({ type: 'stop', side: 'sell', qty: '4', stop_price: '95' });
    const pair = floor.accepted({ ...oco, qty: '6' });
    floor.executePart(pair, '2', '110');
    expect(floor.position()).toMatchObject({ qty: '8', qty_available: '0' });
    floor.cancel(other);
    expect(floor.position()).toMatchObject({ qty: '8', qty_available: '4' });
  });

  it('a stop leg that kept its size sold shares that were not of its group', () => {
    const floor = new Floor({ switches: { shrinkStopLeg: false } });
    const pair = floor.accepted({ ...oco, qty: '4' });
    floor.executePart(pair, '3', '110');
    floor.market('AAPL', '94.9', '95', '95');
    expect(floor.legsOf(pair)[0]).toMatchObject({ status: 'filled', filled_qty: '1' });
    expect(floor.position()).toMatchObject({ qty: '6', qty_available: '6' });
  });
});
