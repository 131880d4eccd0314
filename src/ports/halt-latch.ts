import type { Halt, HaltLift } from '../domain/halt.ts';

/**
 * The halt of one account, on disk beside its journal, so that every process sees it and no
 * restart forgets it. Synchronous, so that it can be asked in the instant before an order is
 * sent. Each level is latched by itself: whoever latches can only make it stricter.
 */
export interface HaltLatch {
  /**
   * The strictest halt that holds; null when there is none. What cannot be read counts as
   * latched.
   */
  read(): Halt | null;
  /**
   * Durable when it returns. Pressed again, a level keeps its beginning.
   *
   * @throws when it cannot be made durable; it holds in this process all the same
   */
  latch(halt: Omit<Halt, 'since'>): Halt;
  /** Notes that what `halt` asked for was done and seen to be done. */
  markVerified(halt: Halt): void;
  isVerified(halt: Halt): boolean;
  /** Ends every level. Only a person's word leads here. @throws when it cannot be made durable */
  lift(lift: HaltLift): void;
  /** How the last halt ended; null when none was ever lifted. */
  lastLift(): HaltLift | null;
  /** Calls `listener` soon after something changed. The returned function ends it. */
  watch(listener: () => void): () => void;
}
