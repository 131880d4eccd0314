import { sentenceOf } from '../../tools/shared/history-words.ts';
import type { Running } from '../compose.ts';
import type { JournalRecord } from '../domain/event.ts';
import type { EpochMs } from '../domain/time.ts';
import { positionColumns, positionRow } from './position-row.ts';
import { table } from './table.ts';

const MOST_ACTIONS = 12;

const newYork = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'America/New_York',
  weekday: 'short',
  day: '2-digit',
  month: 'short',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
});

/** An instant as a trader reads it: `Wed, 11 Mar 2026, 10:42:10`, New York time. */
export const newYorkTime = (at: EpochMs): string => newYork.format(at);

/** What is held, how it is covered and what was done lately, as lines for a terminal. */
export class Dashboard {
  readonly #running: Running;
  readonly #recent: string[] = [];
  readonly #lastBySymbol = new Map<string, string>();

  constructor(running: Running) {
    this.#running = running;
  }

  note(record: JournalRecord): void {
    if (!isNotable(record)) return;
    const sentence = sentenceOf(record);
    this.#recent.push(actionLine(record));
    if (this.#recent.length > MOST_ACTIONS) this.#recent.shift();
    if (record.symbol !== null) this.#lastBySymbol.set(record.symbol, sentence);
  }

  lines(): readonly string[] {
    const { bigBrother } = this.#running;
    const { environment, mode, tradingState, accountNumber } = bigBrother.status();
    const snapshot = bigBrother.snapshot();
    const at = snapshot === null ? 'not read yet' : newYorkTime(snapshot.at);
    const rows = (snapshot?.positions ?? []).flatMap(({ symbol }) => {
      const context = bigBrother.contextFor(symbol);
      return context === null ? [] : [positionRow(context, this.#lastBySymbol.get(symbol) ?? '')];
    });
    return [
      `BigBrother  ${environment} account ${accountNumber}  mode ${mode}  trading ${tradingState}`,
      `New York ${at}`,
      '',
      ...table(positionColumns, rows),
      '',
      'RECENT',
      ...this.#recent,
    ];
  }
}

export function actionLine(record: JournalRecord): string {
  return `${newYorkTime(record.at)}  ${(record.symbol ?? '-').padEnd(6)} ${sentenceOf(record)}`;
}

/** What a person who watches wants to see go by: acts, refusals and changes of state. */
export function isNotable({ type }: JournalRecord): boolean {
  switch (type) {
    case 'plan_finished':
    case 'plan_refused':
    case 'fill_received':
    case 'episode_opened':
    case 'episode_closed':
    case 'trading_state_changed':
    case 'alert_raised':
    case 'alert_cleared':
    case 'cycle_failed':
      return true;
    case 'started':
    case 'stopped':
    case 'settings_loaded':
    case 'snapshot_taken':
    case 'decision_made':
    case 'plan_proposed':
    case 'plan_spent':
    case 'plan_reviewed':
    case 'step_intended':
    case 'step_answered':
    case 'step_observed':
    case 'order_update_received':
    case 'stream_changed':
    case 'episode_changed':
    case 'naked_time_measured':
    case 'tool_called':
      return false;
  }
}
