import { describe, expect, it } from 'vitest';
import { decimal } from '../../../src/paper-exchange/core/basics/decimal.ts';
import type { NonTradeActivity, Switches } from '../../../src/paper-exchange/core/basics/types.ts';
import type { Announcement } from '../../../src/paper-exchange/core/corporate-actions/corporate-actions.ts';
import { Floor } from './floor.ts';

const tomorrow = '2026-10-09';
const afterItsOpen = '2026-10-09T08:00:00Z';
const split = { kind: 'forward_split', symbol: 'AAPL', newRate: 4, oldRate: 1 } as const;
const merge = { kind: 'reverse_split', symbol: 'AAPL', newRate: 1, oldRate: 4 } as const;
const dividend = {
  kind: 'cash_dividend',
  symbol: 'AAPL',
  rate: decimal('0.255'),
  special: false,
} as const;
const stop = { side: 'sell', type: 'stop', stop_price: '95', qty: '8', time_in_force: 'gtc' };

/** Announced today for tomorrow; nothing has happened yet. */
function announced(
  terms: Announcement['terms'],
  switches: Partial<Switches> = {},
  payableDate?: string,
): Floor {
  const floor = new Floor({ switches });
  const dates = payableDate === undefined ? {} : { payableDate };
  floor.core.announce({ terms, exDate: tomorrow, ...dates });
  return floor;
}

function bookings(floor: Floor): readonly NonTradeActivity[] {
  const list = floor.core.activities(floor.accountId);
  const all = Array.from({ length: list.length }, (_, place) => list.at(place));
  return all.filter((activity) => activity?.kind === 'non_trade');
}

describe('corporate actions', () => {
  it('are known before their day and take effect in its morning', () => {
    const floor = announced(split);
    expect(floor.core.corporateActions).toMatchObject([
      { exDate: tomorrow, recordDate: tomorrow, payableDate: tomorrow, terms: split },
    ]);
    floor.advanceTo('2026-10-09T07:59:59Z');
    expect(floor.position().qty).toBe('10');
    floor.advanceTo(afterItsOpen);
    expect(floor.position()).toMatchObject({ qty: '40', avg_entry_price: '25' });
    expect(floor.account().equity).toBe('100000');
  });

  it('on a holiday wait for the next trading day; of a day that has begun they act at once', () => {
    const floor = new Floor();
    floor.core.announce({ terms: split, exDate: '2026-10-10' });
    floor.advanceTo('2026-10-12T07:59:59Z');
    expect(floor.position().qty).toBe('10');
    floor.advanceTo('2026-10-12T08:00:00Z');
    expect(floor.position().qty).toBe('40');
    floor.core.announce({ terms: merge, exDate: '2026-10-12' });
    expect(floor.position().qty).toBe('10');
  });

  it('of a symbol that is not listed, or into one that is, are a fault of the caller', () => {
    const { core } = new Floor();
    const terms = { kind: 'worthless_removal', symbol: 'NOPE' } as const;
    expect(() => core.announce({ terms, exDate: tomorrow })).toThrow('no asset NOPE is listed');
    const rename = { kind: 'name_change', symbol: 'AAPL', newSymbol: 'MSFT' } as const;
    expect(() => core.announce({ terms: rename, exDate: tomorrow })).toThrow('MSFT: that symbol');
    expect(core.corporateActions).toEqual([]);
  });
});

