import { Draws } from './draws.ts';
import type { Scenario } from './scenario.ts';
import type { Stage } from './stage.ts';
import type { Supervisor } from './supervisor.ts';

const HOUR_MS = 3_600_000;
const WEEKEND_MS = 62 * HOUR_MS;

/** What befalls the process that guards, and the machine it runs on. */
export class ProcessScript {
  readonly #stage: Stage;
  readonly #supervisor: Supervisor;
  readonly #scenario: Scenario;
  readonly #draws: Draws;
  #isCalm = false;

  constructor(stage: Stage, scenario: Scenario, supervisor: Supervisor) {
    this.#stage = stage;
    this.#scenario = scenario;
    this.#supervisor = supervisor;
    this.#draws = new Draws(`${scenario.seed} machine`);
  }

  start(): void {
    const { troubles } = this.#scenario;
    const supervisor = this.#supervisor;
    this.#every(troubles.crashGapMs, () => supervisor.doom());
    this.#every(troubles.terminateGapMs, () => supervisor.terminate());
    this.#every(troubles.stallGapMs, () => {
      this.#stage.fire('P07');
      supervisor.freeze(this.#draws.between(500, 40_000));
    });
    this.#every(troubles.sleepGapMs, () => this.#sleep());
    this.#every(troubles.clockJumpGapMs, () => {
      this.#stage.fire('C01');
      const jumpMs = this.#draws.pick([HOUR_MS, -HOUR_MS, 31_000, -31_000, 1_500, 0]);
      supervisor.setClockWrongBy(jumpMs);
    });
  }

  calm(): void {
    this.#isCalm = true;
  }

  #sleep(): void {
    const isLong = this.#draws.chance(0.1);
    this.#stage.fire(isLong ? 'O10' : 'P05');
    this.#supervisor.freeze(isLong ? WEEKEND_MS : this.#draws.between(60_000, 2 * HOUR_MS));
  }

  #every(gapMs: number | null, happen: () => void): void {
    if (gapMs === null) return;
    this.#stage.clock.after(this.#draws.gapMs(gapMs), () => {
      if (this.#isCalm) return;
      happen();
      this.#every(gapMs, happen);
    });
  }
}
