import { describe, expect, it } from 'vitest';
import { Floor, refusal } from '../core/floor.ts';
import { bracket, err, oco, priceAt } from './given.ts';

/** A bracket that has bought its ten shares. */
function guarded(options: ConstructorParameters<typeof Floor>[0] = {}) {
  const floor = new Floor({ account: { positions: [] }, ...options });
  const id = floor.accepted(bracket);
  priceAt(floor, 98.99);
  const [profit, stop] = floor.legsOf(id).map((leg) => String(leg.id));
  return { floor, id, profit: profit ?? '', stop: stop ?? '' };
}

describe('brackets and pairs of exits', () => {
  it('scenario 7: the stream does not tell that the stop leg went when the profit was taken', () => {
    const { floor, stop } = guarded({ switches: { announceHeldLegCancel: false } });
    priceAt(floor, 110.01);
    expect(floor.statusOf(stop)).toBe('canceled');
    expect(floor.eventNames(stop)).toEqual([]);
  });

  it('scenario 8: after a partial profit neither leg closes the remainder', () => {
    const { floor, profit, stop } = guarded({
      switches: { shrinkStopLeg: false, outsizedStopLeg: 'never_fires' },
    });
    floor.executePart(profit, '4', '110');
    expect(floor.orderById(profit)).toMatchObject({ status: 'partially_filled', filled_qty: '4' });
    expect(floor.orderById(stop)).toMatchObject({ status: 'held', qty: '10' });
    expect(floor.position()).toMatchObject({ qty: '6', qty_available: '0' });
    priceAt(floor, 80);
    expect(floor.statusOf(stop)).toBe('held');
    expect(floor.position()).toMatchObject({ qty: '6', qty_available: '0' });
  });

  it('scenario 8: by default the stop leg is resized, as documented', () => {
    const { floor, profit, stop } = guarded();
    floor.executePart(profit, '4', '110');
    expect(floor.orderById(stop)).toMatchObject({ status: 'held', qty: '6' });
    priceAt(floor, 89);
    expect(floor.statusOf(stop)).toBe('filled');
    expect(floor.request('GET', '/v2/positions/AAPL').status).toBe(404);
  });

  it('scenario 9: both legs of an OCO fill in a fast market, and the account is short', () => {
    const floor = new Floor();
    const id = floor.accepted(oco);
    err(floor, { fillsBothExits: () => true });
    priceAt(floor, 110.01);
    const [stop] = floor.legsOf(id);
    expect([floor.statusOf(id), stop?.status]).toEqual(['filled', 'filled']);
    expect(floor.position()).toMatchObject({ qty: '-10', side: 'short' });
  });

  it('scenario 10: a partly filled entry is unguarded, whatever the price does', () => {
    const floor = new Floor({ account: { positions: [] } });
    const id = floor.accepted(bracket);
    floor.executePart(id, '4', '99');
    expect(floor.legsOf(id).map(({ status }) => status)).toEqual(['held', 'held']);
    floor.quote('AAPL', '104', '104.02');
    floor.trade('AAPL', '85');
    expect(floor.legsOf(id).map(({ status }) => status)).toEqual(['held', 'held']);
    expect(floor.position()).toMatchObject({ qty: '4', qty_available: '4' });
  });

  it('scenario 11: cancelling the take-profit takes the stop with it', () => {
    const { floor, profit, stop } = guarded();
    expect(floor.cancel(profit).status).toBe(204);
    expect([floor.statusOf(profit), floor.statusOf(stop)]).toEqual(['canceled', 'canceled']);
    priceAt(floor, 80);
    expect(floor.position()).toMatchObject({ qty: '10', qty_available: '10' });
  });

  it('scenario 12: the legs of a day bracket are gone tomorrow', () => {
    const floor = new Floor({ account: { positions: [] } });
    const id = floor.accepted({ ...bracket, time_in_force: 'day' });
    priceAt(floor, 98.99);
    expect(floor.legsOf(id).map((leg) => leg.time_in_force)).toEqual(['day', 'day']);
    floor.advanceTo('2026-10-09T14:00:00Z');
    expect(floor.legsOf(id).map(({ status }) => status)).toEqual(['expired', 'expired']);
    priceAt(floor, 80);
    expect(floor.position()).toMatchObject({ qty: '10', qty_available: '10' });
  });

  it('scenario 28: a trailing stop is no leg of a bracket or an OCO', () => {
    const floor = new Floor();
    const entry = { ...bracket, type: 'trailing_stop', trail_percent: '1', limit_price: undefined };
    expect(floor.order({ ...entry, symbol: 'MSFT' }).status).toBe(422);
    expect(floor.order({ ...oco, type: 'trailing_stop', trail_percent: '1' }).status).toBe(422);
    const leg = { ...oco, stop_loss: { trail_percent: '1' } };
    expect(refusal(floor.order(leg)).status).toBe(422);
  });

  it('scenario 32: a bracket needs both legs and must open, one leg alone is an OTO', () => {
    const floor = new Floor();
    const { stop_loss: _, ...half } = bracket;
    expect(refusal(floor.order({ ...half, symbol: 'MSFT' }))).toEqual({
      ...{ status: 422, code: 42210000 },
    });
    const exit = floor.order({
      ...{ ...bracket, side: 'sell', limit_price: '101' },
      ...{ take_profit: { limit_price: '95' }, stop_loss: { stop_price: '105' } },
    });
    expect([exit.status, exit.body.message]).toEqual([422, 'bracket orders must be entry orders']);
    const { take_profit: __, ...single } = bracket;
    const oto = floor.order({ ...single, order_class: 'oto' });
    expect([oto.status, oto.body.order_class]).toEqual([200, 'oto']);
    expect(floor.legsOf(oto.body.id)).toMatchObject([{ type: 'stop', status: 'held' }]);
  });

  it('a bracketed position is left by moving the take-profit to the market: no naked window', () => {
    const { floor, profit, stop } = guarded();
    const { status, body } = floor.replace(profit, { limit_price: '98' });
    expect(status).toBe(200);
    expect(floor.statusOf(body.id)).toBe('filled');
    expect(floor.statusOf(stop)).toBe('canceled');
    expect(floor.request('GET', '/v2/positions/AAPL').status).toBe(404);
  });
});
