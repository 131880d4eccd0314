import {
  NO_SHARES,
  type Price,
  price,
  type Quantity,
  quantity,
  sharesLeft,
} from '../../domain/decimal.ts';
import type { JournalRecord } from '../../domain/event.ts';
import type { PositionSide } from '../../domain/portfolio.ts';
import { fieldAt, textAt } from '../../domain/record-body.ts';
import { exitSide } from '../../domain/side.ts';
import type { EpochMs } from '../../domain/time.ts';
import { amountAt, priceAt } from '../outcomes/outcome-records.ts';

const OWN_PREFIX = 'bb1-';
/** A limit that fills within this was meant to sell now, not to wait for a price. */
const AT_ONCE_MS = 5_000;

/**
 * What somebody else did at the broker. `stop`: a stop came to rest. `unprotect`: a stop was
 * taken away. `reduce` and `exit`: shares were sold, some or all. `take_profit`: a limit came to
 * rest that waits for a price. `entry`: a position was opened or added to.
 */
export type DeedKind = 'stop' | 'unprotect' | 'reduce' | 'exit' | 'take_profit' | 'entry';
export type Deed = {
  readonly symbol: string;
  readonly kind: DeedKind;
  readonly at: EpochMs;
  readonly orderId: string;
  readonly quantity: Quantity;
  /** What it filled at on average, or where the order rests. */
  readonly price: Price | null;
};

type Seen = {
  readonly symbol: string;
  readonly firstAt: EpochMs;
  readonly orderId: string;
  readonly clientOrderId: string | null;
  readonly isStop: boolean;
  readonly isLimit: boolean;
  readonly side: string | null;
  readonly quantity: Quantity;
  readonly restsAt: Price | null;
  liveAt: EpochMs | null;
  canceledAt: EpochMs | null;
  filled: Quantity;
  value: ReturnType<Price['times']>;
  fillAt: EpochMs | null;
  /** How the position stood when it first filled. */
  isExit: boolean | null;
  leftFlat: boolean;
};

type Held = { side: PositionSide; quantity: Quantity };

/** Collects from the broker's news what others did with the account. */
export class DeedBook {
  readonly #idPrefix: string | null;
  readonly #orders = new Map<string, Seen>();
  readonly #held = new Map<string, Held>();
  /** The side on which each symbol was held first. */
  readonly #firstSides = new Map<string, PositionSide>();
  /** Orders of BigBrother's and their legs, by the broker's ids. */
  readonly #own = new Set<string>();
  /** Positions that an order of somebody else turned to the other side. */
  turned = 0;
  fills = 0;

  /** @param idPrefix counts only orders whose client order id begins with it; null for all */
  constructor(idPrefix: string | null) {
    this.#idPrefix = idPrefix;
  }

  /** Orders of somebody else. */
  get orders(): number {
    return this.#orders.size;
  }

  read(record: JournalRecord): void {
    const { type, orderId } = record;
    if (type.startsWith('step_') && orderId !== null) this.#own.add(orderId);
    switch (type) {
      case 'episode_opened':
      case 'episode_changed':
      case 'episode_closed':
        this.#episode(record);
        break;
      case 'order_update_received':
        this.#update(record);
        break;
      case 'fill_received':
        this.#fill(record);
        break;
      default:
    }
  }

