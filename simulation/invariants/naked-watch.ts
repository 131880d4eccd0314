import type { Order } from '../../src/paper-exchange/core/basics/types.ts';
import type { Book } from './books.ts';
import { coveredIn, exitGroupsOf, isStop } from './exits.ts';
import { isInBrokersHands, isJumped } from './jumped.ts';
import type { NakedCause, NakedStretch } from './naked-times.ts';
import { NEWS_ON_ITS_WAY, whyHindered, whyOutOfReach } from './protectable.ts';
import type { Scene } from './scene.ts';
import { larger, magnitude, numberOf } from './units.ts';

type Look = {
  readonly at: number;
  readonly naked: bigint;
  readonly price: number;
  readonly isOpen: boolean;
  readonly isInReach: boolean;
  readonly isHindered: boolean;
  readonly isInBrokersHands: boolean;
  readonly book: Book;
};

type Open = {
  readonly since: number;
  readonly cause: NakedCause;
  wasAlone: boolean;
  wasHindered: boolean;
  ms: number;
  outOfReachMs: number;
  brokerMs: number;
  shareSeconds: number;
  dollarSeconds: number;
};

/** Measures naked time from the exchange's books: what was really unguarded, and since what. */
export class NakedWatch {
  readonly #scene: Scene;
  readonly #looks = new Map<string, Look>();
  readonly #open = new Map<string, Open>();
  readonly #ended: NakedStretch[] = [];
  /** Symbols in which something happened that is not known here yet. */
  readonly #awaited = new Set<string>();

  constructor(scene: Scene) {
    this.#scene = scene;
  }

  /** Every stretch that is over, in the order of its end. */
  get stretches(): readonly NakedStretch[] {
    return this.#ended;
  }

  look(symbol: string): void {
    const { now, world } = this.#scene;
    const book = this.#scene.books.of(symbol);
    const before = this.#looks.get(symbol) ?? null;
    const isOpen = this.#scene.isRegularSession;
    const paid = world.core.latestTrade(symbol)?.price ?? 0n;
    const price = numberOf(paid);
    // A stop that the market has left behind guards nothing, whatever its status says.
    const standing = { ...book, orders: book.orders.filter((order) => !isJumped(order, paid)) };
    const naked = larger(magnitude(book.quantity) - coveredIn(exitGroupsOf(standing)), 0n);
    if (before !== null) this.#add(symbol, before, now);
    if (!isOpen || naked === 0n) this.#close(symbol);
    else if (!this.#open.has(symbol)) {
      const cause = this.#causeOf(standing, before);
      const since = now;
      this.#open.set(symbol, {
        ...{
          since,
          cause,
          wasAlone: false,
          wasHindered: false,
          ms: 0,
          outOfReachMs: 0,
          brokerMs: 0,
          shareSeconds: 0,
          dollarSeconds: 0,
        },
      });
    }
    const isNaked = naked > 0n;
    const why = isNaked ? whyHindered(this.#scene, symbol) : null;
    const isAwaited = why === NEWS_ON_ITS_WAY;
    const isHeld = isNaked && this.#isHeldByOthers(book, paid);
    const isInReach = isAwaited || whyOutOfReach(this.#scene, symbol) === null;
    if (isAwaited) this.#awaited.add(symbol);
    this.#looks.set(symbol, {
      ...{ at: now, naked, price, isOpen, isInReach, book: standing },
      isHindered: isHeld || (why !== null && !isAwaited),
      isInBrokersHands: isAwaited || (isNaked && isInBrokersHands(this.#scene, book, paid)),
    });
  }

  /**
   * Whether each share that lacks a stop is under somebody else's, which the market left behind:
   * nobody but a person may take that one away.
   */
  #isHeldByOthers(book: Book, price: bigint): boolean {
    const others = book.orders.filter(
      (order) => !(isJumped(order, price) && this.#scene.books.isOurs(order)),
    );
    return coveredIn(exitGroupsOf({ ...book, orders: others })) >= magnitude(book.quantity);
  }

  /** To be called when anything has arrived: it may be the news that a symbol waits for. */
  hear(): void {
    if (this.#awaited.size === 0) return;
    const symbols = [...this.#awaited];
    this.#awaited.clear();
    for (const symbol of symbols) this.look(symbol);
  }

  #add(symbol: string, before: Look, now: number): void {
    const open = this.#open.get(symbol);
    if (open === undefined || !before.isOpen) return;
    const ms = now - before.at;
    if (this.#scene.lives.current === null) open.wasAlone = true;
    if (before.isHindered && ms > 0) open.wasHindered = true;
    if (!before.isInReach) {
      open.outOfReachMs += ms;
      return;
    }
    const shares = numberOf(before.naked);
    open.ms += ms;
    if (before.isInBrokersHands) open.brokerMs += ms;
    open.shareSeconds += (shares * ms) / 1_000;
    open.dollarSeconds += (shares * before.price * ms) / 1_000;
  }

  #close(symbol: string): void {
    const open = this.#open.get(symbol);
    if (open === undefined) return;
    this.#open.delete(symbol);
    const { since, shareSeconds, dollarSeconds, outOfReachMs } = open;
    this.#ended.push({
      symbol,
      since,
      seconds: open.ms / 1_000,
      secondsOutOfReach: outOfReachMs / 1_000,
      secondsOfBroker: open.brokerMs / 1_000,
      shareSeconds,
      dollarSeconds,
      wasHindered: open.wasHindered || open.wasAlone,
      cause: open.wasAlone ? 'crash' : open.cause,
      recipe: this.#scene.chronicle.lastRecipe(symbol) ?? 'none',
    });
  }

  #causeOf(book: Book, before: Look | null): NakedCause {
    if (before === null) return 'found_at_start';
    if (!before.isOpen) return 'session_open';
    if (before.book.quantity !== book.quantity) return this.#causeOfMove(book, before);
    const gone = before.book.orders.find(
      (order) => isStop(order) && !this.#stillStands(order, book),
    );
    const now = gone === undefined ? null : this.#scene.books.order(gone.id);
    switch (now?.status) {
      case 'pending_cancel':
      case 'canceled':
        return this.#scene.traffic.wasCancelled(now.id) ? 'cancel_submit' : this.#otherHand(now);
      case 'pending_replace':
      case 'replaced':
        return this.#scene.traffic.wasReplaced(now.id) ? 'replace' : 'stranger';
      case 'filled':
        return 'exit_fill';
      case 'new':
      case 'accepted':
      case 'partially_filled':
        return 'stop_jumped';
      default:
        return 'order_ended';
    }
  }

  #causeOfMove(book: Book, before: Look): NakedCause {
    switch (this.#scene.books.lastMove(book.symbol)?.cause) {
      case 'corporate_action':
        return 'corporate_action';
      case 'taken_back':
        return 'trade_correction';
      default:
        return magnitude(book.quantity) > magnitude(before.book.quantity)
          ? 'entry_fill'
          : 'exit_fill';
    }
  }

  #stillStands(order: Order, { orders }: Book): boolean {
    return orders.some(({ id, status }) => id === order.id && status === order.status);
  }

  /** Somebody cancelled it; or a group that we cancelled another order of took it along. */
  #otherHand({ parentId, legIds }: Order): NakedCause {
    const family = parentId === null ? legIds : [parentId];
    const siblings = parentId === null ? [] : (this.#scene.books.order(parentId)?.legIds ?? []);
    const isOurDoing = [...family, ...siblings].some((id) => this.#scene.traffic.wasCancelled(id));
    return isOurDoing ? 'cancel_submit' : 'stranger';
  }
}
