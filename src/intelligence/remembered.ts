import { createHmac, timingSafeEqual } from 'node:crypto';
import { canonicalText, type Json } from '../domain/canonical.ts';
import type { JournalRecord } from '../domain/event.ts';
import { forgets, forgettingIn } from '../domain/forgetting.ts';
import { fieldAt, textAt } from '../domain/record-body.ts';
import type { EpochMs } from '../domain/time.ts';

/** One outcome as Memory keeps it; `seq` is the number of its record, which tells it apart. */
export type Remembered = {
  readonly seq: number;
  readonly symbol: string;
  readonly policy: string;
  /** Why the order was placed: protect, reduce, exit, reprice or release. */
  readonly action: string;
  readonly result: string;
  readonly decisionSeq: number | null;
  readonly profit: string;
  readonly rMultiple: string | null;
  readonly closedAt: EpochMs;
};

/** Out of an `outcome_measured` record; null for any other and for one of before us. */
export function rememberedIn(record: JournalRecord): Remembered | null {
  const { type, seq, symbol, at } = record;
  if (type !== 'outcome_measured' || symbol === null) return null;
  // Of others it is not read: it would be read out of their text.
  const { body } = record;
  const profit = textAt(body, 'profit');
  if (profit === null) return null;
  const [decisionSeq, closedAt] = [fieldAt(body, 'decisionSeq'), fieldAt(body, 'closedAt')];
  return {
    ...{ seq, symbol, profit },
    policy: textAt(body, 'policy') ?? 'unknown',
    action: textAt(body, 'purpose') ?? 'foreign',
    result: textAt(body, 'result') ?? 'unknown',
    decisionSeq: typeof decisionSeq === 'number' ? decisionSeq : null,
    rMultiple: textAt(body, 'rMultiple'),
    closedAt: typeof closedAt === 'number' ? closedAt : at,
  };
}

/** Records that the memory is made anew from. */
export const MEMORY_RECORDS = ['outcome_measured', 'learning_forgotten'] as const;

/** Every outcome of the journal that no person has had forgotten, in its order. */
export function rememberedOf(records: readonly JournalRecord[]): readonly Remembered[] {
  const forgettings = records.filter(({ type }) => type === 'learning_forgotten');
  return records
    .flatMap((record) => rememberedIn(record) ?? [])
    .filter((outcome) => !isForgotten(outcome, forgettings));
}

/** @param records those of the journal in which something is forgotten; others are passed over */
export const isForgotten = (outcome: Remembered, records: readonly JournalRecord[]): boolean =>
  records.some((record) => {
    const forgetting = forgettingIn(record);
    return forgetting !== null && forgets(forgetting, outcome);
  });

/** What the graph holds of one outcome, by names that are made of meaning. */
export type Nodes = {
  /** One for each decision; an outcome that nobody here decided on stands for itself. */
  readonly decision: string;
  readonly symbol: string;
  readonly policy: string;
  /** Of one symbol, one kind of action and one quarter of a year: no name grows for ever. */
  readonly shelf: string;
};

const MONTHS_PER_QUARTER = 3;

export function nodesOf(account: string, outcome: Remembered): Nodes {
  const { decisionSeq, seq, symbol, policy, action, closedAt } = outcome;
  return {
    decision: `decision:${account}/${decisionSeq ?? `record-${seq}`}/${symbol}`,
    symbol: `symbol:${symbol}`,
    policy: `policy:${policy}`,
    shelf: shelfOf(account, symbol, action, closedAt),
  };
}

/** @param back how many quarters earlier */
export function shelfOf(
  account: string,
  symbol: string,
  action: string,
  at: EpochMs,
  back = 0,
): string {
  const date = new Date(at);
  const quarters =
    date.getUTCFullYear() * 4 + Math.floor(date.getUTCMonth() / MONTHS_PER_QUARTER) - back;
  return `shelf:${account}/${symbol}/${action}/${Math.floor(quarters / 4)}q${(quarters % 4) + 1}`;
}

/**
 * One line for one outcome, with a mark that only we can make: whoever else writes to the
 * memory is not believed. No two outcomes have the same line, since Memory drops one then.
 */
export function lineOf(entity: string, outcome: Remembered, secret: string): string {
  const fields = canonicalText(outcome);
  return `${fields} #${markOf(entity, fields, secret)}`;
}

/** What a line of ours says; null for anybody else's, and for one of ours that was changed. */
export function outcomeIn(entity: string, line: string, secret: string): Remembered | null {
  const cut = line.lastIndexOf(' #');
  if (cut < 0) return null;
  const [fields, mark] = [line.slice(0, cut), line.slice(cut + 2)];
  const expected = Buffer.from(markOf(entity, fields, secret));
  const given = Buffer.from(mark);
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return null;
  // The mark says that it is our own line.
  const value = JSON.parse(fields) as Json;
  return value as unknown as Remembered;
}

const markOf = (entity: string, fields: string, secret: string): string =>
  createHmac('sha256', secret).update(`${entity}\n${fields}`).digest('hex').slice(0, 32);
