import { isTerminal, type Order } from '../../domain/order.ts';
import type { EpochMs } from '../../domain/time.ts';
import { BrokerError, type Lane } from '../../ports/broker.ts';
import type { AlpacaClient } from './client.ts';
import type { OrderFamilies } from './families.ts';
import { KnownOrders } from './known-orders.ts';
import { isGuarded } from './mapping.ts';
import type { AlpacaTransport } from './transport.ts';
import type { WireOrder } from './wire.ts';

const PAGE_SIZE = 500; // Alpaca's most.
const MOST_PAGES = 200;
const DAY_MS = 86_400_000;
/** A GTC order lives 90 days, so no live order is older; a little more for late cancel jobs. */
const LONGEST_LIFE_MS = 95 * DAY_MS;
/** For clocks that differ, and for orders that become visible late. */
const OVERLAP_MS = 300_000;
/** What was deduced is checked against the whole record now and then. */
const FULL_READ_EVERY_MS = DAY_MS;

type LastRead = {
  /** When the oldest group with a live member was submitted. */
  readonly liveSince: EpochMs;
  readonly liveIds: ReadonlySet<string>;
};

/**
 * Reads every live order, `held` legs included, usually in one request.
 *
 * Alpaca's `status=open` does not show held legs, and `status=all` takes a window over the
 * time of submission. A window is complete when it begins before the oldest group of orders
 * with a live member was submitted. So the first read looks back as far as an order can live;
 * each read then notes where the oldest live group begins, and the next window begins there:
 * an order that was not seen yet can only be newer than the last read.
 */
export class OrderReader {
  readonly #client: AlpacaClient;
  readonly #transport: AlpacaTransport;
  readonly #families: OrderFamilies;
  readonly #known: KnownOrders;
  #last: LastRead | null = null;
  #fullReadAt = Number.NEGATIVE_INFINITY;

  constructor(client: AlpacaClient, transport: AlpacaTransport, families: OrderFamilies) {
    this.#client = client;
    this.#transport = transport;
    this.#families = families;
    this.#known = new KnownOrders(families);
  }

  /**
   * Live orders, those submitted or changed since `since`, and those that were live at the last
   * read, so that nobody misses an end. Newest group first, a parent before its legs.
   */
  async read(since: EpochMs, lane: Lane): Promise<readonly Order[]> {
    const startedAt = this.#transport.now();
    const last = startedAt - this.#fullReadAt < FULL_READ_EVERY_MS ? this.#last : null;
    const beginsAt = Math.min(since, last?.liveSince ?? startedAt - LONGEST_LIFE_MS);

    const orders = new Map<string, Order>();
    const liveIds = new Set<string>();
    let liveSince = startedAt;
    const groups = await this.#groupsSubmittedSince(beginsAt - OVERLAP_MS, lane);
    // An order may be listed both alone and as a leg: its parent is known before it is mapped.
    for (const wire of groups) this.#families.learn(wire);
    for (const wire of groups) {
      if (!isGuarded(wire)) continue;
      const members = this.#known.membersOf(wire);
      const live = members.filter(({ status }) => !isTerminal(status));
      const matters = members.some(
        ({ id, updatedAt }) => updatedAt >= since || this.#last?.liveIds.has(id),
      );
      if (live.length > 0) liveSince = Math.min(liveSince, Date.parse(wire.submitted_at));
      for (const { id } of live) liveIds.add(id);
      if (live.length > 0 || matters) for (const order of members) orders.set(order.id, order);
    }
    if (last === null) this.#fullReadAt = startedAt;
    this.#last = { liveSince, liveIds };
    return [...orders.values()];
  }

  async #groupsSubmittedSince(after: EpochMs, lane: Lane): Promise<readonly WireOrder[]> {
    this.#known.begin();
    const groups = new Map<string, WireOrder>();
    let until: EpochMs | null = null;
    for (let page = 0; page < MOST_PAGES; page++) {
      const rows: readonly WireOrder[] = await this.#page(after, until, lane);
      const fresh = rows.filter(({ id }) => !groups.has(id));
      for (const row of fresh) groups.set(row.id, row);
      // Whether the page size counts legs is not documented: a full page either way has a next.
      const size = rows.reduce((sum, { legs }) => sum + 1 + (legs?.length ?? 0), 0);
      if (size < PAGE_SIZE || fresh.length === 0) return [...groups.values()];
      // `until` is exclusive and in milliseconds here: one more, or equal times are lost.
      until = Math.min(...rows.map(({ submitted_at }) => Date.parse(submitted_at))) + 1;
    }
    throw new BrokerError(`more than ${MOST_PAGES * PAGE_SIZE} orders in the window to read`, {
      outcome: 'unknown',
    });
  }

  #page(after: EpochMs, until: EpochMs | null, lane: Lane): Promise<readonly WireOrder[]> {
    return this.#transport.read({
      what: 'GET /v2/orders',
      lane,
      send: (init) =>
        this.#client.trading.orders.getAllOrdersRaw(
          {
            status: 'all',
            nested: true,
            limit: PAGE_SIZE,
            direction: 'desc',
            after: new Date(after).toISOString(),
            ...(until === null ? {} : { until: new Date(until).toISOString() }),
          },
          init,
        ),
      parse: (body) => this.#known.rowsIn(body),
    });
  }
}
