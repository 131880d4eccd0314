import type { StandDown } from '../../domain/stand-down.ts';
import type { StandDownLatch } from '../../ports/stand-down-latch.ts';

/** For accounts that do not outlive their process. */
export class MemoryStandDown implements StandDownLatch {
  #standDown: StandDown | null = null;

  read(): StandDown | null {
    return this.#standDown;
  }

  latch(wanted: StandDown): StandDown {
    this.#standDown ??= wanted;
    return this.#standDown;
  }

  lift(): void {
    this.#standDown = null;
  }
}