describe('a split', () => {
  it('books the old shares out and the new ones in', () => {
    const floor = announced(split);
    floor.advanceTo(afterItsOpen);
    const [out, back] = bookings(floor);
    expect(out).toMatchObject({ type: 'SPLIT', subType: 'FSPLIT', qty: decimal('-10') });
    expect(back).toMatchObject({ qty: decimal('40'), netAmount: 0n, groupId: out?.groupId });
  });

  it('cancels open orders unless told otherwise', () => {
    const floor = announced(split);
    const id = floor.accepted(stop);
    floor.advanceTo(afterItsOpen);
    expect(floor.statusOf(id)).toBe('canceled');
  });

  it('or puts adjusted ones in their place', () => {
    const floor = announced(split, { ordersAtSplit: 'adjust' });
    const id = floor.accepted(stop);
    floor.advanceTo(afterItsOpen);
    const before = floor.orderById(id);
    expect(before.status).toBe('replaced');
    expect(floor.orderById(before.replaced_by)).toMatchObject({
      status: 'new',
      qty: '32',
      stop_price: '23.75',
      replaces: id,
    });
    floor.market('AAPL', '24.9', '25.1', '25');
    expect(floor.order({ side: 'sell', qty: '9' }).status).toBe(403);
  });

  it('or restates them', () => {
    const switches = { ordersAtSplit: 'adjust', adjustedOrderShows: 'restated' } as const;
    const floor = announced(merge, switches);
    const id = floor.accepted(stop);
    const small = floor.accepted({ ...stop, qty: '1', stop_price: '94' });
    floor.advanceTo(afterItsOpen);
    expect(floor.orderById(id)).toMatchObject({ status: 'new', qty: '2', stop_price: '380' });
    expect(floor.eventNames(id).at(-1)).toBe('restated');
    expect(floor.statusOf(small)).toBe('canceled');
  });

  it('or leaves them alone, and they fire at the open', () => {
    const floor = announced(split, { ordersAtSplit: 'leave' });
    const id = floor.accepted(stop);
    floor.advanceTo('2026-10-09T13:30:00Z');
    expect(floor.statusOf(id)).toBe('new');
    floor.market('AAPL', '24.9', '25.1', '25');
    expect(floor.orderById(id)).toMatchObject({ status: 'filled', filled_avg_price: '24.9' });
  });

  it('keeps the exits of a bracket together when they are adjusted', () => {
    const floor = announced(split, { ordersAtSplit: 'adjust' });
    const id = floor.accepted({
      qty: '2',
      order_class: 'bracket',
      time_in_force: 'gtc',
      take_profit: { limit_price: '120' },
      stop_loss: { stop_price: '90' },
    });
    floor.advanceTo('2026-10-09T13:30:00Z');
    const legs = floor.legsOf(id);
    expect(legs.map((leg) => [leg.status, leg.qty, leg.limit_price ?? leg.stop_price])).toEqual([
      ['new', '8', '30'],
      ['held', '8', '22.5'],
    ]);
    floor.market('AAPL', '30.1', '30.2', '30.1');
    expect(floor.legsOf(id).map(({ status }) => status)).toEqual(['filled', 'canceled']);
  });

  it('moves the mark of a trailing stop along', () => {
    const floor = announced(split, { ordersAtSplit: 'adjust' });
    const trailing = {
      side: 'sell',
      type: 'trailing_stop',
      trail_price: '4',
      time_in_force: 'gtc',
    };
    const id = floor.accepted(trailing);
    floor.advanceTo(afterItsOpen);
    expect(floor.orderById(floor.orderById(id).replaced_by)).toMatchObject({
      hwm: '25',
      stop_price: '24',
      trail_price: '1',
    });
  });

  it('restates an order that has not reached the venue', () => {
    const floor = announced(split, { ordersAtSplit: 'adjust' });
    floor.advanceTo('2026-10-08T21:00:00Z');
    const id = floor.accepted(stop);
    floor.core.applySplit('AAPL', 2, 1);
    expect(floor.orderById(id)).toMatchObject({ status: 'accepted', qty: '16' });
    floor.advanceTo(afterItsOpen);
    expect(floor.statusOf(id)).toBe('replaced');
  });
});

describe('a cash dividend', () => {
  it('lowers GTC buy limits and sell stops, and no others', () => {
    const floor = announced(dividend);
    const lowered = floor.accepted({ ...stop, qty: '1' });
    const trade = { side: 'sell', time_in_force: 'gtc' };
    const profit = floor.accepted({ ...trade, type: 'limit', limit_price: '120' });
    const stopLimit = floor.accepted({
      ...trade,
      type: 'stop_limit',
      stop_price: '95',
      limit_price: '94',
    });
    floor.advanceTo(afterItsOpen);
    const replacedBy = (id: string) => floor.orderById(floor.orderById(id).replaced_by);
    expect(replacedBy(lowered).stop_price).toBe('94.74');
    expect(replacedBy(stopLimit)).toMatchObject({ stop_price: '94.74', limit_price: '93.74' });
    expect(floor.orderById(profit)).toMatchObject({ status: 'new', limit_price: '120' });
  });

  it('lowers a buy limit, cancels one that would cost nothing, or leaves both by a switch', () => {
    const limit = { type: 'limit', limit_price: '90', time_in_force: 'gtc' };
    const tiny = { ...limit, limit_price: '0.2' };
    for (const ordersAtDividend of ['reduce', 'leave'] as const) {
      const floor = announced(dividend, { ordersAtDividend });
      const ids = [floor.accepted(limit), floor.accepted(tiny)];
      floor.advanceTo(afterItsOpen);
      expect(ids.map((id) => floor.statusOf(id))).toEqual(
        ordersAtDividend === 'reduce' ? ['replaced', 'canceled'] : ['new', 'new'],
      );
    }
  });

  it('is not paid on paper', () => {
    const floor = announced(dividend);
    floor.advanceTo('2026-10-20T08:00:00Z');
    expect(floor.account().cash).toBe('99000');
    expect(bookings(floor)).toEqual([]);
  });

  it('by a switch is paid on its day to who held the shares, and by who was short', () => {
    const floor = announced(dividend, { dividendsPaid: true }, '2026-10-19');
    floor.market('MSFT', '49.99', '50.01', '50');
    floor.accepted({ symbol: 'MSFT', side: 'sell', qty: '100' });
    const short = { ...dividend, symbol: 'MSFT' };
    floor.core.announce({ terms: short, exDate: tomorrow, payableDate: '2026-10-19' });
    floor.advanceTo('2026-10-09T14:00:00Z');
    floor.market('AAPL', '99.99', '100.01', '100');
    floor.accepted({ side: 'sell', qty: '10' });
    const cash = Number(floor.account().cash);
    floor.advanceTo('2026-10-19T08:00:00Z');
    expect(bookings(floor)).toMatchObject([
      { type: 'DIV', subType: 'CDIV', qty: decimal('10'), netAmount: decimal('2.55') },
      { symbol: 'MSFT', qty: decimal('-100'), netAmount: decimal('-25.5') },
    ]);
    expect(Number(floor.account().cash)).toBeCloseTo(cash - 22.95, 6);
  });
});

