import type { Running } from '../../compose.ts';
import type { PaperExchange } from '../../paper-exchange/exchange.ts';
import type { Clock } from '../../ports/clock.ts';

const LOOP_INTERVAL_MS = 10_000;

/**
 * Runs the loop's cycles where bars give it something to see, since years hold twenty million
 * intervals of ten seconds: after every price of a session, as late as the loop's next turn could.
 */
export class PrintPacer {
  readonly #running: Running;
  readonly #clock: Clock;
  #isDue = false;

  constructor(running: Running, clock: Clock) {
    this.#running = running;
    this.#clock = clock;
  }

  follow({ core, calendar }: PaperExchange): void {
    core.subscribe((event) => {
      if (event.kind !== 'trade' || calendar.sessionAt(event.at) !== 'regular') return;
      if (this.#isDue) return;
      this.#isDue = true;
      this.#clock.after(LOOP_INTERVAL_MS, () => {
        this.#isDue = false;
        void this.#running.orchestrator.runCycle();
      });
    });
  }
}
