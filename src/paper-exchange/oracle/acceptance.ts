import { freePower } from './account-rules.ts';
import { type Amount, most, product, sizeOf, textOf } from './amounts.ts';
import type { Booked } from './ledger.ts';
import type { Orders } from './orders.ts';
import type { Reads } from './reads.ts';
import type { Judge } from './rules.ts';
import { type AccountView, closes, type OrderView } from './views.ts';

const CENT: Amount = 10n ** 16n;

/** The account before and after what has just been accepted and executed. */
export type Step = {
  readonly before: AccountView;
  readonly after: AccountView;
  readonly fresh: readonly OrderView[];
  readonly executions: readonly Booked[];
  readonly lastSales: ReadonlyMap<string, Amount>;
};

/** What the account must be able to do when it is given new orders. */
export class AcceptanceRules {
  readonly #reads: Reads;
  readonly #orders: Orders;
  readonly #judge: Judge;

  constructor(reads: Reads, orders: Orders, judge: Judge) {
    this.#reads = reads;
    this.#orders = orders;
    this.#judge = judge;
  }

  check(step: Step): void {
    const { before, after, fresh } = step;
    const free = freePower(after, this.#orders.open(), (order) =>
      this.#orders.executedByChain(order),
    );
    const isShown = after.buyingPower <= CENT + most(free, 0n);
    const both = () => `${textOf(after.buyingPower)} are shown, and ${textOf(free)} are left`;
    this.#judge.expect('shownBuyingPower', isShown, both);
    const opening = fresh.filter((order) => !closes(order) && order.replaces === null);
    for (const order of opening) this.#checkShort(order, before, after);
    if (before.multiplier === after.multiplier) this.#checkPaid(opening, free, step);
  }

  #checkShort({ id, intent, symbol }: OrderView, before: AccountView, after: AccountView): void {
    if (intent !== 'sell_to_open') return;
    const mayShort =
      (before.shortingEnabled || after.shortingEnabled) &&
      !this.#reads.forbidsShorts() &&
      this.#reads.isShortable(symbol);
    this.#judge.expect('short', mayShort, () => `order ${id} sells ${symbol} short`);
  }

  #checkPaid(opening: readonly OrderView[], free: Amount, step: Step): void {
    const [first] = opening;
    if (first === undefined || opening.every(({ status }) => status === 'accepted')) return;
    // What executes away from the last sale is valued at it: that takes equity, and margin too.
    const slip = step.executions.reduce((sum, { fill }) => {
      const sale = step.lastSales.get(fill.symbol) ?? fill.price;
      return sum + product(fill.qty, sizeOf(fill.price - sale));
    }, 0n);
    const isPaid = free >= -slip * (1n + BigInt(step.before.multiplier));
    const said = () => `${first.id} was accepted, and left ${textOf(free)}`;
    this.#judge.expect('buyingPower', isPaid, said);
  }
}
