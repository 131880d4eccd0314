import type { Json } from '../../src/domain/canonical.ts';
import type { JournalRecord } from '../../src/domain/event.ts';
import { fieldAt, textAt } from '../../src/domain/record-body.ts';
import { type HistorySource, readLast, readNewest } from './source.ts';

/** One order, or a plan whose orders are not told apart, as far as it is known. */
export type TrailSubject = {
  readonly orderId: string | null;
  readonly clientOrderId: string | null;
  readonly planId: string | null;
  readonly symbol: string | null;
  /** Number of the first record about it. */
  readonly firstSeq: number;
};

/** What led to it and what became of it; the lists oldest first. */
export type Trail = {
  readonly snapshot: JournalRecord | null;
  readonly decision: JournalRecord | null;
  readonly plan: readonly JournalRecord[];
  readonly order: readonly JournalRecord[];
  readonly outcomes: readonly JournalRecord[];
};

/** The longest life of one order that is read, in records. */
const MOST_RECORDS = 400;

/** Picks what belongs to it out of records, oldest first, of a whole journal or a part. */
export function trailOf(subject: TrailSubject, records: Iterable<JournalRecord>): Trail {
  let snapshot: JournalRecord | null = null;
  let decision: JournalRecord | null = null;
  const plan: JournalRecord[] = [];
  const order: JournalRecord[] = [];
  const outcomes: JournalRecord[] = [];
  let isDecided = false;
  for (const record of records) {
    const { type, seq, symbol, planId } = record;
    if (seq < subject.firstSeq && !isDecided) {
      // What was newest when its plan was proposed is what it was decided on.
      if (type === 'snapshot_taken') snapshot = record;
      if (type === 'decision_made' && symbol === subject.symbol) decision = record;
    }
    if (type === 'outcome_measured') {
      if (isOfOrder(subject, record)) outcomes.push(record);
    } else if (isOfOrder(subject, record)) order.push(record);
    else if (planId !== null && planId === subject.planId && isOfPlan(subject, record)) {
      isDecided ||= type === 'plan_proposed';
      plan.push(record);
    }
  }
  return { snapshot, decision, plan, order, outcomes };
}

/** A subject without an order is a plan: its steps are told as well. */
const isOfPlan = ({ orderId, symbol }: TrailSubject, record: JournalRecord): boolean =>
  orderId === null
    ? record.symbol === null || symbol === null || record.symbol === symbol
    : !record.type.startsWith('step_');

const isOfOrder = (
  { orderId, clientOrderId }: TrailSubject,
  { orderId: about, body, type }: JournalRecord,
): boolean =>
  (orderId !== null && about === orderId && type !== 'tool_called') ||
  (clientOrderId !== null && textAt(body, 'clientOrderId') === clientOrderId);

/** What the journal knows of one order; null where it knows of none. */
export async function trailOfOrder(
  source: HistorySource,
  orderId: string,
): Promise<{ readonly subject: TrailSubject; readonly trail: Trail } | null> {
  const own = await readNewest(source, { orderId }, MOST_RECORDS);
  const about = own.records.filter(({ type }) => type !== 'tool_called');
  const first = about.at(-1);
  if (first === undefined) return null;
  const origin = (await originIn(source, about)) ?? null;
  const subject: TrailSubject = {
    orderId,
    clientOrderId: textOf(about, 'clientOrderId'),
    planId: origin?.planId ?? null,
    symbol: first.symbol,
    firstSeq: origin?.seq ?? first.seq,
  };
  return { subject, trail: await gather(source, subject, about) };
}

/** What the journal knows of one plan, or of what it did in one symbol. */
export async function trailOfPlan(
  source: HistorySource,
  planId: string,
  symbol: string | null,
): Promise<{ readonly subject: TrailSubject; readonly trail: Trail } | null> {
  const proposed = await readLast(source, { planId, types: ['plan_proposed'] });
  const any = proposed ?? (await readLast(source, { planId }));
  if (any === null) return null;
  const subject: TrailSubject = {
    ...{ orderId: null, clientOrderId: null, planId },
    symbol: symbol ?? any.symbol ?? (await firstPartOf(source, planId)),
    firstSeq: any.seq,
  };
  return { subject, trail: await gather(source, subject, []) };
}

