import { type Json, toJson } from '../../domain/canonical.ts';
import type { EventType, JournalRecord } from '../../domain/event.ts';
import { fieldOf } from '../../domain/record-body.ts';
import { OutcomeBook } from '../../engine/outcomes/outcome-book.ts';
import { causeIn } from '../../engine/outcomes/outcome-records.ts';
import type { Outcome, PlanCause } from '../../engine/outcomes/outcomes.ts';
import { type UnfilledOutcome, UnfilledPlans } from '../../engine/outcomes/unfilled-plans.ts';
import type { EventLogger } from '../journal/event-logger.ts';

/** What an outcome is measured from, besides decisions and plans, which are looked up. */
const FOLLOWED: readonly EventType[] = [
  'episode_opened',
  'episode_changed',
  'episode_closed',
  'step_intended',
  'step_answered',
  'step_observed',
  'fill_received',
  'outcome_measured',
];
/** A position that closed so many records ago has its outcomes in the journal for long. */
const LATELY_RECORDS = 20_000;

/**
 * Writes down what became of each decision: where its order took shares off a position, as soon
 * as the order or the position has ended, after a restart also what the end of a process cut off;
 * the others when their position is gone, as far as this process saw them.
 */
export class OutcomeKeeper {
  readonly #logger: EventLogger;
  readonly #book: OutcomeBook;
  readonly #unfilled = new UnfilledPlans();

  constructor(logger: EventLogger) {
    this.#logger = logger;
    this.#book = new OutcomeBook((planId, symbol) => this.#causeOf(planId, symbol));
  }

  /**
   * Takes up where the journal left off, and follows it from here on.
   *
   * @param lives the beginning and the end of every episode, oldest first
   */
  begin(lives: readonly JournalRecord[]): void {
    for (const { symbol, afterSeq } of this.#unfinished(lives)) {
      for (const record of this.#logger.recall(FOLLOWED, { symbol, afterSeq })) {
        this.#book.remember(record);
      }
    }
    for (const { symbol, outcome } of this.#book.catchUp()) {
      this.#write(symbol, outcome, outcome.orderId);
    }
    this.#logger.onRecord((whole, body) => {
      // What was measured here was told of when it was.
      if (whole.type === 'outcome_measured' || whole.symbol === null) return;
      const { symbol } = whole;
      const record = inBrief(whole, body);
      for (const outcome of this.#book.hear(record)) {
        this.#unfilled.filled(symbol, outcome.planId);
        this.#write(symbol, outcome, outcome.orderId);
      }
      for (const outcome of this.#unfilled.hear(record)) this.#write(symbol, outcome, null);
    });
  }

  /** The last life of each symbol, unless it ended long ago. */
  #unfinished(lives: readonly JournalRecord[]) {
    const last = new Map<string, { readonly afterSeq: number; readonly seq: number }>();
    for (const { symbol, seq, type } of lives) {
      if (symbol === null) continue;
      const afterSeq = type === 'episode_opened' ? seq - 1 : (last.get(symbol)?.afterSeq ?? seq);
      last.set(symbol, { afterSeq, seq: type === 'episode_closed' ? seq : Infinity });
    }
    return [...last].flatMap(([symbol, { afterSeq, seq }]) =>
      seq > this.#logger.length - LATELY_RECORDS ? [{ symbol, afterSeq }] : [],
    );
  }

  #write(symbol: string, outcome: Outcome | UnfilledOutcome, orderId: string | null): void {
    const { planId } = outcome;
    this.#logger.log({
      type: 'outcome_measured',
      actor: 'system',
      symbol,
      planId,
      orderId,
      body: outcome,
    });
  }

  #causeOf(planId: string, symbol: string): PlanCause {
    const types = ['plan_proposed', 'part_proposed'] as const;
    const [proposed] = this.#logger.getHistory({ planId, types, limit: 1 }).records;
    if (proposed === undefined) return causeIn(planId, null, null);
    const { seq } = proposed;
    const query = { types: ['decision_made' as const], symbol, beforeSeq: seq, limit: 1 };
    const [decided] = this.#logger.getHistory(query).records;
    return causeIn(planId, { ...proposed, symbol }, decided ?? null);
  }
}

/**
 * Of a decision and of a part's proposal what an outcome tells of them. The whole is long, is kept
 * until the next one, and would have to be read out of the record's text.
 */
function inBrief(record: JournalRecord, logged: unknown): JournalRecord {
  switch (record.type) {
    case 'decision_made': {
      const chosen = fieldOf(fieldOf(logged, 'decision'), 'chosen');
      return withBody(record, { decision: { chosen: toJson(chosen) } });
    }
    case 'part_proposed': {
      const basis = fieldOf(fieldOf(logged, 'part'), 'basis');
      return withBody(record, { part: { basis: toJson(basis) } });
    }
    default:
      return record;
  }
}

function withBody(record: JournalRecord, body: Json): JournalRecord {
  const { v, seq, at, boot, type, actor, symbol, planId, orderId, prev, hash } = record;
  return { v, seq, at, boot, type, actor, symbol, planId, orderId, body, prev, hash };
}
