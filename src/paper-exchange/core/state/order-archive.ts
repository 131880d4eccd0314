import { packRows, unpackRows } from '../basics/packed-rows.ts';
import { PlaceIndex } from '../basics/place-index.ts';
import type { Milliseconds, Order } from '../basics/types.ts';

/** An order that has ended, with its rank among all submissions. */
export type RankedOrder = { readonly rank: number; readonly order: Order };

type Page = {
  bytes: Uint8Array;
  readonly lowestRank: number;
  readonly highestRank: number;
  readonly firstAt: Milliseconds;
  readonly lastAt: Milliseconds;
};

type PackedOrder = Order & { readonly rank: number };

/** Ended orders of long ago, packed; each page holds `ORDERS_PER_PAGE` that ended together. */
export class OrderArchive {
  private readonly pages: Page[] = [];
  private readonly ids = new PlaceIndex();
  private readonly clientOrderIds = new PlaceIndex();
  private opened: { readonly page: number; readonly items: readonly RankedOrder[] } | null = null;

  /** Exactly `ORDERS_PER_PAGE` orders. */
  add(orders: readonly RankedOrder[]): void {
    const first = this.pages.length * ORDERS_PER_PAGE;
    for (const [place, { order }] of orders.entries()) {
      this.ids.add(order.id, first + place);
      this.clientOrderIds.add(order.clientOrderId, first + place);
    }
    const ranks = orders.map(({ rank }) => rank);
    const times = orders.map(({ order }) => order.submittedAt);
    this.pages.push({
      bytes: packed(orders),
      lowestRank: Math.min(...ranks),
      highestRank: Math.max(...ranks),
      firstAt: Math.min(...times),
      lastAt: Math.max(...times),
    });
  }

  get size(): number {
    return this.pages.length * ORDERS_PER_PAGE;
  }

  find(id: string): RankedOrder | null {
    return this.search(this.ids.placesOf(id), ({ order }) => order.id === id);
  }

  /** The newest with this client order id. */
  findByClientOrderId(accountId: string, clientOrderId: string): RankedOrder | null {
    return this.search(
      this.clientOrderIds.placesOf(clientOrderId),
      ({ order }) => order.clientOrderId === clientOrderId && order.accountId === accountId,
    );
  }

  /** Puts another state in the place of an order's. */
  amend(order: Order): void {
    for (const place of this.ids.placesOf(order.id)) {
      const number = Math.floor(place / ORDERS_PER_PAGE);
      const page = this.pages[number];
      const items = this.open(number);
      const before = items[place % ORDERS_PER_PAGE];
      if (page === undefined || before?.order.id !== order.id) continue;
      page.bytes = packed(items.with(place % ORDERS_PER_PAGE, { ...before, order }));
      this.opened = null;
    }
  }

  /**
   * Pages that may hold ranks and submission times within these bounds, both included: those
   * with the highest ranks first when `isDescending`, else those with the lowest.
   */
  *pagesWithin(bounds: Bounds, isDescending: boolean): Generator<ArchivePage> {
    const numbers = this.pages.flatMap((page, number) => (touches(page, bounds) ? [number] : []));
    const key = (number: number) =>
      isDescending
        ? -(this.pages[number]?.highestRank ?? 0)
        : (this.pages[number]?.lowestRank ?? 0);
    numbers.sort((one, other) => key(one) - key(other));
    for (const number of numbers) {
      const page = this.pages[number];
      if (page === undefined) continue;
      const { lowestRank, highestRank } = page;
      yield { lowestRank, highestRank, read: () => this.open(number) };
    }
  }

  private search(
    places: readonly number[],
    isWanted: (item: RankedOrder) => boolean,
  ): RankedOrder | null {
    for (const place of places) {
      const item = this.open(Math.floor(place / ORDERS_PER_PAGE))[place % ORDERS_PER_PAGE];
      if (item !== undefined && isWanted(item)) return item;
    }
    return null;
  }

  private open(page: number): readonly RankedOrder[] {
    if (this.opened?.page === page) return this.opened.items;
    const bytes = this.pages[page]?.bytes;
    // Packed from orders by this class alone.
    const rows = (bytes === undefined ? [] : unpackRows(bytes)) as readonly PackedOrder[];
    const items = rows.map(({ rank, ...order }) => ({ rank, order }));
    this.opened = { page, items };
    return items;
  }
}

export const ORDERS_PER_PAGE = 512;

export type Bounds = {
  readonly fromRank: number;
  readonly toRank: number;
  readonly fromAt: Milliseconds;
  readonly toAt: Milliseconds;
};

export type ArchivePage = {
  readonly lowestRank: number;
  readonly highestRank: number;
  readonly read: () => readonly RankedOrder[];
};

function packed(orders: readonly RankedOrder[]): Uint8Array {
  const rows = orders.map(({ rank, order }) => ({ ...order, rank }));
  return packRows(rows, rows.slice(0, 1));
}

function touches(page: Page, { fromRank, toRank, fromAt, toAt }: Bounds): boolean {
  return (
    page.highestRank >= fromRank &&
    page.lowestRank <= toRank &&
    page.lastAt >= fromAt &&
    page.firstAt <= toAt
  );
}
