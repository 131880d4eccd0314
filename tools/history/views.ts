import type { EventType, JournalRecord } from '../../src/domain/event.ts';
import { isoTime } from '../../src/domain/time.ts';
import { sentenceOf } from '../shared/history-words.ts';
import { pageOf } from '../shared/page.ts';
import type { HistoryAnswer } from './answer.ts';
import { hasOutcome, isOfPolicy } from './filters.ts';
import { typesFor } from './kinds.ts';
import { withoutNamesOfOthers } from './names-of-others.ts';
import type { Checked } from './question.ts';
import { refusalsIn } from './refusals.ts';
import { type HistorySource, readNewest } from './source.ts';
import { type Story, storyOf } from './story.ts';
import { type Grouping, type TotalsRow, totalsIn } from './totals.ts';
import { trailOfOrder, trailOfPlan } from './trail.ts';

const USUAL_RECORDS = 20;
const USUAL_STORIES = 5;
const USUAL_ROWS = 25;
/** Records beyond the page that are counted; a filter looks at as many. */
const MOST_COUNTED = 500;
/** A longer body is left to the command line: hosts cut what is longer than this. */
const LONGEST_BODY = 12_000;

export async function eventsOf(asked: Checked, source: HistorySource): Promise<HistoryAnswer> {
  const { policy, outcome, limit } = asked;
  const query = { ...asked.query, types: typesFor(asked) };
  const most = (limit ?? USUAL_RECORDS) + MOST_COUNTED;
  const read = await readNewest(source, query, most);
  const found = read.records.filter(
    (record) =>
      (policy === undefined || isOfPolicy(record, policy)) &&
      (outcome === undefined || hasOutcome(record, outcome)),
  );
  const shown = pageOf(
    found,
    { limit, usual: USUAL_RECORDS, frame: null },
    asked.detail === 'full' ? lineWithBody : line,
  );
  const left = found.length - shown.length;
  const oldest = read.records.at(-1);
  const next = left > 0 ? shown.at(-1)?.seq : read.isWhole ? undefined : oldest?.seq;
  const note = noteOn({ found: found.length, read, most });
  return {
    records: shown,
    left_out: left,
    ...(note === null ? {} : { note }),
    next_cursor: cursorAt(next),
  };
}

function noteOn(given: {
  readonly found: number;
  readonly read: { readonly isWhole: boolean };
  readonly most: number;
}): string | null {
  if (!given.read.isWhole) {
    return `Only the newest ${given.most} records were looked at: older ones are behind next_cursor.`;
  }
  if (given.found > 0) return null;
  return 'Nothing is recorded for this. Leave a filter out, ask for a longer time, or view "totals".';
}

export async function storiesOf(asked: Checked, source: HistorySource): Promise<HistoryAnswer> {
  const subjects = await subjectsOf(asked, source);
  const usual = asked.limit ?? USUAL_STORIES;
  const told: { readonly story: Story; readonly seq: number }[] = [];
  for (const { orderId, planId, symbol, seq } of subjects.slice(0, usual)) {
    const found =
      orderId !== null
        ? await trailOfOrder(source, orderId)
        : await trailOfPlan(source, planId ?? '', symbol);
    if (found !== null) told.push({ story: storyOf(found.subject, found.trail), seq });
  }
  const shown = pageOf(told, { limit: asked.limit, usual, frame: null }, ({ story }) => story);
  const left = subjects.length - shown.length;
  const isNone = shown.length === 0;
  return {
    view: 'why',
    stories: shown.map((story) => ({ ...story, chain: [...story.chain] })),
    left_out: left,
    ...(isNone
      ? { note: 'Nothing was done in this time; view "why_not" tells what was refused.' }
      : {}),
    next_cursor: cursorAt(left > 0 ? told[shown.length - 1]?.seq : undefined),
  };
}

