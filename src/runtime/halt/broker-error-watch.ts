import { text } from '../../domain/decimal.ts';
import type { JournalRecord } from '../../domain/event.ts';
import type { PortfolioSnapshot } from '../../domain/portfolio.ts';
import { fieldAt, textAt } from '../../domain/record-body.ts';
import type { EpochMs } from '../../domain/time.ts';
import type { AlertBoard } from '../journal/alert-board.ts';
import type { HaltWatch } from './halt-watch.ts';

type BrokerFault = {
  readonly code: 'excess_position' | 'overfilled_order';
  readonly symbol: string;
  readonly because: string;
};

/**
 * Looks for what a broker must never do: fill both exits of a pair, or more than was ordered.
 * What it did is believed and put right elsewhere; here a person is told, and no entry is sent
 * until that person has resumed trading.
 */
export class BrokerErrorWatch {
  readonly #halts: Pick<HaltWatch, 'halt'>;
  readonly #alerts: AlertBoard;
  readonly #toldOrders = new Set<string>();
  /** What was there before is somebody else's finding: the halt that it led to is on disk. */
  #since: EpochMs | null = null;

  constructor(parts: { readonly halts: Pick<HaltWatch, 'halt'>; readonly alerts: AlertBoard }) {
    this.#halts = parts.halts;
    this.#alerts = parts.alerts;
  }

  /** Hears of positions that exits opened; they may be closed again before the cycle ends. */
  hear(record: JournalRecord): void {
    const { type, symbol } = record;
    if (type !== 'episode_opened' || symbol === null) return;
    const episode = fieldAt(record.body, 'episode') ?? null;
    if (fieldAt(episode, 'isExcess') !== true) return;
    const [side, shares] = [textAt(episode, 'side'), textAt(episode, 'quantity')];
    const because =
      `exits in ${symbol} filled for more than was held and opened a ${side} position of ` +
      `${shares} shares; it is closed at once`;
    this.#tell({ code: 'excess_position', symbol, because });
  }

  see({ at, orders }: PortfolioSnapshot): void {
    this.#since ??= at;
    for (const order of orders) {
      const { id, symbol, quantity, filledQuantity, updatedAt } = order;
      if (quantity === null || filledQuantity.lte(quantity)) continue;
      if (updatedAt < this.#since) continue;
      if (this.#toldOrders.has(id)) continue;
      this.#toldOrders.add(id);
      const because =
        `order ${id} in ${symbol} filled ${text(filledQuantity)} shares of ${text(quantity)} ` +
        'ordered; what is held is believed';
      this.#tell({ code: 'overfilled_order', symbol, because });
    }
  }

  #tell({ code, symbol, because }: BrokerFault): void {
    this.#alerts.raise({ code, symbol, because });
    const by = 'BigBrother';
    void this.#halts.halt(
      { level: 'entries', actor: 'system', by, because, includesForeign: false },
      0,
    );
  }
}
