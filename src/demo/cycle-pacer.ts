import type { Running } from '../compose.ts';
import { price } from '../domain/decimal.ts';
import { ticker } from '../domain/ids.ts';
import { isTriggered } from '../domain/order.ts';
import { formatDecimal } from '../paper-exchange/core/basics/decimal.ts';
import type { Trade } from '../paper-exchange/core/basics/types.ts';
import type { PaperExchange } from '../paper-exchange/exchange.ts';
import type { Clock } from '../ports/clock.ts';

const LOOP_INTERVAL_MS = 10_000;

/**
 * Runs the loop's cycles where recorded bars give it something to see, since years hold
 * twenty million intervals of ten seconds: after the first price of a session, after every bar, and
 * after every price that went through a resting stop. Each comes as late as the loop's next
 * turn could.
 */
export class CyclePacer {
  readonly #running: Running;
  readonly #clock: Clock;
  #isDue = false;
  #date = '';

  constructor(running: Running, clock: Clock) {
    this.#running = running;
    this.#clock = clock;
  }

  follow({ core, calendar }: PaperExchange): void {
    core.subscribe((event) => {
      if (event.kind === 'bar') this.#schedule();
      if (event.kind !== 'trade' || calendar.sessionAt(event.at) !== 'regular') return;
      const date = calendar.dateOf(event.at);
      if (date !== this.#date || this.#passedStop(event.trade)) this.#schedule();
      this.#date = date;
    });
  }

  #passedStop({ symbol, price: paid }: Trade): boolean {
    const context = this.#running.bigBrother.contextFor(ticker(symbol));
    const at = price(formatDecimal(paid));
    return context?.cover.stops.some((stop) => isTriggered(stop, at)) ?? false;
  }

  #schedule(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    this.#clock.after(LOOP_INTERVAL_MS, () => {
      this.#isDue = false;
      void this.#running.orchestrator.runCycle();
    });
  }
}
