import type { StandDown } from '../../domain/stand-down.ts';
import type { StandDownLatch } from '../../ports/stand-down-latch.ts';

/** For accounts that do not outlive their process. */
export class MemoryStandDown implements StandDownLatch {
  #standDown: StandDown | null = null;
  readonly #listeners = new Set<() => void>();

  read(): StandDown | null {
    return this.#standDown;
  }

  latch(wanted: StandDown): StandDown {
    const standDown = this.#standDown ?? wanted;
    this.#standDown = standDown;
    this.#tell();
    return standDown;
  }

  lift(): void {
    this.#standDown = null;
    this.#tell();
  }

  watch(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}
