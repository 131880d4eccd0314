import { isTerminal, type Order } from '../../domain/order.ts';
import { type EpochMs, msBetween } from '../../domain/time.ts';
import type { Lane } from '../../ports/broker.ts';
import type { AlpacaClient } from './client.ts';
import type { OrderFamilies } from './families.ts';
import { KnownOrders } from './known-orders.ts';
import { isGuarded } from './mapping.ts';
import { type FoundOrders, NarrowLook } from './narrow-look.ts';
import { OrderLists, PAGE_SIZE } from './order-lists.ts';
import { type OrderMemory, submissionOf } from './order-memory.ts';
import type { AlpacaTransport } from './transport.ts';
import type { WireOrder } from './wire.ts';

const DAY_MS = 86_400_000;
/** A GTC order lives 90 days, so no live order is older; a little more for late cancel jobs. */
const LONGEST_LIFE_MS = 95 * DAY_MS;
/** For clocks that differ, and for orders that become visible late. */
const OVERLAP_MS = 300_000;
/** What was deduced is checked against the whole record now and then. */
const FULL_READ_EVERY_MS = DAY_MS;
/** So many orders surely fit on one page: then one request tells all, and nothing is deduced. */
const ONE_PAGE = PAGE_SIZE - 50;
/** Who has not looked for so long, asleep or cut off, looks at everything. */
const LONGEST_GAP_MS = 300_000;
/** Groups that a narrow look asks for by themselves although everything takes fewer pages. */
const LEAST_ASKED = 4;

/**
 * Reads every live order, `held` legs included, usually in one request.
 *
 * Alpaca's `status=open` does not show held legs, and `status=all` takes a window over the
 * time of submission. A window is complete when it begins before the oldest group of orders
 * with a live member was submitted. So the first read looks back as far as an order can live;
 * each read then notes where the oldest live group begins, and the next window begins there:
 * an order that was not seen yet can only be newer than the last read.
 *
 * Where that window takes more than one page, as with a stop that rests for months beside many
 * orders a day, a look is narrow: at what is new or open, and beside it only at what has changed.
 */
export class OrderReader {
  readonly #transport: AlpacaTransport;
  readonly #families: OrderFamilies;
  readonly #known: KnownOrders;
  readonly #lists: OrderLists;
  readonly #narrow: NarrowLook;
  #last: OrderMemory | null = null;
  #fullReadAt = Number.NEGATIVE_INFINITY;

  constructor(client: AlpacaClient, transport: AlpacaTransport, families: OrderFamilies) {
    this.#transport = transport;
    this.#families = families;
    this.#known = new KnownOrders(families);
    this.#lists = new OrderLists(client, transport, this.#known);
    this.#narrow = new NarrowLook(this.#lists, families);
  }

  /**
   * Live orders, those submitted or changed since `since`, and those that were live at the last
   * read, so that nobody misses an end. Newest group first, a parent before its legs.
   */
  async read(since: EpochMs, lane: Lane): Promise<readonly Order[]> {
    const now = this.#transport.now();
    const isDue = now - this.#fullReadAt >= FULL_READ_EVERY_MS;
    const last = isDue ? null : this.#last;
    this.#known.begin();
    const way = last === null ? null : narrowWay(last, since, now);
    const narrow =
      last === null || way === null
        ? null
        : await this.#narrow.take(last, { now, after: way.after }, way.mostAsked, lane);
    const beginsAt = Math.min(since, last?.liveSince ?? now - LONGEST_LIFE_MS);
    const found =
      narrow ?? this.#foundIn(await this.#lists.groupsAfter(beginsAt - OVERLAP_MS, lane));
    const orders = this.#takeIn(found, since, now);
    if (isDue) this.#fullReadAt = now;
    return orders;
  }

  #foundIn(listed: readonly WireOrder[]): FoundOrders {
    // An order may be listed both alone and as a leg: its parent is known before it is mapped.
    for (const wire of listed) this.#families.learn(wire);
    const groups = new Map(listed.filter(isGuarded).map((wire) => [wire.id, wire]));
    return { groups, listed };
  }

  /** What of it matters to who has asked; the rest of what is found is kept for the next look. */
  #takeIn({ groups, listed }: FoundOrders, since: EpochMs, now: EpochMs): readonly Order[] {
    const orders = new Map<string, Order>();
    const liveIds = new Set<string>();
    const kept = new Map<string, WireOrder>();
    const submittedAt = this.#submissions(listed);
    let newestAt = this.#last?.newestAt ?? 0;
    for (const at of submittedAt.values()) newestAt = Math.max(newestAt, at);
    // The time of day may be set back a little.
    const keptSince = since - OVERLAP_MS;
    let liveSince = now;
    for (const wire of groups.values()) {
      const at = submittedAt.get(wire.id) ?? submissionOf(wire);
      const members = this.#known.membersOf(wire);
      const live = members.filter(({ status }) => !isTerminal(status));
      const changedAt = members.reduce((last, { updatedAt }) => Math.max(last, updatedAt), 0);
      const wasLive = members.some(({ id }) => this.#last?.liveIds.has(id));
      if (live.length > 0) liveSince = Math.min(liveSince, at);
      for (const { id } of live) liveIds.add(id);
      if (live.length > 0 || changedAt >= since || wasLive) {
        for (const order of members) orders.set(order.id, order);
      }
      // Those of the next window are known, so that only what is new in it is looked into.
      const isRecent = at >= newestAt - 2 * OVERLAP_MS || changedAt >= keptSince;
      if (live.length > 0 || isRecent) kept.set(wire.id, wire);
    }
    const beginsAt = Math.min(since, liveSince) - OVERLAP_MS;
    for (const [id, at] of submittedAt) if (at < beginsAt) submittedAt.delete(id);
    this.#last = {
      ...{ at: now, since: keptSince, newestAt, liveIds, liveSince, submittedAt },
      groups: kept,
    };
    return [...orders.values()];
  }

  #submissions(listed: readonly WireOrder[]): Map<string, EpochMs> {
    const at = new Map(this.#last?.submittedAt);
    for (const wire of listed) {
      at.set(wire.id, submissionOf(wire));
      for (const leg of wire.legs ?? []) at.set(leg.id, submissionOf(leg));
    }
    return at;
  }
}

const pagesOf = (orders: number): number => Math.ceil(orders / PAGE_SIZE);

/** Null where everything is to be read: it is little, or the last look does not tell enough. */
function narrowWay(
  { at, since: knownSince, newestAt, submittedAt }: OrderMemory,
  since: EpochMs,
  now: EpochMs,
): { readonly after: EpochMs; readonly mostAsked: number } | null {
  const submissions = [...submittedAt.values()];
  const isLate = msBetween(now, at) > LONGEST_GAP_MS;
  if (submissions.length <= ONE_PAGE || isLate || since < knownSince) return null;
  const after = Math.min(newestAt, now) - OVERLAP_MS;
  const pages = pagesOf(submissions.length);
  if (1 + pagesOf(submissions.filter((each) => each > after).length) > pages) return null;
  return { after, mostAsked: Math.max(LEAST_ASKED, pages) };
}
