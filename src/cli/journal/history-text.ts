import type { HistoryAnswer } from '../../../tools/history/answer.ts';
import { table } from '../shared/table.ts';

const LEFT = 'left' as const;
const RIGHT = 'right' as const;

/** An answer about history as a person at a terminal reads it. */
export function* historyText(answer: HistoryAnswer): Iterable<string> {
  for (const { at, seq, symbol, text } of answer.records ?? []) {
    yield [at, `#${seq}`, symbol ?? '-', text].join('  ');
  }
  for (const story of answer.stories ?? []) yield* storyText(story);
  for (const row of answer.refused ?? []) yield refusalText(row);
  if ((answer.overruled ?? []).length > 0) yield 'Overruled:';
  for (const row of answer.overruled ?? []) yield refusalText(row);
  if (answer.totals !== undefined) yield* totalsText(answer.totals);
  const { columns, rows } = answer;
  if (columns !== undefined && rows !== undefined) {
    const titles = columns.map((title, index) => ({ title, align: index === 0 ? LEFT : RIGHT }));
    yield* table(
      titles,
      rows.map((row) => row.map((cell) => String(cell ?? '-'))),
    );
  }
  if (answer.left_out > 0) yield `${answer.left_out} more are left out.`;
  if (answer.note !== undefined) yield answer.note;
  if (answer.next_cursor !== null) yield `Go on with --cursor ${answer.next_cursor}`;
}

type Row = Readonly<Record<string, unknown>>;

function* storyText({ symbol, order_id, plan_id, result, chain }: Row): Iterable<string> {
  const named = [symbol, order_id ?? plan_id].filter((each) => each !== undefined);
  yield `${named.join('  ')}  ${result}`;
  for (const link of Array.isArray(chain) ? chain : []) yield `    ${link}`;
}

function refusalText(row: Row): string {
  const { symbol, wanted, by, code, because, times, last_at } = row;
  const wouldPass = row.would_pass === undefined ? '' : ` (would pass: ${row.would_pass})`;
  return `${last_at}  ${times}x  ${symbol ?? '-'}  ${wanted}: ${by} ${code}: ${because}${wouldPass}`;
}

function* totalsText(totals: Row): Iterable<string> {
  for (const [name, value] of Object.entries(totals)) {
    const shown = typeof value === 'object' && value !== null ? JSON.stringify(value) : value;
    yield `${name.replaceAll('_', ' ')}: ${shown ?? '-'}`;
  }
}
