import { Draws } from './draws.ts';
import type { Scenario } from './scenario.ts';
import type { Stage } from './stage.ts';

const LONGEST_LIFE_MS = 40;

/** Ends every stop soon after it rests, so that another one is sent. */
export class Ender {
  readonly #stage: Stage;
  readonly #draws: Draws;
  #isCalm = false;

  constructor(stage: Stage, scenario: Scenario) {
    this.#stage = stage;
    this.#draws = new Draws(`${scenario.seed} ends`);
  }

  start(): void {
    const { clock, exchange } = this.#stage;
    exchange.core.subscribe((event) => {
      if (event.kind !== 'trade_update' || event.event !== 'new' || this.#isCalm) return;
      const orderId = event.order.id;
      clock.after(this.#draws.between(1, LONGEST_LIFE_MS), () => {
        if (this.#isCalm) return;
        exchange.run({ do: 'venue', orderId, action: { kind: 'expire' } });
      });
    });
  }

  calm(): void {
    this.#isCalm = true;
  }
}
