import type { JournalRecord } from '../domain/event.ts';
import { fieldAt, textAt } from '../domain/record-body.ts';
import { listAt, type OrderRow } from './export-orders.ts';
import { asText } from './export-timeline.ts';
import { recordLine } from './record-line.ts';

/** What led to one order and what became of it, oldest first under each heading. */
type Trail = {
  snapshot: JournalRecord | null;
  decision: JournalRecord | null;
  readonly plan: JournalRecord[];
  readonly order: JournalRecord[];
};

/**
 * One order's report as Markdown: from the look at the account that it was decided on to its
 * last fill, each line with the record that says so.
 */
export function* whyReport(row: OrderRow, records: Iterable<JournalRecord>): Iterable<string> {
  const trail = trailOf(row, records);
  yield `# Order ${row.orderId ?? row.clientOrderId}\n\n${summaryOf(row)}\n`;
  yield* section('Seen', trail.snapshot === null ? [] : [line(trail.snapshot)]);
  yield* section('Decided', trail.decision === null ? [] : decisionLines(trail.decision));
  yield* section('Planned, reviewed and approved', trail.plan.flatMap(planLines));
  yield* section('Sent, answered and filled', trail.order.map(line));
}

function trailOf(row: OrderRow, records: Iterable<JournalRecord>): Trail {
  const trail: Trail = { snapshot: null, decision: null, plan: [], order: [] };
  for (const record of records) {
    const { type, seq, symbol, planId, orderId, body } = record;
    if (seq < row.firstSeq) {
      // What was newest when its plan was proposed is what it was decided on.
      const isDecided = trail.plan.some((each) => each.type === 'plan_proposed');
      if (type === 'snapshot_taken' && !isDecided) trail.snapshot = record;
      if (type === 'decision_made' && symbol === row.symbol && !isDecided) trail.decision = record;
    }
    const isOfOrder =
      (row.orderId !== null && orderId === row.orderId) ||
      (row.clientOrderId !== null && textAt(body, 'clientOrderId') === row.clientOrderId);
    if (isOfOrder) trail.order.push(record);
    else if (planId !== null && planId === row.planId && !type.startsWith('step_')) {
      trail.plan.push(record);
    }
  }
  return trail;
}

function summaryOf(row: OrderRow): string {
  const { side, quantity, symbol, type, stopPrice, limitPrice, status, filledQuantity } = row;
  const terms = [
    [side, quantity, symbol, type].join(' '),
    stopPrice === null ? '' : `stop ${stopPrice}`,
    limitPrice === null ? '' : `limit ${limitPrice}`,
    `${status}, ${filledQuantity} filled`,
    `asked for by ${row.actor}`,
    row.reason ?? '',
  ];
  return asText(terms.filter((term) => term !== '').join('; '));
}

function* section(title: string, lines: readonly string[]): Iterable<string> {
  yield `\n## ${title}\n\n`;
  if (lines.length === 0) yield 'The journal says nothing of it.\n';
  for (const each of lines) yield `- ${each}\n`;
}

const line = (record: JournalRecord): string => asText(recordLine(record));

function decisionLines(record: JournalRecord): readonly string[] {
  const decision = fieldAt(record.body, 'decision') ?? null;
  const chosen = listAt(decision, 'chosen').map(
    (each) => `chosen: ${textAt(each, 'policy')}: ${textAt(each, 'because')}`,
  );
  const overruled = listAt(decision, 'overruled').map((each) => {
    const said = fieldAt(each, 'recommendation') ?? each;
    return `overruled: ${textAt(said, 'policy')}: ${textAt(each, 'because')}`;
  });
  return [line(record), ...[...chosen, ...overruled].map(asText)];
}

/** The plan's record, and what each guardrail that did not simply pass had to say. */
function planLines(record: JournalRecord): readonly string[] {
  const verdicts = record.type === 'plan_reviewed' ? listAt(record.body, 'verdicts') : [];
  const passed = verdicts.filter((each) => textAt(each, 'outcome') === 'pass').length;
  const others = verdicts
    .filter((each) => textAt(each, 'outcome') !== 'pass')
    .map(
      (each) =>
        `${textAt(each, 'guardrail')}: ${textAt(each, 'outcome')}: ${textAt(each, 'because')}`,
    );
  const counted = verdicts.length === 0 ? [] : [`${passed} guardrails passed it`];
  return [line(record), ...[...counted, ...others].map(asText)];
}
