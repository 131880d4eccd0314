import type { EpochMs } from '../../domain/time.ts';
import { BrokerError, type Lane } from '../../ports/broker.ts';
import type { AlpacaClient } from './client.ts';
import type { KnownOrders } from './known-orders.ts';
import type { AlpacaTransport } from './transport.ts';
import { parseBody, type WireOrder, wireOrder } from './wire.ts';

/** Alpaca's most. */
export const PAGE_SIZE = 500;
const MOST_PAGES = 200;

type Filter = {
  readonly status: 'all' | 'open';
  /** Legs under their parents instead of beside them. */
  readonly nested: boolean;
  readonly after: EpochMs | null;
};

/** The lists of orders that Alpaca gives, every page of them, newest submission first. */
export class OrderLists {
  readonly #client: AlpacaClient;
  readonly #transport: AlpacaTransport;
  readonly #known: KnownOrders;

  constructor(client: AlpacaClient, transport: AlpacaTransport, known: KnownOrders) {
    this.#client = client;
    this.#transport = transport;
    this.#known = known;
  }

  /** Orders with their legs, by when the parent was submitted. @throws BrokerError */
  groupsAfter(after: EpochMs, lane: Lane): Promise<readonly WireOrder[]> {
    return this.#read({ status: 'all', nested: true, after }, lane);
  }

  /** Orders and legs, each by when it was submitted itself. @throws BrokerError */
  ordersAfter(after: EpochMs, lane: Lane): Promise<readonly WireOrder[]> {
    return this.#read({ status: 'all', nested: false, after }, lane);
  }

  /** Orders and legs that have not ended, but for the held ones. @throws BrokerError */
  open(lane: Lane): Promise<readonly WireOrder[]> {
    return this.#read({ status: 'open', nested: false, after: null }, lane);
  }

  /** One order with its legs; null when there is none. @throws BrokerError */
  async group(id: string, lane: Lane): Promise<WireOrder | null> {
    try {
      return await this.#transport.read({
        what: `GET /v2/orders/${id}`,
        lane,
        send: (init) =>
          this.#client.trading.orders.getOrderByOrderIDRaw({ orderId: id, nested: true }, init),
        parse: (body) => parseBody(wireOrder, body),
      });
    } catch (error) {
      if (error instanceof BrokerError && error.rejection === 'not_found') return null;
      throw error;
    }
  }

  async #read(filter: Filter, lane: Lane): Promise<readonly WireOrder[]> {
    const found = new Map<string, WireOrder>();
    let until: EpochMs | null = null;
    for (let page = 0; page < MOST_PAGES; page++) {
      const rows: readonly WireOrder[] = await this.#page(filter, until, lane);
      const fresh = rows.filter(({ id }) => !found.has(id));
      for (const row of fresh) found.set(row.id, row);
      // Whether the page size counts legs is not documented: a full page either way has a next.
      if (sizeOf(rows) < PAGE_SIZE) return [...found.values()];
      if (fresh.length === 0) throw incomplete('more orders of one millisecond than a page holds');
      // `until` is exclusive and in milliseconds here: one more, or equal times are lost.
      until = Math.min(...rows.map(({ submitted_at }) => Date.parse(submitted_at))) + 1;
    }
    throw incomplete(`more than ${MOST_PAGES * PAGE_SIZE} orders in the window to read`);
  }

  #page(
    { status, nested, after }: Filter,
    until: EpochMs | null,
    lane: Lane,
  ): Promise<readonly WireOrder[]> {
    return this.#transport.read({
      what: 'GET /v2/orders',
      lane,
      send: (init) =>
        this.#client.trading.orders.getAllOrdersRaw(
          {
            status,
            nested,
            limit: PAGE_SIZE,
            direction: 'desc',
            ...(after === null ? {} : { after: new Date(after).toISOString() }),
            ...(until === null ? {} : { until: new Date(until).toISOString() }),
          },
          init,
        ),
      parse: (body) => this.#known.rowsIn(body),
    });
  }
}

const incomplete = (because: string): BrokerError =>
  new BrokerError(because, { outcome: 'unknown' });

const sizeOf = (rows: readonly WireOrder[]): number =>
  rows.reduce((sum, { legs }) => sum + 1 + (legs?.length ?? 0), 0);
