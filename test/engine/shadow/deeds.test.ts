import { describe, expect, it } from 'vitest';
import type { JournalRecord } from '../../../src/domain/event.ts';
import { DeedBook } from '../../../src/engine/shadow/deeds.ts';

type Told = Pick<JournalRecord, 'type' | 'at' | 'orderId'> & { readonly body: object };

const bookOf = (records: readonly Told[], idPrefix: string | null = null): DeedBook => {
  const book = new DeedBook(idPrefix);
  const holds = { type: 'episode_opened', at: 0, orderId: null } as const;
  const episode = { side: 'long', quantity: '10' };
  for (const each of [{ ...holds, body: { episode } }, ...records]) {
    book.read({ ...each, symbol: 'AAPL' } as unknown as JournalRecord);
  }
  return book;
};

const update = (at: number, event: string, more: object = {}, orderId = 'o1'): Told => ({
  ...{ type: 'order_update_received', at, orderId },
  body: { event, clientOrderId: 'bot-1', side: 'sell', quantity: '10', ...more },
});
const fill = (at: number, quantity: string, more: object = {}, orderId = 'o1'): Told => ({
  ...{ type: 'fill_received', at, orderId },
  body: { clientOrderId: 'bot-1', side: 'sell', quantity, price: '100', ...more },
});

const kindsIn = (records: readonly Told[]) =>
  bookOf(records)
    .deeds()
    .map(({ kind }) => kind);

describe('what somebody else did', () => {
  it('is a stop that came to rest, and one that was taken away', () => {
    const stop = { orderType: 'stop_limit', stopPrice: '92', limitPrice: '91.5' };
    expect(kindsIn([update(1, 'new', stop), update(9, 'canceled', stop)])).toEqual([
      ...['stop', 'unprotect'],
    ]);
  });

  it('is a sale of a part or of all, whatever number of fills it took', () => {
    expect(kindsIn([fill(1, '2'), fill(2, '3')])).toEqual(['reduce']);
    expect(kindsIn([fill(1, '2'), fill(2, '8')])).toEqual(['exit']);
  });

  it('is a profit that waits, unless the limit fills at once', () => {
    const limit = { orderType: 'limit', limitPrice: '110' };
    expect(kindsIn([update(1, 'new', limit), fill(60_000, '10', limit)])).toEqual(['take_profit']);
    expect(kindsIn([update(1, 'new', limit), fill(900, '10', limit)])).toEqual(['exit']);
  });

  it('is a purchase, and a position that was turned around', () => {
    expect(kindsIn([fill(1, '5', { side: 'buy' })])).toEqual(['entry']);
    expect(bookOf([fill(1, '12')]).turned).toBe(1);
  });

  it('is no profit that waits where nothing is held that it would sell', () => {
    const waits = { orderType: 'limit', limitPrice: '90', side: 'buy' };
    const flat = new DeedBook(null);
    flat.read({ ...update(1, 'new', waits), symbol: 'MSFT' } as unknown as JournalRecord);
    expect(flat.deeds()).toEqual([]);
    expect(flat.orders).toBe(1);
  });

  it('is the stop of a bracket that was there before what it guards', () => {
    const book = new DeedBook(null);
    const stop = { orderType: 'stop', stopPrice: '92' };
    const opened = { type: 'episode_opened', at: 2, orderId: null } as const;
    const episode = { side: 'long', quantity: '10' };
    for (const told of [update(1, 'held', stop), { ...opened, body: { episode } }]) {
      book.read({ ...told, symbol: 'AAPL' } as unknown as JournalRecord);
    }
    expect(book.deeds().map(({ kind }) => kind)).toEqual(['stop']);
  });

  it('is nothing of BigBrother, not by its legs and not by what the stream had lost', () => {
    const own = { clientOrderId: 'bb1-abc' };
    const leg = update(2, 'new', { clientOrderId: 'leg', parentId: 'o1' }, 'o2');
    const lost = { type: 'fill_received', at: 3, orderId: 'o3', body: { quantity: '1' } } as const;
    const answered = { type: 'step_answered', at: 2, orderId: 'o3', body: {} } as const;
    const book = bookOf([update(1, 'new', own), leg, fill(3, '2', {}, 'o2'), answered, lost]);
    expect(book).toMatchObject({ orders: 0, fills: 0 });
    expect(book.deeds()).toEqual([]);
  });

  it('can be narrowed to the orders of one bot', () => {
    expect(bookOf([fill(1, '2')], 'bot-').orders).toBe(1);
    expect(bookOf([fill(1, '2')], 'other-').orders).toBe(0);
  });
});
