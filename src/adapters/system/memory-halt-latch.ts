import { HALT_LEVELS, type Halt, type HaltLevel, type HaltLift } from '../../domain/halt.ts';
import type { HaltLatch } from '../../ports/halt-latch.ts';

/** A latch that outlives runtimes, but not its process: for accounts that do not either. */
export class MemoryHaltLatch implements HaltLatch {
  readonly #halts = new Map<HaltLevel, Halt>();
  readonly #listeners = new Set<() => void>();
  #verified: Halt | null = null;
  #lift: HaltLift | null = null;

  read(): Halt | null {
    if (this.#halts.size === 0) return null;
    const strictest = HALT_LEVELS.findLast((level) => this.#halts.has(level));
    return strictest === undefined ? null : (this.#halts.get(strictest) ?? null);
  }

  latch(wanted: Omit<Halt, 'since'>): Halt {
    const since = this.#halts.get(wanted.level)?.since ?? wanted.pressedAt;
    this.#halts.set(wanted.level, { ...wanted, since });
    this.#tell();
    return this.read() ?? { ...wanted, since };
  }

  markVerified(halt: Halt): void {
    this.#verified = halt;
    this.#tell();
  }

  isVerified({ level, pressedAt }: Halt): boolean {
    return this.#verified?.level === level && this.#verified.pressedAt === pressedAt;
  }

  lift(lift: HaltLift): void {
    this.#lift = lift;
    this.#halts.clear();
    this.#tell();
  }

  lastLift(): HaltLift | null {
    return this.#lift;
  }

  watch(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}
