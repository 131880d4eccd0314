import type { Clock } from '../../ports/clock.ts';
import { decimal } from '../core/basics/decimal.ts';
import { type Publication, publicationsOf } from './data-messages.ts';

const SYMBOL = 'FAKEPACA';
const EVERY_MS = 1_000;
const HALF_SPREAD = decimal('0.01');

/** The test feed: one made-up name whose quotes and trades come day and night. */
export class TestTicker {
  readonly #clock: Clock;
  readonly #publish: (publication: Publication) => void;
  #cancel: (() => void) | null = null;
  #tick = 0;

  constructor(clock: Clock, publish: (publication: Publication) => void) {
    this.#clock = clock;
    this.#publish = publish;
  }

  start(): void {
    this.#cancel ??= this.#clock.after(EVERY_MS, () => this.#run());
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = null;
  }

  #run(): void {
    this.#tick += 1;
    const at = this.#clock.now();
    // Up and down by a few cents, so that a client sees prices change.
    const price = decimal(`133.${String(50 + (this.#tick % 7)).padStart(2, '0')}`);
    const [bidPrice, askPrice] = [price - HALF_SPREAD, price + HALF_SPREAD];
    const quote = { symbol: SYMBOL, at, bidPrice, askPrice, bidSize: 100, askSize: 100 };
    const trade = { symbol: SYMBOL, at, price, size: 100, id: this.#tick };
    const events = [
      { kind: 'quote', at, quote },
      { kind: 'trade', at, trade },
    ] as const;
    for (const event of events) {
      for (const publication of publicationsOf(event)) this.#publish(publication);
    }
    this.#cancel = null;
    this.start();
  }
}
