import { toNumber } from '../src/paper-exchange/core/basics/decimal.ts';
import { commandSchema } from '../src/paper-exchange/protocol/command.ts';
import { liveOrders } from './account.ts';
import { Draws } from './draws.ts';
import { ANOTHERS_PREFIX } from './invariants/anothers.ts';
import type { Scenario } from './scenario.ts';
import type { Stage } from './stage.ts';
import type { Supervisor } from './supervisor.ts';

/** How often a person looks whether he is asked to adopt what another machine left. */
const PERSON_LOOKS_MS = 5_000;
const TIGHTER = 1.002;

/**
 * A BigBrother on another machine, with the same keys: it moves a stop under an id of its own, as
 * long as that guards shares.
 * A person ends it at last and tells this one to go on.
 */
export class SecondMachine {
  readonly #stage: Stage;
  readonly #scenario: Scenario;
  readonly #supervisor: Supervisor;
  readonly #draws: Draws;
  #moves = 0;
  #isCalm = false;

  constructor(stage: Stage, scenario: Scenario, supervisor: Supervisor) {
    this.#stage = stage;
    this.#scenario = scenario;
    this.#supervisor = supervisor;
    this.#draws = new Draws(`${scenario.seed} second machine at work`);
  }

  start(): void {
    const { secondMachineGapMs } = this.#scenario.troubles;
    if (secondMachineGapMs === null) return;
    this.#next(secondMachineGapMs);
    this.#askPerson();
  }

  /** It is gone; what it left is adopted as soon as it is seen. */
  calm(): void {
    this.#isCalm = true;
  }

  #next(gapMs: number): void {
    this.#stage.clock.after(this.#draws.gapMs(gapMs), () => {
      if (this.#isCalm) return;
      this.#move();
      this.#next(gapMs);
    });
  }

  #move(): void {
    const { exchange, accountId, clock } = this.#stage;
    const stops = liveOrders(exchange.core, accountId).filter(
      ({ side, stopPrice, status, positionIntent }) =>
        side === 'sell' &&
        stopPrice !== null &&
        status === 'new' &&
        positionIntent !== 'sell_to_open',
    );
    const stop = this.#draws.any(stops);
    if (stop === undefined || stop.stopPrice === null) return;
    const stopPrice = (toNumber(stop.stopPrice) * TIGHTER).toFixed(2);
    this.#moves += 1;
    const clientOrderId = `${ANOTHERS_PREFIX}-${this.#moves}`;
    const body = { stop_price: stopPrice, client_order_id: clientOrderId };
    const command = commandSchema.parse({ do: 'replace', orderId: stop.id, body });
    if (!exchange.run(command).ok) return;
    this.#stage.observe({ kind: 'stranger_acted', at: clock.now(), what: JSON.stringify(body) });
    this.#stage.fire('P06');
  }

  #askPerson(): void {
    this.#stage.clock.after(PERSON_LOOKS_MS, () => {
      const guard = this.#supervisor.guard;
      if (guard !== null && (this.#isCalm || this.#draws.chance(0.3))) {
        guard.life.enter(() => this.#adopt(guard.runtime));
      }
      this.#askPerson();
    });
  }

  /** What cannot be written down is not adopted; the process is about to be started anew then. */
  #adopt({ strangers, logger }: NonNullable<Supervisor['guard']>['runtime']): void {
    try {
      strangers.adopt('the operator');
    } catch (error) {
      if (logger.brokenBecause === null) throw error;
    }
  }
}