  /** Everything that was done, oldest first. */
  deeds(): readonly Deed[] {
    const found = [...this.#orders.values()].flatMap((order) => [...this.#deedsOf(order)]);
    return found.sort((one, other) => one.at - other.at);
  }

  #episode({ type, symbol, body }: JournalRecord): void {
    const episode = fieldAt(body, 'episode') ?? null;
    if (symbol === null) return;
    if (type === 'episode_closed') {
      this.#held.delete(symbol);
      return;
    }
    const side = textAt(episode, 'side') === 'short' ? 'short' : 'long';
    if (!this.#firstSides.has(symbol)) this.#firstSides.set(symbol, side);
    this.#held.set(symbol, {
      side,
      quantity: quantity(amountAt(episode, 'quantity') ?? NO_SHARES),
    });
  }

  #update({ at, symbol, orderId, body }: JournalRecord): void {
    const order = this.#orderOf(symbol, orderId, at, body);
    if (order === null) return;
    const event = textAt(body, 'event');
    const isLive = event === 'new' || event === 'accepted' || event === 'held';
    if (isLive) order.liveAt ??= at;
    if (event === 'canceled' || event === 'expired') order.canceledAt ??= at;
  }

  #fill({ at, symbol, orderId, body }: JournalRecord): void {
    const order = this.#orderOf(symbol, orderId, at, body);
    const [shares, filledAt] = [amountAt(body, 'quantity'), priceAt(body, 'price')];
    if (order === null || symbol === null || shares === null || filledAt === null) return;
    this.fills += 1;
    const held = this.#held.get(symbol);
    const isExit = held?.quantity.gt('0') === true && order.side === exitSide(held.side);
    order.isExit ??= isExit;
    order.fillAt ??= at;
    order.filled = quantity(order.filled.plus(shares));
    order.value = order.value.plus(filledAt.times(shares));
    if (held === undefined || !isExit) return;
    if (shares.gt(held.quantity)) this.turned += 1;
    held.quantity = sharesLeft(held.quantity, quantity(shares));
    order.leftFlat = held.quantity.eq('0');
  }

  #orderOf(
    symbol: string | null,
    orderId: string | null,
    at: EpochMs,
    body: JournalRecord['body'],
  ): Seen | null {
    if (symbol === null || orderId === null) return null;
    const known = this.#orders.get(orderId);
    if (known !== undefined) return known;
    const clientOrderId = textAt(body, 'clientOrderId');
    const isOwn =
      clientOrderId?.startsWith(OWN_PREFIX) === true ||
      this.#own.has(orderId) ||
      this.#own.has(textAt(body, 'parentId') ?? '');
    if (isOwn) {
      this.#own.add(orderId);
      return null;
    }
    if (this.#idPrefix !== null && clientOrderId?.startsWith(this.#idPrefix) !== true) return null;
    const type = textAt(body, 'orderType');
    const stopPrice = priceAt(body, 'stopPrice');
    const order: Seen = {
      ...{ symbol, orderId, clientOrderId, firstAt: at, side: textAt(body, 'side') },
      isStop: stopPrice !== null || type === 'trailing_stop',
      isLimit: type === 'limit',
      quantity: quantity(amountAt(body, 'quantity') ?? NO_SHARES),
      restsAt: stopPrice ?? priceAt(body, 'limitPrice'),
      ...{ liveAt: null, canceledAt: null, filled: NO_SHARES, value: NO_SHARES.times('0') },
      ...{ fillAt: null, isExit: this.#wouldExit(symbol, body), leftFlat: false },
    };
    this.#orders.set(orderId, order);
    return order;
  }

  /** Null where nothing was held yet, as for the exits of a bracket that has not filled. */
  #wouldExit(symbol: string, body: JournalRecord['body']): boolean | null {
    const held = this.#held.get(symbol);
    return held === undefined ? null : textAt(body, 'side') === exitSide(held.side);
  }

  /** True where what came to be held was on the side that such an order leaves. */
  #exitsWhatCame({ symbol, side }: Seen): boolean {
    const came = this.#firstSides.get(symbol);
    return came !== undefined && side === exitSide(came);
  }

  *#deedsOf(order: Seen): Iterable<Deed> {
    const { symbol, orderId, isStop, isLimit, liveAt, canceledAt, fillAt, restsAt } = order;
    const base = { symbol, orderId };
    const waited = isLimit && liveAt !== null && (fillAt === null || fillAt - liveAt > AT_ONCE_MS);
    if (!(order.isExit ?? this.#exitsWhatCame(order))) {
      if (fillAt !== null) yield { ...base, kind: 'entry', at: fillAt, ...average(order) };
      return;
    }
    const rests = { quantity: order.quantity, price: restsAt };
    if (isStop && liveAt !== null) yield { ...base, kind: 'stop', at: liveAt, ...rests };
    if (isStop && canceledAt !== null) {
      yield { ...base, kind: 'unprotect', at: canceledAt, ...rests };
    }
    if (waited) yield { ...base, kind: 'take_profit', at: liveAt, ...rests };
    // What a stop or a waiting limit fills was decided when it was placed.
    if (isStop || waited || fillAt === null) return;
    yield { ...base, kind: order.leftFlat ? 'exit' : 'reduce', at: fillAt, ...average(order) };
  }
}

const average = ({ filled, value }: Seen) => ({
  quantity: filled,
  price: filled.eq('0') ? null : price(value.div(filled)),
});
