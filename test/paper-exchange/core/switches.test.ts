import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { switchTable } from '../../../src/paper-exchange/core/basics/switch-table.ts';
import { defaultSwitches } from '../../../src/paper-exchange/core/basics/types.ts';
import { Floor } from './floor.ts';

const sellStop = { side: 'sell', type: 'stop', stop_price: '95', qty: '10' };

describe('the table of switches', () => {
  it('has every switch once, with its default among its values, and its source', () => {
    expect(switchTable.map(({ name }) => name).sort()).toEqual(Object.keys(defaultSwitches).sort());
    for (const row of switchTable) {
      expect(row.values).toContain(row.default);
      expect(new Set(row.values).size).toBeGreaterThan(1);
      expect(row.decides).toMatch(/\.$/);
      expect(row.source).toMatch(/\.$/);
    }
  });

  it('has no value but the default that no test names beside its switch', () => {
    const folder = join(import.meta.dirname, '..');
    const tests = readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .map((file) => readFileSync(join(folder, file), 'utf8'));
    const isTested = (name: string, value: string): boolean =>
      tests.some((text) => {
        const values = text.split(new RegExp(`\\b${name}\\b`)).slice(1);
        return values.some((rest) => new RegExp(`\\b${value}\\b`).test(rest.slice(0, 200)));
      }) ||
      tests.some((text) => new RegExp(`'${value}'\\] as const\\).map\\(\\(${name}`).test(text));
    const untested = switchTable.flatMap(({ name, values, default: standard }) =>
      values
        .filter((value) => value !== standard && !isTested(name, value))
        .map((value) => [name, value]),
    );
    expect(untested).toEqual([]);
  });
});

