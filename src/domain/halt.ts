import type { Actor } from './event.ts';
import type { EpochMs } from './time.ts';

/**
 * How much is stopped, each level including the ones before it.
 *
 * entries: nothing that adds risk is sent; resting entries are canceled.
 * everything: no order is sent at all; what rests is canceled, but for stops that protect.
 * flatten: everything, and all that rests is canceled and every position closed.
 */
export type HaltLevel = 'entries' | 'everything' | 'flatten';

/** Mildest first. */
export const HALT_LEVELS: readonly HaltLevel[] = ['entries', 'everything', 'flatten'];

export const isStricter = (a: HaltLevel, b: HaltLevel): boolean =>
  HALT_LEVELS.indexOf(a) > HALT_LEVELS.indexOf(b);

/** A stop of trading that holds until a person lifts it. */
export type Halt = {
  readonly level: HaltLevel;
  /** When this level was first latched. */
  readonly since: EpochMs;
  /** When it was last asked for: what rests at the broker was to be cleared from then on. */
  readonly pressedAt: EpochMs;
  readonly actor: Actor;
  /** Who asked, in words: `klaus on the command line`. */
  readonly by: string;
  readonly because: string;
  /** True when orders that BigBrother did not place are canceled like its own. */
  readonly includesForeign: boolean;
};

/** How a halt ended: a person's act, written down before it takes effect. */
export type HaltLift = { readonly at: EpochMs; readonly by: string };

/** The strictest of one halt and others; of two that are as strict the first. */
export const strictestOf = (halt: Halt, others: readonly (Halt | null)[]): Halt =>
  others.reduce<Halt>(
    (strictest, other) =>
      other !== null && isStricter(other.level, strictest.level) ? other : strictest,
    halt,
  );
