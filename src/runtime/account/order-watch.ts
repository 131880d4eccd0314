import type { Order } from '../../domain/order.ts';
import type { Clock } from '../../ports/clock.ts';

type Wait = {
  /** The order as it is known now. */
  readonly find: () => Order | null;
  /** Reads the order from the broker into what `find` sees; never throws. */
  readonly look: () => Promise<void>;
  readonly until: (order: Order) => boolean;
  readonly timeoutMs: number;
  /** Time before each look; the last one repeats. */
  readonly delaysMs: readonly number[];
};

/**
 * Waits for orders to get somewhere: told by the stream, and by looking at bounded intervals
 * in case the stream is silent.
 */
export class OrderWatch {
  readonly #clock: Clock;
  readonly #waiting = new Set<() => void>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** To be called after any order has changed. */
  notify(): void {
    for (const check of [...this.#waiting]) check();
  }

  /** The order as soon as `until` holds for it; null when that took too long. */
  waitFor({ find, look, until, timeoutMs, delaysMs }: Wait): Promise<Order | null> {
    const known = find();
    if (known !== null && until(known)) return Promise.resolve(known);
    return new Promise((resolve) => {
      let cancelPoll = () => {};
      const finish = (order: Order | null) => {
        this.#waiting.delete(check);
        cancelPoll();
        cancelTimeout();
        resolve(order);
      };
      const check = () => {
        const order = find();
        if (order !== null && until(order)) finish(order);
      };
      const poll = (attempt: number) => {
        const delayMs = delaysMs[attempt] ?? delaysMs.at(-1) ?? timeoutMs;
        cancelPoll = this.#clock.after(delayMs, () => {
          void look().then(() => {
            if (this.#waiting.has(check)) poll(attempt + 1);
          });
        });
      };
      const cancelTimeout = this.#clock.after(timeoutMs, () => finish(null));
      this.#waiting.add(check);
      poll(0);
    });
  }
}
