import { type Mode, stricterMode } from '../../domain/environment.ts';
import type { PlanId } from '../../domain/ids.ts';
import type { StandDown } from '../../domain/stand-down.ts';
import type { StandDownLatch } from '../../ports/stand-down-latch.ts';

/**
 * How far BigBrother goes in this instant: as far as the settings say, and no further than to
 * observe once a person has taken the account back. Asked before each plan, never remembered.
 */
export class ModeGate {
  readonly #fromSettings: () => Mode;
  readonly #latch: StandDownLatch | null;
  readonly #byPerson = new Set<PlanId>();

  constructor(parts: { readonly fromSettings: () => Mode; readonly latch: StandDownLatch | null }) {
    this.#fromSettings = parts.fromSettings;
    this.#latch = parts.latch;
  }

  mode(): Mode {
    const isDown = this.standDown() !== null;
    return stricterMode(this.#fromSettings(), isDown ? 'observe' : 'execute');
  }

  /** Since when and by whom BigBrother is told to stand down; null while it is not. */
  standDown(): StandDown | null {
    return this.#latch?.read() ?? null;
  }

  /** A person wants exactly this plan, whatever the mode: the last stops before the hand-over. */
  letThrough(planId: PlanId): void {
    this.#byPerson.add(planId);
  }

  isWantedByPerson(planId: PlanId): boolean {
    return this.#byPerson.has(planId);
  }
}
