import { createHash } from 'node:crypto';
import { join } from 'node:path';
import canonicalize from 'canonicalize';
import { SqliteEventReader } from '../../src/adapters/event-stores/sqlite-reader.ts';
import type { JournalRecord } from '../../src/domain/event.ts';

export type WireLeg = {
  readonly id: string;
  readonly replaces: string | null;
  readonly client_order_id: string;
  readonly status: string;
  readonly side: string;
  readonly type: string;
  readonly qty: string;
  readonly filled_qty: string;
  readonly stop_price: string | null;
};
export type WireOrder = WireLeg & { readonly legs: readonly WireLeg[] | null };

/** What the exchange knows of one symbol of one account; the legs of an order nested in it. */
export type Truth = { readonly shares: number; readonly orders: readonly WireOrder[] };

const OVER: ReadonlySet<string> = new Set([
  'filled',
  'canceled',
  'expired',
  'replaced',
  'rejected',
]);

const membersOf = (order: WireOrder): readonly WireLeg[] => [order, ...(order.legs ?? [])];

const openSells = (order: WireOrder): readonly WireLeg[] =>
  membersOf(order).filter(({ side, status }) => side === 'sell' && !OVER.has(status));

const mostShares = (orders: readonly WireLeg[]): number =>
  Math.max(0, ...orders.map(({ qty, filled_qty }) => Number(qty) - Number(filled_qty)));

const sum = (numbers: readonly number[]): number => numbers.reduce((all, each) => all + each, 0);

const openStops = (order: WireOrder): readonly WireLeg[] =>
  openSells(order).filter(({ type }) => type.startsWith('stop'));

/** Orders that exist twice: by their id, or by what they were to do. */
export function duplicatesIn({ orders }: Truth, mostSold: number): number {
  const members = orders.flatMap(membersOf);
  const ids = members.map((order) => order.client_order_id);
  // A replacement that came too late is refused, and shows what the order before it filled.
  const sold = members
    .filter(({ side, status }) => side === 'sell' && status !== 'rejected')
    .map(({ filled_qty }) => filled_qty);
  return ids.length - new Set(ids).size + (sum(sold.map(Number)) > mostSold ? 1 : 0);
}

/**
 * True when more is sold, or could be, than is held. The members of a group share theirs. So do
 * an order and the one that replaces it, the larger of the two counting: while that is pending
 * both are listed, and only one of them can ever execute, since the successor works once the old
 * one is `replaced`, and is rejected where the old one fills first.
 */
export function isOversold({ shares, orders }: Truth): boolean {
  const open = orders.flatMap(openSells);
  const groups = new Map<string, WireLeg[]>();
  for (const order of orders) {
    const members = openSells(order);
    const before = members.find(({ replaces }) => open.some(({ id }) => id === replaces));
    const root = before?.replaces ?? order.id;
    groups.set(root, [...(groups.get(root) ?? []), ...members]);
  }
  return shares < 0 || sum([...groups.values()].map(mostShares)) > shares;
}

export const isCovered = ({ shares, orders }: Truth): boolean =>
  sum(orders.map((order) => mostShares(openStops(order)))) === shares;

/** The highest price at which a stop rests; 0 where none does. */
export const highestStop = ({ orders }: Truth): number =>
  Math.max(0, ...orders.flatMap(openStops).map(({ stop_price }) => Number(stop_price)));

/** Checks a journal's chain with code of its own, each record once, while its owner writes. */
export class JournalWitness {
  readonly #path: string;
  #seq = 0;
  #hash = '0'.repeat(64);

  constructor(directory: string) {
    this.#path = join(directory, 'journal.sqlite');
  }

  /** What is new since the last time. @throws naming the first record that does not fit */
  read(): readonly JournalRecord[] {
    const reader = new SqliteEventReader(this.#path);
    try {
      const fresh = [...reader.scan(this.#seq + 1)];
      for (const { hash, ...rest } of fresh) {
        const text = canonicalize(rest) ?? '';
        const isWhole = createHash('sha256').update(text).digest('hex') === hash;
        if (rest.seq !== this.#seq + 1 || rest.prev !== this.#hash || !isWhole) {
          throw new Error(`record ${rest.seq} does not fit the chain`);
        }
        this.#seq = rest.seq;
        this.#hash = hash;
      }
      return fresh;
    } finally {
      reader.close();
    }
  }
}
