import { describe, expect, it } from 'vitest';
import type { Order } from '../../src/domain/order.ts';
import { mergeOrders } from '../../src/engine/account/merge-orders.ts';
import { incoherencesOf } from '../../src/engine/account/reconcile.ts';
import { splitAmidFills } from '../../src/engine/account/splits-amid-fills.ts';
import { type GivenHolding, NOW, order, snapshot, stopLimit } from '../support/given.ts';

const mergeOrder = (known: Order | null, incoming: Order) =>
  mergeOrders(new Map(known === null ? [] : [[known.id, known]]), [incoming]).get(incoming.id);

describe('merging what the broker said about an order', () => {
  const working = order({ status: 'partially_filled', filled: '4', updatedAt: 20 });

  it.each([
    ['takes a later word', order({ status: 'filled', filled: '10', updatedAt: 30 }), 'filled'],
    ['passes over an older word', order({ status: 'new', updatedAt: 10 }), 'partially_filled'],
    [
      'passes over a word of the same moment with fewer fills',
      order({ status: 'new', filled: '0', updatedAt: 20 }),
      'partially_filled',
    ],
    [
      'takes an end even with an older time: ends are for good',
      order({ status: 'canceled', filled: '4', updatedAt: 10 }),
      'canceled',
    ],
  ] as const)('%s', (_, incoming, status) => {
    expect(mergeOrder(working, incoming)?.status).toBe(status);
  });

  const lives: readonly (readonly Order['status'][])[] = [
    ['pending_new', 'accepted', 'held', 'new', 'partially_filled', 'pending_replace', 'replaced'],
    ['pending_new', 'new', 'partially_filled', 'pending_cancel', 'canceled'],
    ['accepted', 'new', 'filled'],
  ];
  const neighbours = lives.flatMap((life) =>
    life.slice(1).map((later, index) => [life[index] ?? later, later] as const),
  );
  it.each(neighbours)('of one moment, takes the step from %s to %s and never back', (...steps) => {
    const [before, after] = steps.map((status) => order({ status, updatedAt: 20 }));
    if (before === undefined || after === undefined) throw new Error('two steps');
    expect(mergeOrder(before, after)?.status).toBe(after.status);
    expect(mergeOrder(after, before)).toBe(after);
  });

  it('lets a change that was refused go back to a working order, since that is a later word', () => {
    const changing = order({ status: 'pending_replace', updatedAt: 20 });
    expect(mergeOrder(changing, order({ status: 'new', updatedAt: 21 }))?.status).toBe('new');
  });

  it('of one moment, takes a status that nobody knows as the later word, and the next one too', () => {
    const known = order({ status: 'new', updatedAt: 20 });
    const odd = order({ status: 'unrecognized', updatedAt: 20 });
    expect(mergeOrder(known, odd)?.status).toBe('unrecognized');
    expect(mergeOrder(odd, known)?.status).toBe('new');
  });

  it('never wakes an order that has ended', () => {
    const ended = order({ status: 'canceled', updatedAt: 20 });
    expect(mergeOrder(ended, order({ status: 'new', updatedAt: 99 }))).toBe(ended);
  });

  it('keeps the identity of an order that did not change', () => {
    expect(mergeOrder(working, { ...working })).toBe(working);
    expect(mergeOrder(null, working)).toBe(working);
  });

  it('knows that an order is replaced once its successor stands in its place', () => {
    const old = stopLimit({ id: 'old', status: 'pending_replace' });
    const successor = (status: Order['status']) =>
      stopLimit({ id: 'new', replaces: 'old', status });
    const oldAfter = (status: Order['status']) =>
      mergeOrders(new Map([[old.id, old]]), [successor(status)]).get(old.id);
    expect(oldAfter('new')).toMatchObject({ status: 'replaced', replacedBy: 'new' });
    expect(oldAfter('pending_new')).toBe(old);
    expect(oldAfter('rejected')).toBe(old);
  });

  it('does not take the end from an order that filled before it could be replaced', () => {
    const filled = stopLimit({ id: 'old', status: 'filled', filled: '10' });
    const merged = mergeOrders(new Map([[filled.id, filled]]), [
      stopLimit({ id: 'new', replaces: 'old', status: 'new' }),
    ]);
    expect(merged.get(filled.id)).toBe(filled);
  });
});

