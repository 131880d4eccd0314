import type { Running } from '../../compose.ts';
import type { SystemStatus } from '../../domain/answers.ts';
import type { TradingStateCause } from '../../domain/environment.ts';
import { type Action, actionLine } from '../shared/action-teller.ts';
import { newYorkTime } from '../shared/new-york-time.ts';
import { table } from '../shared/table.ts';
import { positionColumns, positionRow } from './position-row.ts';

const MOST_ACTIONS = 14;

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
    const { bigBrother, clock } = this.#running;
    const status = bigBrother.status();
    const { environment, mode, tradingState, accountNumber } = status;
    const rows = (bigBrother.snapshot()?.positions ?? []).flatMap(({ symbol }) => {
      const context = bigBrother.contextFor(symbol);
      return context === null ? [] : [positionRow(context, this.#lastBySymbol.get(symbol) ?? '')];
    });
    return [
      `BigBrother  ${environment} account ${accountNumber}  mode ${mode}  trading ${tradingState}`,
      `${newYorkTime(clock.now())} in New York  ${waitInWords(status)}`,
      ...status.tradingStateCauses.map(causeInWords),
      '',
      ...table(positionColumns, rows),
      '',
      'LATELY',
      ...this.#recent.map(actionLine),
    ];
  }
}

const waitInWords = ({ longestWaitMs }: SystemStatus): string =>
  longestWaitMs === 0
    ? 'no order waits for the broker'
    : `the last order that waits is sent within ${Math.ceil(longestWaitMs / 1_000)} s`;

const causeInWords = ({ state, because, clearedBy }: TradingStateCause): string =>
  `${state.toUpperCase()}  ${because}; cleared by ${clearedBy}`;
