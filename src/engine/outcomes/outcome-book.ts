import type { Json } from '../../domain/canonical.ts';
import { price, quantity, sharesLeft, smaller, ZERO } from '../../domain/decimal.ts';
import type { JournalRecord } from '../../domain/event.ts';
import { isTerminal, type OrderStatus, type OrderType } from '../../domain/order.ts';
import { fieldAt, textAt } from '../../domain/record-body.ts';
import { exitSide } from '../../domain/side.ts';
import type { EpochMs } from '../../domain/time.ts';
import {
  amountAt,
  causeIn,
  type Life,
  lifeIn,
  priceAt,
  type Terms,
  termsIn,
} from './outcome-records.ts';
import { type Exit, type Outcome, outcomeOf, type PlanCause } from './outcomes.ts';

/** Looks up what a plan was made from that was proposed before the book was begun. */
export type CauseFinder = (planId: string, symbol: string) => PlanCause;

/** Plans of one symbol whose first step may still come. */
const MOST_PROPOSED = 20;

type Intended = {
  readonly planId: string;
  readonly terms: Terms;
  readonly purpose: string | null;
  readonly cause: PlanCause | null;
};

/** The extremes are known when the position was looked at after the fill, which follows at once. */
type PendingExit = Exit & { readonly isLookedAt: boolean };

type Traced = { -readonly [Name in keyof Terms]: Terms[Name] } & {
  readonly orderId: string;
  clientOrderId: string | null;
  parentId: string | null;
  hasEnded: boolean;
  /** What filled and was not measured yet. */
  exits: PendingExit[];
};

/** What is known of one symbol. */
type Page = {
  lives: Life[];
  decided: Pick<JournalRecord, 'seq' | 'body'> | null;
  readonly proposed: Map<string, PlanCause>;
  readonly intents: Map<string, Intended>;
  readonly orders: Map<string, Traced>;
};

/**
 * Follows positions and orders through the journal, and tells of each order that took shares
 * off a position what became of it: once it has ended, or the position has. Each share is
 * told of once, also where the book is filled anew from the journal.
 */
export class OutcomeBook {
  readonly #causeOf: CauseFinder;
  readonly #pages = new Map<string, Page>();

  constructor(causeOf: CauseFinder) {
    this.#causeOf = causeOf;
  }

  /** Takes in the next record. @returns what has come to an end with it */
  hear(record: JournalRecord): readonly Outcome[] {
    this.remember(record);
    return record.symbol === null ? [] : this.#due(record.symbol);
  }

  /** The same for a record of before a restart: what it ended is told of by `catchUp`. */
  remember(record: JournalRecord): void {
    // Not the body: it is read out of the record's text, which most records here can do without.
    const { type, symbol } = record;
    if (symbol === null) return;
    switch (type) {
      case 'episode_opened':
      case 'episode_changed':
      case 'episode_closed':
        this.#live(symbol, type, record.body);
        break;
      case 'decision_made':
        this.#pageOf(symbol).decided = record;
        break;
      case 'plan_proposed':
      case 'part_proposed':
        this.#propose(symbol, record);
        break;
      case 'step_intended':
        this.#intend(symbol, record);
        break;
      case 'step_answered':
      case 'step_observed':
      case 'order_update_received':
        this.#trace(symbol, record);
        break;
      case 'fill_received':
        this.#fill(symbol, record);
        break;
      case 'outcome_measured':
        this.#measured(symbol, record);
        break;
      default:
    }
  }

  /** What ended and was never told of, after the journal was heard. */
  catchUp(): readonly { readonly symbol: string; readonly outcome: Outcome }[] {
    return [...this.#pages.keys()].flatMap((symbol) =>
      this.#due(symbol).map((outcome) => ({ symbol, outcome })),
    );
  }