describe('incoherence', () => {
  const reading = (held: GivenHolding, ...orders: Order[]) => {
    const { positions } = snapshot({ holdings: [held] });
    return { at: NOW, positions, orders };
  };
  const before = reading({}, stopLimit({ updatedAt: NOW - 1000 }));

  it('is not seen where nothing contradicts', () => {
    expect(incoherencesOf(before, null)).toEqual([]);
    expect(incoherencesOf(before, before)).toEqual([]);
  });

  it('is seen while the position lags behind a fill', () => {
    const filled = stopLimit({ filled: '4', status: 'partially_filled', updatedAt: NOW });
    expect(incoherencesOf(reading({}, filled), before)).toEqual([
      {
        symbol: 'AAPL',
        because: 'the position moved by 0 shares while its orders filled -4',
      },
    ]);
    expect(incoherencesOf(reading({ quantity: '6' }, filled), before)).toEqual([]);
  });

  it('is seen when shares move without an order, for a short too', () => {
    const fewer = reading({ quantity: '6' }, ...before.orders);
    expect(incoherencesOf(fewer, before)[0]?.because).toContain('moved by -4');
    const short = { ...reading({ side: 'short' }), orders: [] };
    const covered = { ...reading({ side: 'short', quantity: '7' }), orders: [] };
    expect(incoherencesOf(covered, short)[0]?.because).toContain('moved by 3');
  });

  it('is not seen where a split explains the shares', () => {
    const split = { ...reading({ quantity: '70', entry: '14.29' }), orders: before.orders };
    expect(incoherencesOf(split, before)).toEqual([]);
    const dearer = { ...reading({ quantity: '70', entry: '15' }), orders: before.orders };
    expect(incoherencesOf(dearer, before)).toHaveLength(1);
  });

  it.each([
    ['that the positions do not show yet', '100', '10'],
    ['after it', '96', '10'],
    ['before it', '60', '10'],
  ])('is explained by a split amid fills %s', (_, quantity, entry) => {
    const sold = order({
      id: 'sold',
      limit: '105',
      filled: '4',
      status: 'filled',
      updatedAt: NOW + 1,
    });
    const after = reading({ quantity, entry, price: '10' }, ...before.orders, sold);
    expect(incoherencesOf(after, before)).toHaveLength(1);
    const amid = splitAmidFills(after, before);
    expect(amid?.split.to.div(amid.split.from).toFixed()).toBe('10');
    const isLate = quantity === '100';
    expect(incoherencesOf(after, amid?.baseline ?? null)).toHaveLength(isLate ? 1 : 0);
    const shown = reading({ quantity: '96', entry, price: '10' }, ...before.orders, sold);
    if (isLate) expect(incoherencesOf(shown, amid?.baseline ?? null)).toEqual([]);
  });

  it('takes nothing for a split amid fills where the cost says otherwise', () => {
    const sold = order({
      id: 'sold',
      limit: '105',
      filled: '4',
      status: 'filled',
      updatedAt: NOW + 1,
    });
    for (const [quantity, entry] of [
      ['10', '100'],
      ['6', '100'],
      ['96', '11'],
    ] as const) {
      const after = reading({ quantity, entry }, ...before.orders, sold);
      expect(splitAmidFills(after, before)).toBeNull();
    }
  });

  it('counts no fills of an old order that comes into view again', () => {
    const old = order({ id: 'old', status: 'filled', filled: '10', updatedAt: NOW - 9_000 });
    const later = { ...before, at: NOW + 1, orders: [...before.orders, old] };
    expect(incoherencesOf(later, before)).toEqual([]);
  });

  it('is not seen where the clocks are apart and an order that seems old explains the shares', () => {
    const seems = { status: 'filled', filled: '4', updatedAt: NOW - 9_000 } as const;
    const sold = order({ id: 'sold', limit: '105', ...seems });
    const older = order({ id: 'older', limit: '105', ...seems, filled: '3', updatedAt: 5 });
    const after = reading({ quantity: '6' }, ...before.orders, older, sold);
    expect(incoherencesOf(after, before)[0]?.because).toContain('moved by -4');
    expect(incoherencesOf({ ...after, isClockOff: true }, before)).toEqual([]);
    expect(incoherencesOf(after, { ...before, isClockOff: true })).toEqual([]);
    const none = reading({}, ...before.orders, older, sold);
    expect(incoherencesOf({ ...none, isClockOff: true }, before)).toEqual([]);
    const other = reading({ quantity: '5' }, ...before.orders, older, sold);
    expect(incoherencesOf({ ...other, isClockOff: true }, before)).toHaveLength(1);
  });

  it('is seen where an order of just before the earlier reading was not in it, and its shares are not shown', () => {
    const bought = { id: 'bought', side: 'buy', limit: '100', status: 'filled' } as const;
    const fresh = order({ ...bought, filled: '10', updatedAt: NOW - 1_500 });
    const because = 'the position moved by 0 shares while its orders filled 10';
    const hides = reading({}, ...before.orders, fresh);
    expect(incoherencesOf(hides, before)).toEqual([{ symbol: 'AAPL', because }]);
    const shows = reading({ quantity: '20' }, ...before.orders, fresh);
    expect(incoherencesOf(shows, before)).toEqual([]);
  });

  it('takes fewer fills than the replaced order has for those of its successor alone', () => {
    const pair = { limit: '105', quantity: '18' } as const;
    const old = order({ ...pair, id: 'old', status: 'replaced', filled: '7', updatedAt: NOW });
    const next = order({ ...pair, id: 'next', status: 'filled', filled: '3', updatedAt: NOW });
    const was = reading({}, ...before.orders, old);
    const after = reading({ quantity: '7' }, ...before.orders, old, { ...next, replaces: old.id });
    expect(incoherencesOf(after, was)).toEqual([]);
    const late = { ...next, status: 'pending_new', replaces: old.id } as const;
    expect(incoherencesOf(reading({}, ...before.orders, old, late), was)).toEqual([]);
  });

  it('is seen when shares are held by an order that is not listed', () => {
    const hidden = reading({ available: '0' });
    expect(incoherencesOf({ ...hidden, orders: [] }, null)[0]?.because).toContain(
      '10 shares are held by orders',
    );
    const justEnded = stopLimit({ status: 'canceled', updatedAt: NOW });
    expect(incoherencesOf({ ...hidden, orders: [justEnded] }, null)).toEqual([]);
  });

  it('is seen when a position is listed twice', () => {
    const twice = { ...before, positions: [...before.positions, ...before.positions] };
    expect(incoherencesOf(twice, null)).toHaveLength(1);
  });
});
