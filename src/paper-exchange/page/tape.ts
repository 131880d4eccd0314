import { formatDecimal } from '../core/basics/decimal.ts';
import type { ExchangeEvent } from '../core/basics/types.ts';

/** One print of the market. */
export type TapeLine = {
  readonly at: string;
  readonly symbol: string;
  readonly price: string;
  readonly size: number;
  /** Against the print before it of the same symbol; 0 for the first. */
  readonly move: -1 | 0 | 1;
};

/** What became of an order. */
export type UpdateLine = {
  readonly at: string;
  readonly account: string;
  readonly symbol: string;
  readonly event: string;
  readonly what: string;
};

const LINES = 40;

/** The newest prints and the newest updates of orders, newest first; the rest is forgotten. */
export class Tape {
  readonly #numberOf: (accountId: string) => string;
  readonly #prints: TapeLine[] = [];
  readonly #updates: UpdateLine[] = [];
  readonly #last = new Map<string, bigint>();

  constructor(numberOf: (accountId: string) => string) {
    this.#numberOf = numberOf;
  }

  get prints(): readonly TapeLine[] {
    return this.#prints.slice(-LINES).reverse();
  }

  get updates(): readonly UpdateLine[] {
    return this.#updates.slice(-LINES).reverse();
  }

  onEvent(event: ExchangeEvent): void {
    if (event.kind === 'trade') {
      const { symbol, price, size } = event.trade;
      const before = this.#last.get(symbol) ?? price;
      this.#last.set(symbol, price);
      const move = price > before ? 1 : price < before ? -1 : 0;
      const at = new Date(event.at).toISOString();
      keep(this.#prints, { at, symbol, price: formatDecimal(price), size, move });
    } else if (event.kind === 'trade_update') {
      const { order, execution } = event;
      const done =
        execution === null
          ? ''
          : ` ${formatDecimal(execution.qty)} at ${formatDecimal(execution.price)}`;
      keep(this.#updates, {
        at: new Date(event.at).toISOString(),
        account: this.#numberOf(event.accountId),
        symbol: order.symbol,
        event: event.event,
        what: `${order.side} ${order.type}${done}`,
      });
    }
  }
}

/** Cut seldom, so that a line costs next to nothing. */
function keep<Line>(lines: Line[], line: Line): void {
  lines.push(line);
  if (lines.length >= 4 * LINES) lines.splice(0, lines.length - LINES);
}
