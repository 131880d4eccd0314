import type { OrderId } from '../../domain/ids.ts';
import type { Order } from '../../domain/order.ts';
import { type EpochMs, msBetween } from '../../domain/time.ts';
import type { Clock } from '../../ports/clock.ts';
import type { AccountReader } from './account-reader.ts';
import type { OrderBook } from './order-book.ts';
import { OrderWatch } from './order-watch.ts';
import type { StreamTrust } from './stream-trust.ts';

/** Looks at an order while the stream is not to be trusted. */
const POLL_MS = [250, 500, 1_000, 2_000];
/** The stream is faster; this finds the event that it lost. */
const SAFETY_POLL_MS = [1_000, 2_000, 4_000];
/** Between looks for an order whose submit was not answered: at 0.25, 0.5, 1, 2, 4 and 8 s. */
const SEARCH_MS = [250, 250, 500, 1_000, 2_000, 4_000];

/** Where one asks after single orders: what is known of them, and what the broker says now. */
export class OrderDesk {
  readonly #book: OrderBook;
  readonly #reader: AccountReader;
  readonly #stream: StreamTrust;
  readonly #clock: Clock;
  readonly #watch: OrderWatch;
  readonly #listeners: ((order: Order) => void)[] = [];

  constructor(parts: {
    readonly book: OrderBook;
    readonly reader: AccountReader;
    readonly stream: StreamTrust;
    readonly clock: Clock;
  }) {
    this.#book = parts.book;
    this.#reader = parts.reader;
    this.#stream = parts.stream;
    this.#clock = parts.clock;
    this.#watch = new OrderWatch(parts.clock);
  }

  /** Called with each order as the broker told of it singly; it is not in the book yet. */
  onNews(listener: (order: Order) => void): void {
    this.#listeners.push(listener);
  }

  /** To be called after anything in the book has changed. */
  notify(): void {
    this.#watch.notify();
  }

  find(id: OrderId): Order | null {
    return this.#book.get(id);
  }

  findClientOrder(clientOrderId: string): Order | null {
    return this.#book.byClientOrderId(clientOrderId);
  }

  /**
   * Takes in the order that a submit or a replace was answered with. The answer shows how the
   * order began: whatever the stream has told of it already is newer.
   */
  applyAnswer(order: Order): void {
    if (this.find(order.id) === null) this.#tell(order);
  }

  /** Reads one order from the broker; a failure leaves it as it is known. */
  async lookAt(id: OrderId): Promise<void> {
    await this.#look(() => this.#reader.readOrder(id));
  }

  async lookAtClientOrder(clientOrderId: string): Promise<void> {
    await this.#look(() => this.#reader.findOrder(clientOrderId));
  }

  /** The order once `until` holds for it; null when that took longer than `timeoutMs`. */
  waitFor(id: OrderId, until: (order: Order) => boolean, timeoutMs: number): Promise<Order | null> {
    return this.#watch.waitFor({
      find: () => this.find(id),
      look: () => this.lookAt(id),
      until,
      timeoutMs,
      delaysMs: this.#stream.isTrusted() ? SAFETY_POLL_MS : POLL_MS,
    });
  }

  /**
   * Looks for an order by the id we gave it, until about 9 s after it was sent; a miss is no
   * proof.
   *
   * @param sentAt now, unless an earlier process sent it
   */
  search(clientOrderId: string, sentAt: EpochMs = this.#clock.now()): Promise<Order | null> {
    const longestMs = SEARCH_MS.reduce((sum, delayMs) => sum + delayMs, 1_000);
    const timeoutMs = longestMs - msBetween(sentAt, this.#clock.now());
    if (timeoutMs <= 0) return Promise.resolve(this.findClientOrder(clientOrderId));
    return this.#watch.waitFor({
      find: () => this.findClientOrder(clientOrderId),
      look: () => this.lookAtClientOrder(clientOrderId),
      until: () => true,
      timeoutMs,
      delaysMs: SEARCH_MS,
    });
  }

  #tell(order: Order): void {
    for (const listener of this.#listeners) listener(order);
  }

  async #look(read: () => Promise<Order | null>): Promise<void> {
    try {
      const order = await read();
      if (order !== null) this.#tell(order);
    } catch {
      // Nothing was learnt; whoever waits looks again.
    }
  }
}