  #live(symbol: string, type: JournalRecord['type'], body: Json): void {
    const page = this.#pageOf(symbol);
    const life = lifeIn(body, type === 'episode_closed');
    if (life === null) return;
    const before = page.lives.at(-1);
    for (const order of page.orders.values()) order.exits = order.exits.map(lookedAt(life));
    if (before?.episodeId === life.episodeId) {
      // What is still held when it closes was sold by fills that are told of later.
      page.lives[page.lives.length - 1] = life.isOver ? { ...life, held: before.held } : life;
      return;
    }
    // A life before the last one, and what was sent for it, is of no more use.
    page.lives = [...page.lives.slice(-1), life];
    for (const [id, { hasEnded, exits }] of page.orders) {
      if (hasEnded && exits.length === 0) page.orders.delete(id);
    }
    const used = new Set([...page.orders.values()].map(({ clientOrderId }) => clientOrderId));
    if (before === undefined) return;
    for (const id of page.intents.keys()) if (!used.has(id)) page.intents.delete(id);
  }

  #propose(symbol: string, record: JournalRecord): void {
    const { planId } = record;
    if (planId === null) return;
    const { proposed, decided } = this.#pageOf(symbol);
    proposed.set(planId, causeIn(planId, record, decided));
    const [oldest] = proposed.keys();
    if (proposed.size > MOST_PROPOSED && oldest !== undefined) proposed.delete(oldest);
  }

  #intend(symbol: string, { planId, body }: JournalRecord): void {
    const id = textAt(body, 'clientOrderId');
    if (id === null || planId === null) return;
    const { intents, proposed } = this.#pageOf(symbol);
    const cause = proposed.get(planId) ?? null;
    const terms = termsIn(fieldAt(body, 'request') ?? null);
    intents.set(id, { planId, cause, terms, purpose: textAt(body, 'purpose') });
  }

  #trace(symbol: string, { orderId, body }: JournalRecord): void {
    if (orderId === null) return;
    const order = this.#orderOf(symbol, orderId);
    order.clientOrderId ??= textAt(body, 'clientOrderId');
    order.parentId ??= textAt(body, 'parentId');
    const type = textAt(body, 'orderType');
    if (type !== null) takeTerms(order, type, body);
    const status = textAt(body, 'status');
    if (status !== null && isTerminal(status as OrderStatus)) order.hasEnded = true;
  }

  #fill(symbol: string, record: JournalRecord): void {
    const { orderId, body, at } = record;
    const shares = amountAt(body, 'quantity');
    const paid = amountAt(body, 'price');
    if (orderId === null || shares === null || paid === null) return;
    this.#trace(symbol, record);
    const executedAt = fieldAt(body, 'executedAt');
    const filledAt = typeof executedAt === 'number' ? executedAt : at;
    const life = lifeOf(this.#pageOf(symbol).lives, textAt(body, 'side'), filledAt);
    if (life === undefined) return;
    const gone = smaller(quantity(shares), life.held);
    life.held = sharesLeft(life.held, gone);
    const { held: _, isOver: __, ...position } = life;
    const exit = { position, quantity: gone, price: price(paid), at: filledAt };
    this.#orderOf(symbol, orderId).exits.push({ ...exit, isLookedAt: life.isOver });
  }

  /** Shares that were told of before are not told of again. */
  #measured(symbol: string, { orderId, body }: JournalRecord): void {
    const told = amountAt(body, 'quantity');
    // Without an order it is of a decision that took no shares.
    if (orderId === null || told === null) return;
    const order = this.#orderOf(symbol, orderId);
    let left = quantity(told);
    order.exits = order.exits.flatMap((exit) => {
      const known = smaller(exit.quantity, left);
      left = sharesLeft(left, known);
      const rest = sharesLeft(exit.quantity, known);
      return rest.eq(ZERO) ? [] : [{ ...exit, quantity: rest }];
    });
  }

  #due(symbol: string): readonly Outcome[] {
    const page = this.#pageOf(symbol);
    const isFlat = page.lives.at(-1)?.isOver ?? true;
    const due: Outcome[] = [];
    // At every record, of all orders of the position, most of which have nothing to tell.
    for (const order of page.orders.values()) {
      const [first] = order.exits;
      if (first === undefined || !(order.hasEnded || isFlat)) continue;
      if (!order.exits.every(({ isLookedAt }) => isLookedAt)) continue;
      const exits = [first, ...order.exits.slice(1)] as const;
      order.exits = [];
      due.push(outcomeOf({ ...order, ...this.#originOf(symbol, order) }, exits));
    }
    return due;
  }

  /** A leg is sent with its parent, under the parent's id. */
  #originOf(symbol: string, { clientOrderId, parentId, type }: Traced) {
    const { intents, orders } = this.#pageOf(symbol);
    const parent = orders.get(parentId ?? '')?.clientOrderId ?? '';
    const own = intents.get(clientOrderId ?? '');
    const intent = own ?? intents.get(parent);
    if (intent === undefined) return { cause: null, purpose: null };
    const { planId, purpose } = intent;
    const cause = intent.cause ?? this.#causeOf(planId, symbol);
    // What was executed while nobody listened is told without the terms of its order.
    const terms = type === null && own !== undefined ? own.terms : {};
    return { cause, purpose, ...terms };
  }

  #pageOf(symbol: string): Page {
    const known = this.#pages.get(symbol);
    if (known !== undefined) return known;
    const page: Page = {
      ...{ lives: [], decided: null },
      ...{ proposed: new Map(), intents: new Map(), orders: new Map() },
    };
    this.#pages.set(symbol, page);
    return page;
  }

  #orderOf(symbol: string, orderId: string): Traced {
    const { orders } = this.#pageOf(symbol);
    const known = orders.get(orderId);
    if (known !== undefined) return known;
    const order: Traced = {
      orderId,
      ...{ clientOrderId: null, parentId: null, type: null, stopPrice: null, limitPrice: null },
      ...{ hasEnded: false, exits: [] },
    };
    orders.set(orderId, order);
    return order;
  }
}

/**
 * The life that shares went out of: one that is over although it is not known how, before the
 * one that goes on.
 */
function lifeOf(lives: readonly Life[], side: string | null, at: EpochMs): Life | undefined {
  return lives.find(
    (life, index) =>
      exitSide(life.side) === side &&
      life.held.gt(ZERO) &&
      (index === lives.length - 1 || at <= (lives.at(-1)?.openedAt ?? at)),
  );
}

const lookedAt =
  (life: Life) =>
  (exit: PendingExit): PendingExit => {
    if (exit.position.episodeId !== life.episodeId) return { ...exit, isLookedAt: true };
    const { bestPrice, worstPrice } = life;
    return { ...exit, position: { ...exit.position, bestPrice, worstPrice }, isLookedAt: true };
  };

function takeTerms(order: Traced, type: string, body: Json): void {
  order.type = type as OrderType;
  order.stopPrice = priceAt(body, 'stopPrice') ?? order.stopPrice;
  order.limitPrice = priceAt(body, 'limitPrice') ?? order.limitPrice;
}
