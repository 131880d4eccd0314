import { toNumber } from '../../src/paper-exchange/core/basics/decimal.ts';
import type { Order } from '../../src/paper-exchange/core/basics/types.ts';
import type { ExchangeCore } from '../../src/paper-exchange/core/exchange-core.ts';
import type { PaperExchange } from '../../src/paper-exchange/exchange.ts';
import { liveOrders } from '../account.ts';
import { FATES, type Fate, type Line } from './line.ts';

/** What a world, or any number of them, came to. */
export type Counts = {
  readonly ambiguousPosts: number;
  readonly fates: Readonly<Record<Fate, number>>;
  /** Orders that were to be there, each of them once. */
  readonly intended: number;
  readonly orders: number;
  /** Orders that do what another one was there to do. */
  readonly duplicates: number;
  /** Shares that had no stop in the end of a round, long after it was asked for. */
  readonly unprotected: number;
  /** Of those intended, in parts that their plan brought to its end. */
  readonly completed: number;
  /** Why plans were refused; a world ends with that. */
  readonly refusals: readonly string[];
  readonly simulatedMs: number;
};

/** Counts by the exchange's own books what was asked for and what is there. */
export class Counter {
  readonly #core: ExchangeCore;
  readonly #accountId: string;
  readonly #orders = new Map<string, Set<string>>();
  #intended = 0;
  #unprotected = 0;
  #completed = 0;
  readonly #refusals: string[] = [];

  constructor(core: ExchangeCore) {
    this.#core = core;
    this.#accountId = core.accountIds[0] ?? '';
    core.subscribe((event) => {
      if (event.kind === 'trade_update' && event.event === 'new') this.#note(event.order);
    });
  }

  count(outcome: string, steps: number): void {
    this.#intended += steps;
    if (outcome === 'completed') this.#completed += steps;
  }

  refused(because: string): void {
    this.#refusals.push(because);
  }

  /** Shares without a stop. */
  bare(): number {
    const stops = liveOrders(this.#core, this.#accountId);
    const covered = stops.reduce((sum, { qty }) => sum + (qty ?? 0n), 0n);
    const positions = this.#core.positions(this.#accountId);
    return toNumber(positions.reduce((sum, { qty }) => sum + qty, 0n) - covered);
  }

  endRound(): void {
    this.#unprotected += this.bare();
  }

  expireAll(run: PaperExchange['run']): void {
    for (const { id } of liveOrders(this.#core, this.#accountId)) {
      run({ do: 'venue', account: undefined, orderId: id, action: { kind: 'expire' } });
    }
  }

  counted({ fates, ambiguousPosts }: Line, simulatedMs: number): Counts {
    const sizes = [...this.#orders.values()].map((ids) => ids.size);
    const orders = sizes.reduce((sum, size) => sum + size, 0);
    return {
      ...{ ambiguousPosts, fates, intended: this.#intended, orders },
      ...{ duplicates: orders - sizes.length, unprotected: this.#unprotected },
      ...{ completed: this.#completed, refusals: this.#refusals, simulatedMs },
    };
  }

  /** No two steps of a symbol have the same stop price. */
  #note({ id, symbol, stopPrice }: Order): void {
    const meaning = `${symbol} ${stopPrice}`;
    const ids = this.#orders.get(meaning) ?? new Set();
    this.#orders.set(meaning, ids.add(id));
  }
}

/** Of many worlds together. */
export function together(all: readonly Counts[]): Counts {
  const sum = (of: (counts: Counts) => number) => all.reduce((rest, each) => rest + of(each), 0);
  const fates = Object.fromEntries(FATES.map((fate) => [fate, sum((each) => each.fates[fate])]));
  return {
    ambiguousPosts: sum((each) => each.ambiguousPosts),
    fates: fates as Record<Fate, number>,
    intended: sum((each) => each.intended),
    orders: sum((each) => each.orders),
    duplicates: sum((each) => each.duplicates),
    unprotected: sum((each) => each.unprotected),
    completed: sum((each) => each.completed),
    refusals: all.flatMap(({ refusals }) => refusals),
    simulatedMs: sum((each) => each.simulatedMs),
  };
}