describe('switches', () => {
  it('change from now on when an operator says so, as latencies do', () => {
    const floor = new Floor();
    floor.accepted({ client_order_id: 'one' });
    floor.core.changeSwitches({ clientOrderIdUniqueness: 'active' });
    floor.core.changeLatencies({ cancelMs: 50 });
    const id = floor.accepted({ ...sellStop, client_order_id: 'one' });
    floor.cancel(id);
    expect(floor.statusOf(id)).toBe('pending_cancel');
    floor.advanceBy(50);
    expect(floor.statusOf(id)).toBe('canceled');
    expect(floor.core.switches.washTradeStatus).toBe(403);
  });

  it('duplicateClientOrderIdStatus: a taken client order id may be answered with 409', () => {
    const floor = new Floor({ switches: { duplicateClientOrderIdStatus: 409 } });
    floor.accepted({ client_order_id: 'one' });
    expect(floor.order({ client_order_id: 'one' })).toMatchObject({
      status: 409,
      body: { code: 40010001 },
    });
  });

  it('cancelOutsideHours: a cancel in the night may wait for the open, its shares held', () => {
    const floor = new Floor({ switches: { cancelOutsideHours: 'next_open' } });
    const id = floor.accepted({ ...sellStop, time_in_force: 'gtc' });
    floor.advanceTo('2026-10-09T02:00:00Z');
    expect(floor.cancel(id).status).toBe(204);
    floor.advanceTo('2026-10-09T13:29:59Z');
    expect(floor.statusOf(id)).toBe('pending_cancel');
    expect(floor.position().qty_available).toBe('0');
    floor.advanceTo('2026-10-09T13:30:00Z');
    expect(floor.statusOf(id)).toBe('canceled');
    const other = floor.accepted({ ...sellStop, time_in_force: 'gtc' });
    floor.cancel(other);
    expect(floor.statusOf(other)).toBe('canceled');
    const early = new Floor();
    const soon = early.accepted({ ...sellStop, time_in_force: 'gtc' });
    early.advanceTo('2026-10-09T02:00:00Z');
    early.cancel(soon);
    expect(early.statusOf(soon)).toBe('canceled');
  });

  it('fractionalTypes and notionalTypes: fractions and notionals may be held to market orders', () => {
    const fraction = { qty: '0.5', type: 'limit', limit_price: '90' };
    const notional = { notional: '50', type: 'limit', limit_price: '90' };
    const standard = new Floor();
    expect(standard.order(fraction).status).toBe(200);
    expect(standard.order(notional).status).toBe(422);
    const other = new Floor({
      switches: { fractionalTypes: 'market_only', notionalTypes: 'all_simple' },
    });
    expect(other.order(fraction).body.message).toBe('fractional orders must be market orders');
    expect(other.order(notional).status).toBe(200);
    expect(other.order({ qty: '0.5' }).status).toBe(200);
  });

  it('takeProfitOfTriggeredStop: the take-profit of a stop that fires is canceled or replaced', () => {
    for (const takeProfitOfTriggeredStop of ['canceled', 'replaced'] as const) {
      const floor = new Floor({ switches: { takeProfitOfTriggeredStop } });
      const id = floor.accepted({
        side: 'sell',
        qty: '10',
        type: 'limit',
        order_class: 'oco',
        take_profit: { limit_price: '120' },
        stop_loss: { stop_price: '95' },
      });
      floor.market('AAPL', '94.5', '94.6', '94.5');
      expect(floor.statusOf(id)).toBe(takeProfitOfTriggeredStop);
      expect(floor.eventNames(id).at(-1)).toBe(takeProfitOfTriggeredStop);
      expect(floor.legsOf(id).map(({ status }) => status)).toEqual(['filled']);
    }
  });

  it('triggeredStopLimitType: a stop-limit that has triggered may show as a limit', () => {
    const types = (['stop_limit', 'limit'] as const).map((triggeredStopLimitType) => {
      const floor = new Floor({ switches: { triggeredStopLimitType } });
      const id = floor.accepted({ ...sellStop, type: 'stop_limit', limit_price: '94.5' });
      floor.market('AAPL', '94', '94.1', '94.9');
      floor.quote('AAPL', '94.4', '94.6');
      const { type, status } = floor.orderById(id);
      floor.quote('AAPL', '94.6', '94.7');
      expect(floor.statusOf(id)).toBe('filled');
      return [type, status];
    });
    expect(types).toEqual([
      ['stop_limit', 'new'],
      ['limit', 'new'],
    ]);
  });

  it('buyStopCollar: the limit of a buy stop may be cut to the cent', () => {
    const fills = (['exact', 'rounded_to_cent'] as const).map((buyStopCollar) => {
      const floor = new Floor({ switches: { buyStopCollar } });
      const id = floor.accepted({ type: 'stop', stop_price: '105' });
      floor.market('AAPL', '115', '115.1', '115');
      floor.quote('AAPL', '107.62', '107.625');
      return floor.statusOf(id);
    });
    expect(fills).toEqual(['filled', 'new']);
  });

  it('auctionFills: as on paper opening orders expire, and closing ones fill in part or not', () => {
    const outcomes = new Set<string>();
    for (let seed = 0; seed < 20; seed += 1) {
      const switches = { auctionFills: 'as_on_paper' } as const;
      const floor = new Floor({ startAt: '2026-10-08T13:00:00Z', seed: `${seed}`, switches });
      const opening = floor.accepted({ time_in_force: 'opg', qty: '100' });
      const closing = floor.accepted({ time_in_force: 'cls', qty: '100' });
      floor.advanceTo('2026-10-08T13:30:00Z');
      floor.market('AAPL', '99.99', '100.01', '100');
      expect(floor.orderById(opening)).toMatchObject({ status: 'expired', filled_qty: '0' });
      floor.advanceTo('2026-10-08T20:00:00Z');
      const { status, filled_qty: filled } = floor.orderById(closing);
      expect(status).toBe('expired');
      expect(Number(filled)).toBeLessThan(100);
      outcomes.add(filled === '0' ? 'nothing' : 'a part');
    }
    expect([...outcomes].sort()).toEqual(['a part', 'nothing']);
  });

  it.each([
    ['quote', '100.01', '100.31'],
    ['print', '100', '100.3'],
  ] as const)('auctionPrice: auction orders fill at the %s', (auctionPrice, open, close) => {
    const switches = { auctionPrice };
    const floor = new Floor({ startAt: '2026-10-08T13:00:00Z', switches });
    const opening = floor.accepted({ time_in_force: 'opg' });
    const closing = floor.accepted({ time_in_force: 'cls' });
    const limit = { type: 'limit', limit_price: '99', time_in_force: 'cls' };
    const below = floor.accepted(limit);
    floor.advanceTo('2026-10-08T13:30:00Z');
    floor.market('AAPL', '99.99', '100.01', '100');
    floor.market('AAPL', '100.29', '100.31', '100.3');
    floor.advanceTo('2026-10-08T20:00:00Z');
    const priceOf = (id: string) => floor.orderById(id).filled_avg_price;
    expect([priceOf(opening), priceOf(closing)]).toEqual([open, close]);
    expect(floor.statusOf(below)).toBe('expired');
  });

  it('priceAwayPercent: limits far from the market may be refused, with both prices', () => {
    const far = { type: 'limit', limit_price: '40' };
    expect(new Floor().order(far).status).toBe(200);
    const floor = new Floor({ switches: { priceAwayPercent: 50 } });
    expect(floor.order(far)).toMatchObject({
      status: 422,
      body: { code: 42210000, limit_price: '40', market_price: '100' },
    });
    expect(floor.order({ side: 'sell', type: 'limit', limit_price: '150.01' }).status).toBe(422);
    expect(floor.order({ side: 'sell', type: 'limit', limit_price: '150' }).status).toBe(200);
  });

  it('shortQtyAvailable: the free shares of a short may be shown without a sign', () => {
    const shown = (['negative', 'positive'] as const).map((shortQtyAvailable) => {
      const floor = new Floor({ switches: { shortQtyAvailable } });
      floor.market('MSFT', '49.99', '50.01', '50');
      floor.accepted({ symbol: 'MSFT', side: 'sell', qty: '10' });
      floor.accepted({ symbol: 'MSFT', type: 'limit', limit_price: '40', qty: '4' });
      return floor.position('MSFT').qty_available;
    });
    expect(shown).toEqual(['-6', '6']);
  });
});

