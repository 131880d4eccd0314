import { liveOrders } from './account.ts';
import { Draws } from './draws.ts';
import type { Scenario } from './scenario.ts';
import type { Stage } from './stage.ts';

const SHORTEST_LIFE_MS = 50;
const LONGEST_LIFE_MS = 400;

/** Ends every order soon after it rests, all in one instant, so that all are sent anew. */
export class Ender {
  readonly #stage: Stage;
  readonly #draws: Draws;
  #isCalm = false;

  constructor(stage: Stage, scenario: Scenario) {
    this.#stage = stage;
    this.#draws = new Draws(`${scenario.seed} ends`);
  }

  start(): void {
    const { clock, exchange, accountId } = this.#stage;
    clock.after(this.#draws.between(SHORTEST_LIFE_MS, LONGEST_LIFE_MS), () => {
      if (this.#isCalm) return;
      for (const { id, status } of liveOrders(exchange.core, accountId)) {
        // A leg ends with the order that holds it.
        if (status === 'new')
          exchange.run({ do: 'venue', orderId: id, action: { kind: 'expire' } });
      }
      this.start();
    });
  }

  calm(): void {
    this.#isCalm = true;
  }
}
