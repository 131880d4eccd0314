import { describe, expect, it } from 'vitest';
import { Floor, type Json } from '../core/floor.ts';

const sellStop = { side: 'sell', type: 'stop', stop_price: '95', qty: '10' };
const sellStopLimit: Json = { ...sellStop, type: 'stop_limit', limit_price: '94.5' };

describe('stops', () => {
  it('case 47: a trade elects a sell stop, a quote does not; it sells at the bid', () => {
    const floor = new Floor();
    floor.trade('AAPL', '96');
    const id = floor.accepted(sellStop);
    floor.quote('AAPL', '93.98', '94');
    expect(floor.statusOf(id)).toBe('new');
    floor.trade('AAPL', '94.9');
    expect(floor.orderById(id)).toMatchObject({ status: 'filled', filled_avg_price: '93.98' });
    expect(floor.orderById(id)).toMatchObject({ type: 'stop', limit_price: null });
  });

  it('case 48: an elected stop-limit waits under its limit and never sells below it', () => {
    const floor = new Floor();
    const id = floor.accepted(sellStopLimit);
    floor.quote('AAPL', '94', '94.1');
    floor.trade('AAPL', '95');
    expect(floor.orderById(id)).toMatchObject({ status: 'new', type: 'stop_limit' });
    floor.quote('AAPL', '94.6', '94.7');
    expect(floor.orderById(id)).toMatchObject({ status: 'filled', filled_avg_price: '94.6' });
  });

  it('case 49: before the open no stop is elected, and the next regular trade elects it', () => {
    const floor = new Floor({ startAt: '2026-10-08T12:00:00Z' });
    const id = floor.accepted(sellStop);
    floor.market('AAPL', '93', '93.1', '93');
    expect(floor.statusOf(id)).toBe('new');
    floor.advanceTo('2026-10-08T13:30:01Z');
    expect(floor.statusOf(id)).toBe('new');
    floor.market('AAPL', '93', '93.1', '93');
    expect(floor.orderById(id)).toMatchObject({ status: 'filled', filled_avg_price: '93' });
  });

  it('case 50: a buy stop works as a limit 2.5 % above its stop, 4 % below 50 dollars', () => {
    const floor = new Floor();
    const id = floor.accepted({ type: 'stop', stop_price: '105' });
    floor.market('AAPL', '114.9', '115', '115');
    expect(floor.statusOf(id)).toBe('new');
    floor.quote('AAPL', '107.5', '107.63');
    expect(floor.statusOf(id)).toBe('new');
    floor.quote('AAPL', '107.5', '107.62');
    expect(floor.orderById(id)).toMatchObject({ status: 'filled', filled_avg_price: '107.62' });
    floor.market('MSFT', '19.99', '20', '20');
    const cheap = floor.accepted({ symbol: 'MSFT', type: 'stop', stop_price: '25' });
    floor.market('MSFT', '26', '26.01', '25');
    expect(floor.statusOf(cheap)).toBe('new');
    floor.quote('MSFT', '25.99', '26');
    expect(floor.statusOf(cheap)).toBe('filled');
  });

  it('case 51: a trailing stop follows the high, its trail can be replaced, and it fires', () => {
    const floor = new Floor();
    const trailing = { side: 'sell', type: 'trailing_stop', trail_percent: '1', qty: '10' };
    const id = floor.accepted(trailing);
    expect(floor.orderById(id)).toMatchObject({ hwm: '100', stop_price: '99', trail_percent: '1' });
    floor.trade('AAPL', '110');
    floor.trade('AAPL', '109.5');
    expect(floor.orderById(id)).toMatchObject({ hwm: '110', stop_price: '108.9' });
    expect(floor.replace(id, { stop_price: '105' }).status).toBe(422);
    const { body } = floor.replace(id, { trail: '2' });
    expect(floor.orderById(body.id)).toMatchObject({ trail_percent: '2', stop_price: '107.8' });
    floor.market('AAPL', '107.8', '107.85', '107.8');
    expect(floor.orderById(body.id)).toMatchObject({ status: 'filled', filled_avg_price: '107.8' });
  });

  it('a trailing stop of a short follows the low by dollars', () => {
    const floor = new Floor();
    floor.market('MSFT', '49.99', '50.01', '50');
    floor.accepted({ symbol: 'MSFT', side: 'sell', qty: '4' });
    const trailing = { symbol: 'MSFT', type: 'trailing_stop', trail_price: '2', qty: '4' };
    const id = floor.accepted(trailing);
    floor.trade('MSFT', '45');
    expect(floor.orderById(id)).toMatchObject({ hwm: '45', stop_price: '47' });
    floor.market('MSFT', '46.99', '47.01', '47');
    expect(floor.statusOf(id)).toBe('filled');
  });

  it('case 56: nothing executes in a halt; the print that reopens may elect a stop', () => {
    const floor = new Floor();
    const stop = floor.accepted(sellStop);
    floor.core.halt('AAPL');
    floor.market('AAPL', '90', '90.1', '90');
    expect(floor.statusOf(stop)).toBe('new');
    floor.core.resume('AAPL');
    expect(floor.statusOf(stop)).toBe('new');
    floor.trade('AAPL', '90');
    expect(floor.orderById(stop)).toMatchObject({ status: 'filled', filled_avg_price: '90' });
    const kinds = floor.events.filter(({ kind }) => kind === 'status');
    expect(kinds).toMatchObject([{ status: { code: 'H' } }, { status: { code: 'T' } }]);
  });

  it('what trades already is not told to trade again', () => {
    const floor = new Floor();
    floor.core.resume('AAPL');
    expect(floor.events.filter(({ kind }) => kind === 'status')).toEqual([]);
  });

  it('case 56: with the switch off only the second print after a halt elects', () => {
    const floor = new Floor({ switches: { electOnReopening: false } });
    const stop = floor.accepted(sellStop);
    floor.core.halt('AAPL');
    floor.core.resume('AAPL');
    floor.market('AAPL', '90', '90.1', '90');
    expect(floor.statusOf(stop)).toBe('new');
    floor.trade('AAPL', '90');
    expect(floor.statusOf(stop)).toBe('filled');
  });

  it('a market order in a halted symbol waits for the resumption', () => {
    const floor = new Floor();
    floor.core.halt('AAPL');
    const id = floor.accepted({ side: 'sell', qty: '10' });
    floor.quote('AAPL', '90', '90.1');
    expect(floor.statusOf(id)).toBe('new');
    floor.core.resume('AAPL');
    expect(floor.orderById(id)).toMatchObject({ status: 'filled', filled_avg_price: '90' });
  });

  it('with the stricter switch odd lots and prints outside the quote elect nothing', () => {
    const floor = new Floor({ switches: { electingPrints: 'round_lots_inside_quote' } });
    const stop = floor.accepted(sellStop);
    floor.trade('AAPL', '94');
    expect(floor.statusOf(stop)).toBe('new');
    floor.quote('AAPL', '93.9', '94.1');
    floor.trade('AAPL', '94');
    expect(floor.statusOf(stop)).toBe('filled');
  });

  it('the fill latency lets the price move first, and a limit that is missed waits again', () => {
    const floor = new Floor({ latencies: { fillMs: 100 } });
    const market = floor.accepted({ side: 'sell', qty: '4' });
    const limit = floor.accepted({ side: 'sell', type: 'limit', limit_price: '99.9', qty: '4' });
    floor.advanceBy(50);
    floor.quote('AAPL', '99.8', '99.85');
    floor.advanceBy(50);
    expect(floor.orderById(market)).toMatchObject({ status: 'filled', filled_avg_price: '99.8' });
    expect(floor.statusOf(limit)).toBe('new');
    floor.quote('AAPL', '99.95', '100');
    floor.advanceBy(100);
    expect(floor.orderById(limit)).toMatchObject({ status: 'filled', filled_avg_price: '99.95' });
  });
});
