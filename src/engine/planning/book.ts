import type { Quantity } from '../../domain/decimal.ts';
import { NO_SHARES, quantity, sharesLeft } from '../../domain/decimal.ts';
import type { ClientOrderId } from '../../domain/ids.ts';
import { orderId } from '../../domain/ids.ts';
import type { Order, OrderRequest } from '../../domain/order.ts';
import { isTerminal } from '../../domain/order.ts';
import type { Cover, Position, PositionContext } from '../../domain/portfolio.ts';
import { coverOf } from '../account/cover.ts';
import { groupsOf } from '../account/groups.ts';
import type { Draft } from './candidate.ts';

/** A little model of one symbol at the broker: what is held, which orders live, who holds shares. */
export class Book {
  readonly position: Position;
  readonly orders: readonly Order[];
  // Rules, estimates and comparisons all ask for it. Not in a WeakMap: the thousands of books of
  // one plan over many symbols would outlive it by two collections of garbage.
  #cover: Cover | null = null;

  constructor(position: Position, orders: readonly Order[]) {
    this.position = position;
    this.orders = orders;
  }

  /** Worked out once. */
  get cover(): Cover {
    this.#cover ??= coverOf(this.position, this.orders);
    return this.#cover;
  }
}

let latest: { readonly context: PositionContext; readonly book: Book } | null = null;

/** The book now: every candidate begins with it, one after the other for the same context. */
export function bookOf(context: PositionContext): Book {
  if (latest?.context !== context) {
    const position = { ...context.position, currentPrice: context.price };
    const orders = context.orders.filter(({ status }) => !isTerminal(status));
    latest = { context, book: new Book(position, orders) };
  }
  return latest.book;
}

/** The book now and after each draft, each confirmed before the next. */
export function booksAlong(drafts: readonly Draft[], context: PositionContext): readonly Book[] {
  let book = bookOf(context);
  return [
    book,
    ...drafts.map((draft, index) => {
      book = afterDraft(book, draft, index);
      return book;
    }),
  ];
}

/** Shares that no live exit holds. */
export const freeShares = (book: Book): Quantity =>
  sharesLeft(book.position.quantity, book.cover.exitQuantity);

/** The book once the step is confirmed; it is not asked here whether the broker would take it. */
function afterDraft(book: Book, draft: Draft, index: number): Book {
  switch (draft.kind) {
    case 'submit':
      return draft.until === 'filled'
        ? withoutShares(book, draft.order.quantity)
        : new Book(book.position, [...book.orders, ...placed(draft.order, index)]);
    case 'replace':
      return new Book(
        book.position,
        book.orders.map((order) => (order.id === draft.before.id ? replaced(order, draft) : order)),
      );
    case 'cancel':
      return new Book(book.position, withoutGroup(book.orders, draft.before));
  }
}

const withoutShares = ({ position, orders }: Book, sold: Quantity): Book =>
  new Book({ ...position, quantity: sharesLeft(position.quantity, sold) }, orders);

/** Canceling any member of a bracket or OCO cancels its fellows too. */
function withoutGroup(orders: readonly Order[], canceled: Order): readonly Order[] {
  const group = groupsOf(orders).find((each) => each.orders.some(({ id }) => id === canceled.id));
  return orders.filter((order) => !group?.orders.includes(order));
}

function replaced(order: Order, { change }: Extract<Draft, { kind: 'replace' }>): Order {
  return {
    ...order,
    quantity: change.quantity ?? order.quantity,
    limitPrice: change.limitPrice ?? order.limitPrice,
    stopPrice: change.stopPrice ?? order.stopPrice,
  };
}

/** The order, and for an OCO the stop leg beside its take-profit. */
function placed(request: OrderRequest, index: number): readonly Order[] {
  const order = placedOrder(request, `planned-${index}`);
  const { stopLoss, takeProfitLimitPrice } = request;
  if (request.orderClass !== 'oco' || stopLoss === null) return [order];
  const leg = placedOrder(request, `planned-${index}-stop`);
  return [
    { ...order, limitPrice: takeProfitLimitPrice },
    {
      ...leg,
      type: stopLoss.limitPrice === null ? 'stop' : 'stop_limit',
      stopPrice: stopLoss.stopPrice,
      limitPrice: stopLoss.limitPrice,
      status: 'held',
      parentId: order.id,
    },
  ];
}

function placedOrder(request: OrderRequest, id: string): Order {
  return {
    id: orderId(id),
    clientOrderId: `bb1-${id}` as ClientOrderId,
    symbol: request.symbol,
    side: request.side,
    type: request.type,
    orderClass: request.orderClass,
    timeInForce: request.timeInForce,
    positionIntent: request.positionIntent,
    quantity: quantity(request.quantity),
    filledQuantity: NO_SHARES,
    filledAveragePrice: null,
    limitPrice: request.limitPrice,
    stopPrice: request.stopPrice,
    status: 'new',
    extendedHours: false,
    createdAt: 0,
    updatedAt: 0,
    expiresAt: null,
    replaces: null,
    replacedBy: null,
    parentId: null,
  };
}
