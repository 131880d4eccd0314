import type { Environment } from '../../src/domain/environment.ts';
import type { EpochMs } from '../../src/domain/time.ts';
import { answered, refused, type ToolAnswer } from '../tool.ts';
import type { HistoryAnswer } from './answer.ts';
import { type Period, periodIn } from './period.ts';
import type { Checked, Question } from './question.ts';
import type { HistorySource } from './source.ts';
import { eventsOf, storiesOf, totalsOf, whyNotOf } from './views.ts';

/** Of whom it is asked, and when. */
export type Asking = {
  readonly source: HistorySource;
  /** Whose journal it is; a journal never holds two of them. */
  readonly environment: Environment;
  readonly now: EpochMs;
};

/** The one answer to a question, whoever asks and wherever the journal is read. */
export async function askHistory(
  question: Question,
  asking: Asking,
): Promise<ToolAnswer<HistoryAnswer>> {
  const period = periodIn(question, asking.now);
  if ('wrong' in period) return refused('invalid_arguments', period.wrong);
  const beforeSeq = question.cursor === undefined ? undefined : parseCursor(question.cursor);
  if (beforeSeq === null) {
    return refused('cursor_invalid', 'This cursor is not one that get_history gave.');
  }
  const wrong = wrongIn(question, asking);
  if (wrong !== null) return refused('invalid_arguments', wrong);
  const asked: Checked = { ...question, query: queryOf(question, period, beforeSeq) };
  const answer = await answerTo(asked, asking);
  return answered(answer);
}

function answerTo(asked: Checked, { source }: Asking): Promise<HistoryAnswer> {
  switch (asked.view ?? 'events') {
    case 'events':
      return eventsOf(asked, source);
    case 'why':
      return storiesOf(asked, source);
    case 'why_not':
      return whyNotOf(asked, source);
    case 'totals':
      return totalsOf(asked, source, undefined);
    case 'by_policy':
      return totalsOf(asked, source, 'policy');
    case 'by_symbol':
      return totalsOf(asked, source, 'symbol');
    case 'by_day':
      return totalsOf(asked, source, 'day');
  }
}

/** What cannot be answered as it was asked, and how it can be. */
function wrongIn(
  { view = 'events', environment, outcome, kind }: Question,
  asking: Asking,
): string | null {
  if (environment !== undefined && environment !== asking.environment) {
    return (
      `This is the journal of a ${asking.environment} account, and a journal never holds another: ` +
      `ask the BigBrother of the ${environment} account, or "bigbrother history --account" in a terminal.`
    );
  }
  if ((outcome !== undefined || kind !== undefined) && view !== 'events') {
    return 'kind and outcome go with view "events"; the other views choose their records themselves.';
  }
  return null;
}

const queryOf = (
  { symbol, plan_id: planId, order_id: orderId }: Question,
  { sinceAt, untilAt }: Period,
  beforeSeq: number | undefined,
) => ({
  symbol,
  planId,
  orderId,
  sinceAt: sinceAt ?? undefined,
  untilAt: untilAt ?? undefined,
  beforeSeq,
});

function parseCursor(cursor: string): number | null {
  const seq = /^before\.(\d{1,15})$/.exec(cursor)?.[1];
  return seq === undefined ? null : Number(seq);
}
