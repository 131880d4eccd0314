import type { Book } from './books.ts';
import { cannotProtect } from './protectable.ts';
import type { Watch } from './rule.ts';
import type { Scene } from './scene.ts';

type Stretch = { ms: number; reachMs: number; excusedAt: number };

/**
 * For each symbol, how long something has lasted while it could have been put right: by a living
 * process that has the broker in reach.
 */
export class CountedTime {
  readonly #scene: Scene;
  readonly #stretches = new Map<string, Stretch>();

  constructor(scene: Scene) {
    this.#scene = scene;
  }

  /** Milliseconds that count; 0 where it does not last, which ends it. */
  look(symbol: string, lasts: boolean): number {
    const { lives, now } = this.#scene;
    const { reachMs } = lives;
    if (!lasts) {
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

/**
 * Looks for shares that something is wrong with for too long in a regular session, and tells of
 * each such stretch once.
 */
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
  const time = new CountedTime(scene);
  const told = new Set<string>();
  return {
    onBook(symbol) {
      const shares = sharesIn(scene.books.of(symbol));
      const ms = time.look(symbol, shares > 0n && scene.isRegularSession);
      if (ms <= longestMs) told.delete(symbol);
      else if (!told.has(symbol)) {
        told.add(symbol);
        onTooLong(symbol, shares, ms);
      }
    },
  };
}