describe('a halt', () => {
  it('for volatility is told as a pause and ends by itself after five minutes', () => {
    const floor = new Floor();
    floor.core.pause('AAPL');
    const id = floor.accepted({});
    floor.quote('AAPL', '99', '99.1');
    expect(floor.statusOf(id)).toBe('new');
    floor.advanceBy(5 * 60_000 - 1);
    expect(floor.statusOf(id)).toBe('new');
    floor.advanceBy(1);
    expect(floor.statusOf(id)).toBe('filled');
    const codes = floor.events.flatMap((event) =>
      event.kind === 'status' ? [[event.status.code, event.status.reason]] : [],
    );
    expect(codes).toEqual([
      ['P', 'Volatility Trading Pause'],
      ['T', 'Trading Resumption'],
    ]);
  });
});

describe('a short day', () => {
  const blackFriday = '2026-11-27T15:00:00Z';

  it('ends day orders at one, and takes closing orders until ten minutes before', () => {
    const floor = new Floor({ startAt: blackFriday });
    const day = floor.accepted({ type: 'limit', limit_price: '90' });
    const gtc = floor.accepted({ type: 'limit', limit_price: '90', time_in_force: 'gtc' });
    floor.advanceTo('2026-11-27T17:49:59Z');
    const closing = floor.accepted({ time_in_force: 'cls' });
    floor.advanceTo('2026-11-27T17:50:00Z');
    expect(floor.order({ time_in_force: 'cls' }).status).toBe(403);
    floor.advanceTo('2026-11-27T18:00:00Z');
    expect(floor.orderById(day)).toMatchObject({
      status: 'expired',
      expires_at: '2026-11-27T18:00:00.000Z',
    });
    expect([floor.statusOf(gtc), floor.statusOf(closing)]).toEqual(['new', 'filled']);
  });
});
