import type { Book } from './books.ts';
import { cannotProtect } from './protectable.ts';
import type { Watch } from './rule.ts';
import type { Scene } from './scene.ts';

type Stretch = { ms: number; reachMs: number; excusedAt: number };

/**
 * For each symbol, how long something has lasted while it could have been put right: in a
 * regular session, with a living process that has the broker in reach.
 */
class UnguardedTime {
  readonly #scene: Scene;
  readonly #stretches = new Map<string, Stretch>();

  constructor(scene: Scene) {
    this.#scene = scene;
  }

  /** Milliseconds that count; 0 where it does not last, which ends it. */
  look(symbol: string, lasts: boolean): number {
    const { lives, now, isRegularSession } = this.#scene;
    const { reachMs } = lives;
    if (!lasts || !isRegularSession) {
      this.#stretches.delete(symbol);
      return 0;
    }
    const stretch = this.#stretches.get(symbol) ?? { ms: 0, reachMs, excusedAt: now };
    this.#stretches.set(symbol, stretch);
    if (cannotProtect(this.#scene, symbol) !== null) stretch.excusedAt = now;
    // Time in reach becomes known with the sign at its end, which may lie after an excuse.
    stretch.ms += Math.min(reachMs - stretch.reachMs, now - stretch.excusedAt);
    stretch.reachMs = reachMs;
    return stretch.ms;
  }
}

/** Looks for shares that something is wrong with for too long, and tells of each such stretch once. */
export function unguardedWatch(
  scene: Scene,
  {
    longestMs,
    sharesIn,
    onTooLong,
  }: {
    readonly longestMs: number;
    /** How many it is wrong with now; none or fewer when all is well. */
    readonly sharesIn: (book: Book) => bigint;
    readonly onTooLong: (symbol: string, shares: bigint, ms: number) => void;
  },
): Watch {
  const time = new UnguardedTime(scene);
  const told = new Set<string>();
  return {
    onBook(symbol) {
      const shares = sharesIn(scene.books.of(symbol));
      const ms = time.look(symbol, shares > 0n);
      if (ms <= longestMs) told.delete(symbol);
      else if (!told.has(symbol)) {
        told.add(symbol);
        onTooLong(symbol, shares, ms);
      }
    },
  };
}