/** What a story is told of, newest first. */
async function subjectsOf(asked: Checked, source: HistorySource) {
  const { query, policy } = asked;
  const { orderId = null, planId = null } = query;
  const named = { orderId, planId, symbol: query.symbol ?? null, seq: 0 };
  if (orderId !== null || planId !== null) return query.beforeSeq === undefined ? [named] : [];
  const types = ['outcome_measured', 'plan_spent', 'part_finished'] as const;
  const read = await readNewest(source, { ...query, types }, MOST_COUNTED);
  const wanted = read.records.filter(
    (record) => policy === undefined || isOfPolicy(record, policy),
  );
  // What closed shares is asked about first; without any, what was done at all.
  const closed = wanted.filter((record) => isClosing(record));
  const done = wanted.filter(({ type }) => type !== 'outcome_measured');
  const chosen = closed.length > 0 ? closed : done;
  const seen = new Set<string>();
  return chosen.flatMap((record) => {
    const { type, symbol, seq } = record;
    const isOrder = type === 'outcome_measured';
    const id = isOrder ? record.orderId : record.planId;
    if (id === null || seen.has(id)) return [];
    seen.add(id);
    return [{ orderId: isOrder ? id : null, planId: isOrder ? null : id, symbol, seq }];
  });
}

const isClosing = ({ type, orderId }: JournalRecord): boolean =>
  type === 'outcome_measured' && orderId !== null;

export async function whyNotOf(asked: Checked, source: HistorySource): Promise<HistoryAnswer> {
  const {
    refused: nos,
    overruled,
    counts,
    isWhole,
  } = await refusalsIn(source, asked.query, asked.policy);
  const usual = asked.limit ?? USUAL_ROWS;
  const page = { limit: asked.limit, usual, frame: counts };
  const rows = [...nos, ...overruled];
  const shown = pageOf(rows, page, (row) => row);
  const isCut = isWhole
    ? {}
    : { note: 'The time is too long to be looked at whole: ask in parts.' };
  const isNone =
    rows.length === 0 ? { note: 'Nothing was refused or overruled in this time.' } : {};
  return {
    view: 'why_not',
    counts: { ...counts },
    refused: shown.slice(0, nos.length),
    overruled: shown.slice(nos.length),
    left_out: rows.length - shown.length,
    ...isNone,
    ...isCut,
    next_cursor: null,
  };
}

/** What can be told apart by policy. */
const OF_POLICY = [
  'closed',
  'gains',
  'losses',
  'profit',
  'average_r',
  'slippage_cost',
  'refused',
] as const satisfies readonly (keyof TotalsRow)[];

const COLUMNS = [
  ...OF_POLICY,
  'fills',
  'orders_sent',
  'rejected',
  'naked_seconds',
  'naked_share_seconds',
  'naked_dollar_seconds',
] as const satisfies readonly (keyof TotalsRow)[];

export async function totalsOf(
  asked: Checked,
  source: HistorySource,
  by: Grouping | undefined,
): Promise<HistoryAnswer> {
  const { policy } = asked;
  const { groups, isWhole, ...totals } = await totalsIn(source, asked.query, { by, policy });
  const usual = asked.limit ?? USUAL_ROWS;
  const columns = by === 'policy' ? OF_POLICY : COLUMNS;
  const rows = pageOf(groups, { limit: asked.limit, usual, frame: totals }, (group) => [
    group.key,
    ...columns.map((column) => group[column]),
  ]);
  return {
    view: asked.view ?? 'totals',
    totals,
    ...(by === undefined ? {} : { columns: [by, ...columns], rows }),
    left_out: groups.length - rows.length,
    ...(isWhole ? {} : { note: 'The time is too long to be counted whole: ask in parts.' }),
    next_cursor: null,
  };
}

const line = (record: JournalRecord) => ({
  at: isoTime(record.at),
  seq: record.seq,
  type: record.type as EventType,
  ...(record.symbol === null ? {} : { symbol: record.symbol }),
  text: sentenceOf(record),
  ...(record.planId === null ? {} : { plan_id: record.planId }),
  ...(record.orderId === null ? {} : { order_id: record.orderId }),
});

function lineWithBody(record: JournalRecord) {
  const letters = JSON.stringify(record.body).length;
  return {
    ...line(record),
    actor: record.actor,
    hash: record.hash,
    ...(letters <= LONGEST_BODY
      ? { body: withoutNamesOfOthers(record.body) }
      : { body_left_out: `${letters} characters; "bigbrother history --json" prints it` }),
  };
}

const cursorAt = (seq: number | undefined): string | null =>
  seq === undefined ? null : `before.${seq}`;
