import type { Observation, WireRequest } from '../observation.ts';
import type { Books } from './books.ts';
import { type Fields, fieldsOf, parsed, textOf } from './fields.ts';

/** A request that asks for a change. */
export type Write = {
  readonly request: WireRequest;
  readonly sentAt: number;
  readonly kind: 'submit' | 'replace' | 'cancel' | 'other';
  /** Null where the request names none, or an order that the broker does not know. */
  readonly symbol: string | null;
  readonly clientOrderId: string | null;
  /** The order that is to be changed or cancelled. */
  readonly orderId: string | null;
  readonly body: Fields;
  carriedOut: number | null;
  answeredAt: number | null;
  status: number | null;
};

const ORDER_PATH = /^\/v2\/orders\/([^/?]+)/;
/** What was neither carried out nor answered after this is not on its way any more. */
const LONGEST_JOURNEY_MS = 30_000;

/** Every write on the wire: what was asked, whether it was done, what was answered. */
export class Traffic {
  readonly #books: Books;
  readonly #writes = new Map<number, Write>();
  readonly #open = new Set<Write>();
  readonly #failures = new Map<string, number>();
  readonly #refused = new Set<string>();
  readonly #cancelled = new Set<string>();
  readonly #replaced = new Set<string>();

  constructor(books: Books) {
    this.#books = books;
  }

  /** The write that the observation is about, when it is about one. */
  take(observation: Observation): Write | null {
    switch (observation.kind) {
      case 'request_sent':
        return this.#sent(observation.request, observation.at);
      case 'request_carried_out': {
        const write = this.#of(observation.request);
        if (write !== null) write.carriedOut = observation.status;
        return write;
      }
      case 'answer_arrived': {
        const write = this.#of(observation.request);
        if (write === null) return null;
        write.answeredAt = observation.at;
        write.status = observation.status;
        this.#open.delete(write);
        if (isRefusal(observation.status)) this.#refused.add(write.clientOrderId ?? '');
        if (write.symbol !== null && isFailure(observation.status)) {
          this.#failures.set(write.symbol, observation.at);
        }
        return write;
      }
      default:
        return null;
    }
  }

  /**
   * Writes of the symbol that may still reach the exchange: sent, not carried out. Once a copy
   * was refused, an earlier one is not waited for.
   */
  underWay(symbol: string, now: number): readonly Write[] {
    const found: Write[] = [];
    for (const write of this.#open) {
      if (now - write.sentAt > LONGEST_JOURNEY_MS) this.#open.delete(write);
      else if (write.symbol === symbol && write.carriedOut === null) {
        if (!this.#refused.has(write.clientOrderId ?? '')) found.push(write);
      }
    }
    return found;
  }

  /** Since when a write of the symbol is without its answer; null when none is. */
  waitingSince(symbol: string, now: number): number | null {
    for (const write of this.#open) {
      if (write.symbol === symbol && now - write.sentAt <= LONGEST_JOURNEY_MS) return write.sentAt;
    }
    return null;
  }

  /** When the broker last failed to answer a write of the symbol properly; long ago if never. */
  failedAt(symbol: string): number {
    return this.#failures.get(symbol) ?? Number.NEGATIVE_INFINITY;
  }

  /** Whether the owner asked for the order's cancel. */
  wasCancelled(orderId: string): boolean {
    return this.#cancelled.has(orderId);
  }

  /** Whether the owner asked for another order in its place. */
  wasReplaced(orderId: string): boolean {
    return this.#replaced.has(orderId);
  }

  get isQuiet(): boolean {
    return this.#open.size === 0;
  }

  #of(request: WireRequest): Write | null {
    if (request.method === 'GET') return null;
    return this.#writes.get(request.id) ?? null;
  }

  #sent(request: WireRequest, at: number): Write | null {
    if (request.method === 'GET') return null;
    const body = fieldsOf(parsed(request.body));
    const orderId = ORDER_PATH.exec(request.path)?.[1] ?? null;
    const target = orderId === null ? null : this.#books.order(orderId);
    const write: Write = {
      request,
      sentAt: at,
      kind: kindOf(request, orderId),
      symbol: textOf(body.symbol) ?? target?.symbol ?? null,
      clientOrderId: textOf(body.client_order_id),
      orderId,
      body,
      carriedOut: null,
      answeredAt: null,
      status: null,
    };
    this.#writes.set(request.id, write);
    if (orderId !== null && write.kind === 'cancel') this.#cancelled.add(orderId);
    if (orderId !== null && write.kind === 'replace') this.#replaced.add(orderId);
    this.#open.add(write);
    return write;
  }
}

function kindOf({ method, path }: WireRequest, orderId: string | null): Write['kind'] {
  if (method === 'POST' && path.split('?')[0] === '/v2/orders') return 'submit';
  if (method === 'PATCH' && orderId !== null) return 'replace';
  if (method === 'DELETE' && orderId !== null) return 'cancel';
  return 'other';
}

const isFailure = (status: number): boolean => status < 200 || status === 429 || status >= 500;

const isRefusal = (status: number): boolean => status >= 400 && status < 500 && status !== 429;
