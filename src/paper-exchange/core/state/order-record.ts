import { type Decimal, ZERO } from '../basics/decimal.ts';
import type { Order, OrderStatus } from '../basics/types.ts';
import type { Account } from './account.ts';
import type { PriceLadder } from './price-ladder.ts';

/** One order through its life: the state the wire sees, and what only the exchange knows. */
export class OrderRecord {
  order: Order;
  readonly account: Account;
  /** Order of arrival; decides between equal prices. */
  readonly sequence: number;
  /** Order of submission; an order that waited for its session moves up when it gets there. */
  rank: number;
  /** Shares still to execute. An estimate for an order by notional. */
  remaining: Decimal;
  /** Dollars of the fills so far, the inherited ones included. */
  filledValue: Decimal = ZERO;
  /** At the venue, so that a price may execute or elect it. */
  working = false;
  /** A stop whose price has traded. */
  elected = false;
  /** Has waited in the book, so that what executes it takes from it. */
  hasRested = false;
  /** Taken off the ladders, to execute when its fill latency is over. */
  fillScheduled = false;
  /** Its place among the orders that wait for a price. */
  rung: { readonly ladder: PriceLadder; readonly price: Decimal } | null = null;
  /** What the order falls back to when its cancel or its replacement comes to nothing. */
  statusBefore: OrderStatus | null = null;
  /** The order that is to take this one's place, or has taken it. */
  successor: OrderRecord | null = null;
  /** The order whose place this one is to take, or has taken. */
  predecessor: OrderRecord | null = null;
  group: OrderGroup | null = null;
  /** Dollars of buying power per share still to execute; zero when the order closes. */
  marginPrice: Decimal = ZERO;
  /** Dollars of buying power it takes now. */
  reserved: Decimal = ZERO;

  constructor(order: Order, account: Account, sequence: number, remaining: Decimal) {
    this.order = order;
    this.account = account;
    this.sequence = sequence;
    this.rank = sequence;
    this.remaining = remaining;
  }

  get isOpen(): boolean {
    return !isTerminal(this.order.status);
  }

  get isStop(): boolean {
    return this.order.type !== 'market' && this.order.type !== 'limit';
  }

  get closes(): boolean {
    const intent = this.order.positionIntent;
    return intent === 'sell_to_close' || intent === 'buy_to_close';
  }
}

/** The orders that live and die together: a bracket, an OCO or an OTO. */
export type OrderGroup = {
  /** Null for an OCO, which has exits only. */
  entry: OrderRecord | null;
  /** Take-profit first. Exactly one of two may execute a share. */
  exits: OrderRecord[];
  /** Whether the exits own shares yet: from the start in an OCO, else once the entry is filled. */
  active: boolean;
};

export function isTerminal(status: OrderStatus): boolean {
  return (
    status === 'filled' ||
    status === 'canceled' ||
    status === 'expired' ||
    status === 'replaced' ||
    status === 'rejected'
  );
}