async function firstPartOf(source: HistorySource, planId: string): Promise<string | null> {
  return (await readLast(source, { planId, types: ['part_proposed'] }))?.symbol ?? null;
}

/** The broker's answer to the step that placed it, or its parent's. */
async function originIn(source: HistorySource, about: readonly JournalRecord[]) {
  const placed = placedBy(about);
  const parentId = textOf(about, 'parentId');
  if (placed !== undefined || parentId === null) return placed;
  const parent = await readNewest(source, { orderId: parentId }, MOST_RECORDS);
  return placedBy(parent.records);
}

/** A step that is intended with this order's id takes the order away or replaces it. */
const placedBy = (records: readonly JournalRecord[]): JournalRecord | undefined =>
  records.findLast(
    ({ type, planId, body }) =>
      planId !== null &&
      (type === 'step_answered' || type === 'step_observed') &&
      textAt(body, 'clientOrderId') !== null,
  );

async function gather(
  source: HistorySource,
  subject: TrailSubject,
  own: readonly JournalRecord[],
): Promise<Trail> {
  const { planId, symbol } = subject;
  const ofPlan =
    planId === null ? [] : (await readNewest(source, { planId }, MOST_RECORDS)).records;
  const proposed = ofPlan.findLast(({ type }) => type === 'plan_proposed');
  const before = { beforeSeq: proposed?.seq ?? subject.firstSeq };
  const decision =
    planId === null || symbol === null
      ? null
      : await readLast(source, { ...before, symbol, types: ['decision_made'] });
  const snapshot =
    decision === null ? null : await readLast(source, { ...before, types: ['snapshot_taken'] });
  const all = new Map<number, JournalRecord>();
  for (const record of [...ofPlan, ...own, decision, snapshot]) {
    if (record !== null) all.set(record.seq, record);
  }
  const inOrder = [...all.values()].sort((one, other) => one.seq - other.seq);
  const firstSeq = Math.max(subject.firstSeq, proposed?.seq ?? 0);
  return trailOf({ ...subject, firstSeq }, inOrder);
}

/** The oldest that the records say of one field. */
function textOf(newestFirst: readonly JournalRecord[], name: string): string | null {
  for (const { body, type } of newestFirst.toReversed()) {
    // A step names the order that it places, not the one that it takes the place of.
    if (type === 'step_intended') continue;
    const text = textAt(body, name);
    if (text !== null) return text;
  }
  return null;
}

/** Who wanted what, and who was overruled by whom. */
export function decisionLines({ body }: JournalRecord): readonly string[] {
  const decision = fieldAt(body, 'decision') ?? null;
  const chosen = listAt(decision, 'chosen').map(
    (each) => `chosen: ${textAt(each, 'policy')}: ${textAt(each, 'because')}`,
  );
  const overruled = listAt(decision, 'overruled').map((each) => {
    const said = fieldAt(each, 'recommendation') ?? each;
    const by = textAt(each, 'by');
    const who = `overruled${by === null ? '' : ` by ${by}`}: ${textAt(said, 'policy')}`;
    return `${who}: ${textAt(each, 'because')}`;
  });
  return [...chosen, ...overruled];
}

/** How many guardrails passed a plan, and the word of each that did not. */
export function verdictLines({ type, body }: JournalRecord): readonly string[] {
  if (type !== 'plan_reviewed' && type !== 'part_reviewed') return [];
  const verdicts = listAt(body, 'verdicts');
  const passed = verdicts.filter((each) => textAt(each, 'outcome') === 'pass').length;
  const others = verdicts
    .filter((each) => textAt(each, 'outcome') !== 'pass')
    .map(
      (each) =>
        `${textAt(each, 'guardrail')}: ${textAt(each, 'outcome')}: ${textAt(each, 'because')}`,
    );
  return verdicts.length === 0 ? [] : [`${passed} guardrails passed it`, ...others];
}

export const listAt = (body: Json | undefined, name: string): readonly Json[] => {
  const list = body === undefined ? undefined : fieldAt(body, name);
  return Array.isArray(list) ? list : [];
};
