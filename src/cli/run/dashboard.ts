import type { Running } from '../../compose.ts';
import type { Alert, SystemStatus } from '../../domain/answers.ts';
import type { TradingStateCause } from '../../domain/environment.ts';
import type { PendingApproval } from '../../runtime/plans/approval-desk.ts';
import { type Action, actionLine } from '../shared/action-teller.ts';
import { newYorkTime } from '../shared/new-york-time.ts';
import { table } from '../shared/table.ts';
import { positionColumns, positionRow } from './position-row.ts';

const MOST_ACTIONS = 14;
const MOST_ALERTS = 5;

/** What is held, how it is covered and what was done lately, as lines for a terminal. */
export class Dashboard {
  readonly #running: Running;
  readonly #recent: Action[] = [];
  readonly #lastBySymbol = new Map<string, string>();

  constructor(running: Running) {
    this.#running = running;
  }

  add(action: Action): void {
    this.#recent.push(action);
    if (this.#recent.length > MOST_ACTIONS) this.#recent.shift();
    if (action.symbol !== null) this.#lastBySymbol.set(action.symbol, action.text);
  }

  lines(): readonly string[] {
    const { bigBrother, clock, approvals } = this.#running;
    const status = bigBrother.status();
    const { environment, mode, tradingState, accountNumber } = status;
    const rows = (bigBrother.snapshot()?.positions ?? []).flatMap(({ symbol }) => {
      const context = bigBrother.contextFor(symbol);
      return context === null ? [] : [positionRow(context, this.#lastBySymbol.get(symbol) ?? '')];
    });
    return [
      `BigBrother  ${environment === 'live' ? 'LIVE' : environment} account ${accountNumber}  mode ${mode}  trading ${tradingState}`,
      `${newYorkTime(clock.now())} in New York  ${waitInWords(status)}`,
      ...status.tradingStateCauses.map(causeInWords),
      ...someOf(bigBrother.alerts().map(alertInWords)),
      ...someOf(approvals.pending().map(waitingInWords)),
      '',
      ...table(positionColumns, rows),
      '',
      'LATELY',
      ...this.#recent.map(actionLine),
    ];
  }
}

/** The first of many, and how many more there are: the rest of the screen has to stay. */
function someOf(lines: readonly string[]): readonly string[] {
  const more = lines.length - MOST_ALERTS;
  return more <= 0 ? lines : [...lines.slice(0, MOST_ALERTS), `and ${more} more`];
}

const alertInWords = ({ code, symbol, because }: Alert): string =>
  `ALERT  ${symbol === null ? '' : `${symbol} `}${code}: ${because}`;

const waitingInWords = ({ planId, text: { lines } }: PendingApproval): string =>
  `WAITS  ${lines[0] ?? planId}; see "bigbrother pending"`;

const waitInWords = ({ longestWaitMs }: SystemStatus): string =>
  longestWaitMs === 0
    ? 'no order waits for the broker'
    : `the last order that waits is sent within ${Math.ceil(longestWaitMs / 1_000)} s`;

const causeInWords = ({ state, because, clearedBy }: TradingStateCause): string =>
  `${state.toUpperCase()}  ${because}; cleared by ${clearedBy}`;
