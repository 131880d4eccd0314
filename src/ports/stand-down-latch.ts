import type { StandDown } from '../domain/stand-down.ts';

/**
 * A person's word that BigBrother may not act on one account, on disk beside its journal: it
 * outlives restarts, and is asked before each plan. What cannot be read counts as said.
 */
export interface StandDownLatch {
  /** Null while BigBrother may act. */
  read(): StandDown | null;
  /** Durable when it returns. Said again, it keeps its beginning. @throws when it cannot be */
  latch(wanted: StandDown): StandDown;
  /** @throws when it cannot be made durable; it then holds on */
  lift(): void;
  /** Calls `listener` soon after something changed. The returned function ends it. */
  watch(listener: () => void): () => void;
}
