import type { Ticker } from '../../domain/ids.ts';
import { type EpochMs, msBetween } from '../../domain/time.ts';
import type { Clock } from '../../ports/clock.ts';
import type { PortfolioStateManager } from './portfolio-state-manager.ts';

const SOON_MS = 2_000;
/** By then the broker's lag is over and was looked after once more: the rest is for the cycles. */
const LONGEST_LAG_MS = 10_000 + SOON_MS;

/**
 * Reads the account again soon after a reading that contradicts itself. Positions lag behind
 * orders for a second or three, and shares that nobody may act on meanwhile are bare.
 */
export class LookAgain {
  readonly #state: PortfolioStateManager;
  readonly #clock: Clock;
  readonly #since = new Map<Ticker | null, EpochMs>();
  /** Symbols whose contradiction something was heard of: once is enough for each. */
  readonly #hurried = new Set<Ticker>();
  #cancel: (() => void) | null = null;
  #stopped = false;

  constructor(parts: { readonly state: PortfolioStateManager; readonly clock: Clock }) {
    this.#state = parts.state;
    this.#clock = parts.clock;
    parts.state.onReading(() => this.#hear());
    parts.state.onChange((symbol) => this.#hurry(symbol));
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel?.();
  }

  #hear(): void {
    const now = this.#clock.now();
    const found = new Set(this.#state.snapshot()?.incoherences.map(({ symbol }) => symbol) ?? []);
    for (const symbol of this.#since.keys()) if (!found.has(symbol)) this.#forget(symbol);
    for (const symbol of found) if (!this.#since.has(symbol)) this.#since.set(symbol, now);
    const mayBeLag = [...this.#since.values()].some(
      (since) => msBetween(now, since) < LONGEST_LAG_MS,
    );
    if (!mayBeLag || this.#stopped || this.#cancel !== null) return;
    this.#cancel = this.#clock.after(SOON_MS, () => this.#look());
  }

  /** What was missing is here: the fill of shares that were seen before it, as a rule. */
  #hurry(symbol: Ticker): void {
    if (this.#stopped || !this.#since.has(symbol) || this.#hurried.has(symbol)) return;
    this.#hurried.add(symbol);
    this.#look();
  }

  #look(): void {
    this.#cancel?.();
    this.#cancel = null;
    void this.#state.updateFromAlpaca();
  }

  #forget(symbol: Ticker | null): void {
    this.#since.delete(symbol);
    if (symbol !== null) this.#hurried.delete(symbol);
  }
}
