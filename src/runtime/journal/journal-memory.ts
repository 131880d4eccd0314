import type { EventType, JournalRecord } from '../../domain/event.ts';
import { fieldAt } from '../../domain/record-body.ts';
import type { EventLogger } from './event-logger.ts';

/** As many records hold at least the last quarter of an hour, however busy it was. */
const RECENT_RECORDS = 20_000;
const STEPS: readonly EventType[] = ['step_intended', 'step_answered', 'step_observed'];

/** What a restart has to know of the journal; each list oldest first. */
export type JournalMemory = {
  /** What the steps, the plans and the adopted orders are rebuilt from. */
  readonly steps: readonly JournalRecord[];
  /** The beginning and the end of each episode, and the newest of those that are open. */
  readonly episodes: readonly JournalRecord[];
  /** False when there are older steps, which nothing that is still open depends on. */
  readonly isWhole: boolean;
};

/**
 * Reads out of a journal of any length what is still open: the steps of open episodes, steps
 * whose outcome is not known, and whatever happened lately.
 */
export function memoryOf(logger: EventLogger): JournalMemory {
  const lives = logger.recall(['episode_opened', 'episode_closed']);
  const recentAfter = recentAfterIn(logger);
  const kept = new Map<number, JournalRecord>();
  const keep = (records: readonly JournalRecord[]): void => {
    for (const record of records) kept.set(record.seq, record);
  };
  const lately: readonly EventType[] = [...STEPS, 'plan_spent', 'episode_closed'];
  keep(logger.recall(lately, { afterSeq: recentAfter }));
  keep(logger.recall(['orders_adopted']));
  const changes: JournalRecord[] = [];
  for (const { symbol, openedSeq, afterSeq } of openEpisodes(lives)) {
    const query = { types: ['episode_changed'] as const, symbol, afterSeq: openedSeq, limit: 1 };
    changes.push(...logger.getHistory(query).records);
    if (afterSeq < recentAfter) keep(logger.recall(STEPS, { symbol, afterSeq }));
  }
  return {
    steps: inOrder(kept.values()),
    episodes: inOrder([...lives, ...changes]),
    isWhole: recentAfter === 0,
  };
}

/** A journal that nobody signed yet says nothing of what is open: then all of it is read. */
function recentAfterIn(logger: EventLogger): number {
  const [checkpoint] = logger.getHistory({ types: ['checkpoint_signed'], limit: 1 }).records;
  if (checkpoint === undefined) return 0;
  const unsettledSince = fieldAt(checkpoint.body, 'unsettledSince');
  const open = typeof unsettledSince === 'number' ? unsettledSince - 1 : checkpoint.seq;
  return Math.max(0, Math.min(open, logger.length - RECENT_RECORDS));
}

/** Steps of an episode come after the end of the one before. */
function openEpisodes(lives: readonly JournalRecord[]) {
  const bySymbol = new Map<string, { openedSeq: number | null; closedSeq: number }>();
  for (const { symbol, seq, type } of lives) {
    if (symbol === null) continue;
    const closedSeq = bySymbol.get(symbol)?.closedSeq ?? 0;
    const isOpen = type === 'episode_opened';
    bySymbol.set(
      symbol,
      isOpen ? { openedSeq: seq, closedSeq } : { openedSeq: null, closedSeq: seq },
    );
  }
  return [...bySymbol].flatMap(([symbol, { openedSeq, closedSeq }]) =>
    openedSeq === null ? [] : [{ symbol, openedSeq, afterSeq: closedSeq }],
  );
}

const inOrder = (records: Iterable<JournalRecord>): readonly JournalRecord[] =>
  [...records].sort((left, right) => left.seq - right.seq);
