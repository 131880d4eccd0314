import { Mutex } from 'async-mutex';
import type { Ticker } from '../../domain/ids.ts';
import type { Clock } from '../../ports/clock.ts';

/** One lock for each symbol: at most one plan at a time changes what stands there. */
export class SymbolLocks {
  readonly #clock: Clock;
  readonly #locks = new Map<Ticker, Mutex>();
  readonly #account = new Mutex();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  isBusy(symbol: Ticker): boolean {
    return this.#locks.get(symbol)?.isLocked() ?? false;
  }

  /**
   * Takes all locks, in sorted order so that two plans over the same symbols cannot wait for
   * each other, or none when that takes longer than `timeoutMs`.
   *
   * @returns how to give back each symbol's lock; or the symbol that stayed busy
   */
  async acquire(
    symbols: readonly Ticker[],
    timeoutMs: number,
  ): Promise<
    | { readonly outcome: 'acquired'; readonly release: ReadonlyMap<Ticker, () => void> }
    | { readonly outcome: 'busy'; readonly symbol: Ticker }
  > {
    const release = new Map<Ticker, () => void>();
    for (const symbol of [...new Set(symbols)].sort()) {
      const giveBack = await this.#acquireOne(symbol, timeoutMs);
      if (giveBack === null) {
        for (const giveBackEarlier of release.values()) giveBackEarlier();
        return { outcome: 'busy', symbol };
      }
      release.set(symbol, giveBack);
    }
    return { outcome: 'acquired', release };
  }

  /**
   * Takes the lock of the account, which everything takes that opens something, before the locks
   * of its symbols: two entries at once would each find the limits free that only one may use.
   *
   * @returns how to give it back; null where that takes longer than `timeoutMs`
   */
  acquireAccount(timeoutMs: number): Promise<(() => void) | null> {
    return this.#take(this.#account, timeoutMs);
  }

  #acquireOne(symbol: Ticker, timeoutMs: number): Promise<(() => void) | null> {
    return this.#take(this.#lockOf(symbol), timeoutMs);
  }

  #take(lock: Mutex, timeoutMs: number): Promise<(() => void) | null> {
    return new Promise((resolve) => {
      let over = false;
      const cancelTimer = this.#clock.after(timeoutMs, () => {
        over = true;
        resolve(null);
      });
      void lock.acquire().then((giveBack) => {
        cancelTimer();
        if (over) giveBack();
        else resolve(giveBack);
      });
    });
  }

  #lockOf(symbol: Ticker): Mutex {
    const known = this.#locks.get(symbol);
    if (known !== undefined) return known;
    const lock = new Mutex();
    this.#locks.set(symbol, lock);
    return lock;
  }
}
