import type { Json } from '../../src/domain/canonical.ts';
import type { JournalRecord } from '../../src/domain/event.ts';
import { fieldAt, textAt } from '../../src/domain/record-body.ts';
import { isoTime } from '../../src/domain/time.ts';
import { sentenceOf } from '../shared/history-words.ts';
import { decisionLines, listAt, type Trail, type TrailSubject, verdictLines } from './trail.ts';

/** A chain of causes, a line for each link, with the number of the record that says so. */
export type Story = {
  readonly symbol?: string;
  readonly order_id?: string;
  readonly plan_id?: string;
  /** The order that this one took the place of: its story tells of the time before. */
  readonly replaced_order_id?: string;
  readonly result: string;
  readonly chain: readonly string[];
};

const MOST_LETTERS = 200;
const MOST_STEPS = 6;
const TOLD_ELSEWHERE: ReadonlySet<string> = new Set(['tool_called']);

export function storyOf(subject: TrailSubject, trail: Trail): Story {
  const { orderId, planId, symbol } = subject;
  const replaced = replacedBy(trail);
  return {
    ...(symbol === null ? {} : { symbol }),
    ...(orderId === null ? {} : { order_id: orderId }),
    ...(planId === null ? {} : { plan_id: planId }),
    ...(replaced === null ? {} : { replaced_order_id: replaced }),
    result: resultOf(trail),
    chain: chainOf(subject, trail).map(shortened),
  };
}

/** What became of it, in one sentence. */
function resultOf({ outcomes, order, plan }: Trail): string {
  if (outcomes.length > 0) return outcomes.map(sentenceOf).join('; ');
  const refused = plan.findLast(({ type }) => type === 'plan_refused' || type === 'part_refused');
  if (refused !== undefined) return sentenceOf(refused);
  const last = order.at(-1) ?? plan.findLast(({ type }) => type === 'plan_finished') ?? plan.at(-1);
  return last === undefined ? 'nothing is known of it' : sentenceOf(last);
}

type Link = { readonly seq: number; readonly lines: readonly string[] };

function chainOf({ planId, orderId }: TrailSubject, trail: Trail): readonly string[] {
  const { snapshot, decision, plan, order, outcomes } = trail;
  const isForeign = orderId !== null && planId === null;
  const nobody = 'nobody here decided on it: an order of your own, of your app or of another bot';
  const links: Link[] = [
    ...plan
      .filter(({ type }) => !TOLD_ELSEWHERE.has(type))
      .map((record) => ({ seq: record.seq, lines: planLines(record) })),
    ...stepLinks(order),
    ...outcomes.map((record) => linkOf(record, `came to: ${sentenceOf(record)}`)),
  ];
  return [
    ...(snapshot === null ? [] : [`${at(snapshot)} seen: ${seenWords(snapshot.body)}`]),
    ...(decision === null ? [] : [`${at(decision)} decided`, ...decisionLines(decision)]),
    ...(isForeign ? [nobody] : []),
    ...links.sort((one, other) => one.seq - other.seq).flatMap(({ lines }) => lines),
  ];
}

const linkOf = (record: JournalRecord, words: string): Link => ({
  seq: record.seq,
  lines: [`${at(record)} ${words}`],
});

const at = (record: JournalRecord): string => `#${record.seq} ${isoTime(record.at)}`;

function seenWords(body: Json): string {
  const [positions, orders] = [fieldAt(body, 'positions'), fieldAt(body, 'liveOrders')];
  return (
    `snapshot ${fieldAt(body, 'version')}, ${positions} positions, ${orders} live orders, ` +
    `equity ${textAt(body, 'equity')}, trading ${textAt(body, 'tradingState')}`
  );
}

function planLines(record: JournalRecord): readonly string[] {
  const { type, body, actor } = record;
  if (type === 'plan_proposed') {
    const parts = listAt(fieldAt(body, 'plan'), 'parts');
    const intent = textAt(fieldAt(fieldAt(body, 'plan') ?? null, 'intent') ?? null, 'kind');
    const words = parts.map((part) => `${textAt(part, 'recipe')}: ${reasonsOf(part)}`);
    return [`${at(record)} planned by the ${actor} to ${intent}: ${words.join(' | ')}`];
  }
  if (type === 'part_proposed') return [];
  if (type === 'plan_spent') return [`${at(record)} ${approvalWords(record)}`];
  const verdicts = verdictLines(record);
  if (verdicts.length > 0) return [`${at(record)} guardrails: ${verdicts.join('; ')}`];
  return [`${at(record)} ${sentenceOf(record)}`];
}

const reasonsOf = (part: Json): string =>
  listAt(part, 'because')
    .filter((each) => typeof each === 'string')
    .join('; ');

/** Who agreed; the tier says that nobody had to. */
function approvalWords({ body }: JournalRecord): string {
  const by = textAt(fieldAt(body, 'approvedBy') ?? null, 'by');
  return `approved: ${textAt(body, 'tier')}, ${by === null ? 'nobody has to agree' : `by ${by}`}`;
}

/** The first and the last of what was sent, answered and filled; nothing is said twice. */
function stepLinks(order: readonly JournalRecord[]): readonly Link[] {
  const said = new Set<string>();
  const links = order.flatMap((record, index) => {
    // An update that only brings a fill says the same as the fill.
    const { type } = record;
    if (type === 'order_update_received' && order[index + 1]?.type === 'fill_received') return [];
    const words = sentenceOf(record);
    if (said.has(words)) return [];
    said.add(words);
    return [linkOf(record, words)];
  });
  if (links.length <= MOST_STEPS) return links;
  const half = MOST_STEPS / 2;
  const [left, last] = [links.slice(half, -half), links.slice(-half)];
  const more = { seq: left[0]?.seq ?? 0, lines: [`… ${left.length} more of this order`] };
  return [...links.slice(0, half), more, ...last];
}

function replacedBy({ order }: Trail): string | null {
  const step = order.find(({ type }) => type === 'step_intended');
  return step !== undefined && textAt(step.body, 'kind') === 'replace' ? step.orderId : null;
}

const shortened = (line: string): string =>
  line.length <= MOST_LETTERS ? line : `${line.slice(0, MOST_LETTERS - 1)}…`;
