import { decisionLines, type Trail, trailOf, verdictLines } from '../../../tools/history/trail.ts';
import type { JournalRecord } from '../../domain/event.ts';
import { recordLine } from '../shared/record-line.ts';
import type { OrderRow } from './export-orders.ts';
import { asText } from './export-timeline.ts';

/**
 * One order's report as Markdown: from the look at the account that it was decided on to what
 * came of it, each line with the record that says so.
 */
export function* whyReport(row: OrderRow, records: Iterable<JournalRecord>): Iterable<string> {
  const trail: Trail = trailOf(row, records);
  const { snapshot, decision, plan, order, outcomes } = trail;
  yield `# Order ${row.orderId ?? row.clientOrderId}\n\n${summaryOf(row)}\n`;
  yield* section('Seen', snapshot === null ? [] : [line(snapshot)]);
  yield* section(
    'Decided',
    decision === null ? [] : [line(decision), ...decisionLines(decision).map(asText)],
  );
  yield* section(
    'Planned, reviewed and approved',
    plan.flatMap((record) => [line(record), ...verdictLines(record).map(asText)]),
  );
  yield* section('Sent, answered and filled', order.map(line));
  yield* section('What came of it', outcomes.map(line));
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
