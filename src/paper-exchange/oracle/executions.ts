import { type Amount, textOf } from './amounts.ts';
import type { Booked } from './ledger.ts';
import type { Orders } from './orders.ts';
import type { Reads } from './reads.ts';
import type { Judge } from './rules.ts';
import type { OrderView } from './views.ts';

const CENT: Amount = 10n ** 16n;
/** A collar may be rounded to the cent. */
const HALF_CENT: Amount = CENT / 2n;
const FIFTY_DOLLARS: Amount = 50n * 10n ** 18n;

/** What an execution owes the order that it is of, and the hour. */
export class ExecutionRules {
  readonly #reads: Reads;
  readonly #orders: Orders;
  readonly #judge: Judge;
  #nextClose: number;

  constructor(reads: Reads, orders: Orders, judge: Judge) {
    this.#reads = reads;
    this.#orders = orders;
    this.#judge = judge;
    this.#nextClose = reads.clock().nextClose;
  }

  /** `areNow` is false where the executions may be older than the clock that is read. */
  check(executions: readonly Booked[], areNow: boolean): void {
    if (executions.length === 0) return;
    const { isOpen, nextClose } = this.#reads.clock();
    const lastClose = this.#nextClose;
    this.#nextClose = nextClose;
    for (const { fill, positionAfter } of executions) {
      const order = this.#orders.get(fill.orderId);
      if (order === undefined) continue;
      const isShort = positionAfter < 0n && fill.side === 'sell';
      const mayShort = !isShort || order.intent === 'sell_to_open';
      const left = () => `${order.id} was to ${order.intent}, and left ${textOf(positionAfter)}`;
      this.#judge.expect('short', mayShort, left);
      checkLimit(order, fill.price, this.#judge);
      const isDuring = isOpen || !areNow || fill.at === lastClose || this.#isOutside(order);
      this.#judge.expect('session', isDuring, () => `order ${order.id} executed after hours`);
    }
  }

  /** Coins trade at any hour, the closing auction after it, and some orders in extended hours. */
  #isOutside({ extendedHours, timeInForce, symbol }: OrderView): boolean {
    if (timeInForce === 'cls' || symbol.includes('/')) return true;
    return extendedHours && this.#reads.tradesAnywhere();
  }
}

/** A buy stop works as a stop-limit, 4 % above its stop below 50 dollars and else 2.5 %. */
function checkLimit(order: OrderView, price: Amount, judge: Judge): void {
  const { id, side, type, stopPrice } = order;
  const collar =
    type === 'stop' && side === 'buy' && stopPrice !== null
      ? (stopPrice * (stopPrice < FIFTY_DOLLARS ? 1040n : 1025n)) / 1000n + HALF_CENT
      : null;
  const limit = order.limitPrice ?? collar;
  if (limit === null) return;
  const fits = side === 'buy' ? price <= limit : price >= limit;
  const said = () => `order ${id} to ${side} at ${textOf(limit)} executed at ${textOf(price)}`;
  judge.expect('limit', fits, said);
}
