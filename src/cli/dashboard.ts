import type { Running } from '../compose.ts';
import { type Action, actionLine } from './action-teller.ts';
import { newYorkTime } from './new-york-time.ts';
import { positionColumns, positionRow } from './position-row.ts';
import { table } from './table.ts';

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
    const { environment, mode, tradingState, accountNumber } = bigBrother.status();
    const rows = (bigBrother.snapshot()?.positions ?? []).flatMap(({ symbol }) => {
      const context = bigBrother.contextFor(symbol);
      return context === null ? [] : [positionRow(context, this.#lastBySymbol.get(symbol) ?? '')];
    });
    return [
      `BigBrother  ${environment} account ${accountNumber}  mode ${mode}  trading ${tradingState}`,
      `${newYorkTime(clock.now())} in New York`,
      '',
      ...table(positionColumns, rows),
      '',
      'LATELY',
      ...this.#recent.map(actionLine),
    ];
  }
}
