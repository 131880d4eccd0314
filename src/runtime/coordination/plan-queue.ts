import type { Notional } from '../../domain/decimal.ts';
import type { Ticker } from '../../domain/ids.ts';
import type { Urgency } from '../../domain/policy.ts';

const URGENCIES: readonly Urgency[] = ['critical', 'high', 'normal'];

/** Why a symbol's plan is due, as far as it decides whose turn comes first. */
export type Claim = {
  /** Nothing is held, and an exit that fills opens a position: before anything else. */
  readonly isFlat: boolean;
  /** Something happened in the symbol: a fill, an order event. */
  readonly isNews: boolean;
  readonly urgency: Urgency;
  readonly nakedDollars: Notional;
  readonly steps: number;
};

/** Symbols that wait for their turn at the broker: orphans, then news first, then urgency, then dollars. */
export class PlanQueue {
  readonly #claims = new Map<Ticker, Claim>();

  get size(): number {
    return this.#claims.size;
  }

  /** Steps of all that wait: so many changes will be sent before the queue is empty. */
  steps(): number {
    return [...this.#claims.values()].reduce((sum, { steps }) => sum + steps, 0);
  }

  /** Joins, or stays with a new claim. */
  put(symbol: Ticker, claim: Claim): void {
    this.#claims.set(symbol, claim);
  }

  drop(symbol: Ticker): void {
    this.#claims.delete(symbol);
  }

  clear(): void {
    this.#claims.clear();
  }

  /** Takes out whose turn it is; among equals who came first. Null when nobody waits. */
  take(): Ticker | null {
    let first: readonly [Ticker, Claim] | null = null;
    for (const entry of this.#claims) {
      if (first === null || comesBefore(entry[1], first[1])) first = entry;
    }
    if (first === null) return null;
    this.#claims.delete(first[0]);
    return first[0];
  }
}

function comesBefore(a: Claim, b: Claim): boolean {
  if (a.isFlat !== b.isFlat) return a.isFlat;
  if (a.isNews !== b.isNews) return a.isNews;
  const urgency = URGENCIES.indexOf(a.urgency) - URGENCIES.indexOf(b.urgency);
  return urgency === 0 ? a.nakedDollars.gt(b.nakedDollars) : urgency < 0;
}
