import {
  HALT_LEVELS,
  type Halt,
  type HaltLevel,
  type HaltLift,
  strictestOf,
} from '../../domain/halt.ts';
import type { HaltLatch } from '../../ports/halt-latch.ts';

/** What is latched, for several latches that stand for processes of one machine. */
export class HaltMemory {
  readonly halts = new Map<HaltLevel, Halt>();
  verified: Halt | null = null;
  lift: HaltLift | null = null;
}

/**
 * A latch that outlives runtimes, but not its process: for accounts that do not either. It
 * calls its watchers for its own changes; those of others show when it is read.
 */
export class MemoryHaltLatch implements HaltLatch {
  readonly #memory: HaltMemory;
  readonly #listeners = new Set<() => void>();

  constructor(memory = new HaltMemory()) {
    this.#memory = memory;
  }

  read(): Halt | null {
    const { halts } = this.#memory;
    return HALT_LEVELS.reduce<Halt | null>((found, level) => halts.get(level) ?? found, null);
  }

  latch(wanted: Omit<Halt, 'since'>): Halt {
    const since = this.#memory.halts.get(wanted.level)?.since ?? wanted.pressedAt;
    const halt = { ...wanted, since };
    this.#memory.halts.set(wanted.level, halt);
    this.#tell();
    return strictestOf(halt, [...this.#memory.halts.values()]);
  }

  markVerified(halt: Halt): void {
    this.#memory.verified = halt;
    this.#tell();
  }

  isVerified({ level, pressedAt }: Halt): boolean {
    const { verified } = this.#memory;
    return verified?.level === level && verified.pressedAt === pressedAt;
  }

  lift(lift: HaltLift): void {
    this.#memory.lift = lift;
    this.#memory.halts.clear();
    this.#tell();
  }

  lastLift(): HaltLift | null {
    return this.#memory.lift;
  }

  watch(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}