describe('a symbol that changes', () => {
  const rename = { kind: 'name_change', symbol: 'AAPL', newSymbol: 'APPL' } as const;

  it('takes its position, its prices and its orders along', () => {
    const floor = announced(rename);
    const id = floor.accepted(stop);
    floor.advanceTo('2026-10-09T13:30:00Z');
    expect(floor.position('APPL')).toMatchObject({ qty: '10', avg_entry_price: '100' });
    expect(floor.request('GET', '/v2/positions/AAPL').status).toBe(404);
    expect(floor.account().equity).toBe('100000');
    expect(bookings(floor)).toMatchObject([
      { type: 'NC', subType: 'SNC', symbol: 'AAPL', qty: decimal('-10') },
      { type: 'NC', symbol: 'APPL', qty: decimal('10') },
    ]);
    const successor = floor.orderById(floor.orderById(id).replaced_by);
    expect(successor).toMatchObject({ symbol: 'APPL', status: 'new', qty: '8' });
    expect(floor.order({}).body.message).toBe('asset "AAPL" not found');
    floor.market('APPL', '94', '94.1', '94');
    expect(floor.statusOf(successor.id)).toBe('filled');
    expect(floor.position('APPL').qty).toBe('2');
  });

  it('brings nothing back that was sold before, however late positions show it', () => {
    const floor = new Floor({ latencies: { positionVisibilityMs: 86_400_000 } });
    floor.core.announce({ terms: rename, exDate: tomorrow });
    floor.accepted({ side: 'sell', qty: '10', type: 'market', time_in_force: 'day' });
    floor.advanceTo(afterItsOpen);
    expect(floor.request('GET', '/v2/positions/APPL').status).toBe(404);
  });

  it('by a switch loses its orders', () => {
    const floor = announced(rename, { ordersAtRename: 'cancel' });
    const id = floor.accepted(stop);
    floor.advanceTo(afterItsOpen);
    expect(floor.statusOf(id)).toBe('canceled');
  });

  it('may restate its orders instead', () => {
    const floor = announced(rename, { adjustedOrderShows: 'restated' });
    const id = floor.accepted(stop);
    floor.advanceTo(afterItsOpen);
    expect(floor.orderById(id)).toMatchObject({ symbol: 'APPL', status: 'new' });
    expect(floor.list('/v2/orders?symbols=APPL')).toHaveLength(1);
  });
});

describe('a company that goes', () => {
  it('does not come back with what positions show late of a sale before', () => {
    const floor = new Floor({ latencies: { positionVisibilityMs: 5_000 } });
    floor.accepted({ side: 'sell', qty: '4', type: 'market', time_in_force: 'day' });
    expect(floor.position('AAPL').qty).toBe('10');
    floor.core.applySplit('AAPL', 2, 1);
    expect(floor.position('AAPL').qty).toBe('12');
    floor.advanceBy(6_000);
    expect(floor.position('AAPL').qty).toBe('12');
  });

  it('when it is bought pays for each share, and its orders end', () => {
    const rate = decimal('110.5');
    const floor = announced({ kind: 'cash_merger', symbol: 'AAPL', acquirerSymbol: 'MSFT', rate });
    const id = floor.accepted(stop);
    floor.advanceTo(afterItsOpen);
    expect(floor.statusOf(id)).toBe('canceled');
    expect(floor.account()).toMatchObject({ cash: '100105', equity: '100105' });
    expect(bookings(floor)).toMatchObject([
      { type: 'MA', subType: 'CMA', qty: decimal('-10'), netAmount: decimal('1105') },
    ]);
    expect(floor.core.asset('AAPL')).toMatchObject({ status: 'inactive', tradable: false });
    expect(floor.order({}).body.message).toBe('asset "AAPL" is not active');
  });

  it('when it is worthless takes the shares with it', () => {
    const floor = announced({ kind: 'worthless_removal', symbol: 'AAPL' });
    floor.advanceTo(afterItsOpen);
    expect(floor.account()).toMatchObject({ cash: '99000', equity: '99000' });
    expect(bookings(floor)).toMatchObject([{ type: 'REORG', subType: 'WRM', netAmount: 0n }]);
  });

  it('when it is only delisted leaves the shares, which cannot be sold', () => {
    const floor = new Floor();
    const id = floor.accepted(stop);
    floor.core.delist('AAPL');
    expect(floor.statusOf(id)).toBe('canceled');
    expect(floor.position().qty).toBe('10');
    expect(floor.order({ side: 'sell' }).status).toBe(422);
    expect(() => floor.core.delist('NOPE')).toThrow('no asset NOPE');
  });
});
