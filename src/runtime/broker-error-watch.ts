import { text } from '../domain/decimal.ts';
import type { Order } from '../domain/order.ts';
import type { PortfolioSnapshot } from '../domain/portfolio.ts';
import type { EpochMs } from '../domain/time.ts';
import type { AlertBoard } from './alert-board.ts';
import type { HaltWatch } from './halt-watch.ts';

type BrokerError = {
  readonly key: string;
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
  readonly #told = new Set<string>();
  /** What was there before is somebody else's finding: the halt that it led to is on disk. */
  #since: EpochMs | null = null;

  constructor(parts: { readonly halts: Pick<HaltWatch, 'halt'>; readonly alerts: AlertBoard }) {
    this.#halts = parts.halts;
    this.#alerts = parts.alerts;
  }

  see(snapshot: PortfolioSnapshot): void {
    this.#since ??= snapshot.at;
    for (const error of errorsIn(snapshot, this.#since)) {
      if (this.#told.has(error.key)) continue;
      this.#told.add(error.key);
      this.#tell(error);
    }
  }

  #tell({ code, symbol, because }: BrokerError): void {
    this.#alerts.raise({ code, symbol, because });
    const by = 'BigBrother';
    void this.#halts.halt(
      { level: 'entries', actor: 'system', by, because, includesForeign: false },
      0,
    );
  }
}

function errorsIn({ episodes, orders }: PortfolioSnapshot, since: EpochMs): BrokerError[] {
  const excess = [...episodes.values()].flatMap(({ id, symbol, side, quantity, isExcess }) =>
    isExcess === true
      ? [
          {
            key: id,
            code: 'excess_position' as const,
            symbol,
            because:
              `exits in ${symbol} filled for more than was held and opened a ${side} position ` +
              `of ${text(quantity)}; it is being closed`,
          },
        ]
      : [],
  );
  const overfilled = orders
    .filter((order) => order.updatedAt >= since && isOverfilled(order))
    .map(({ id, symbol, quantity, filledQuantity }) => ({
      key: id as string,
      code: 'overfilled_order' as const,
      symbol,
      because:
        `order ${id} in ${symbol} filled ${text(filledQuantity)} shares of ` +
        `${quantity === null ? 'none' : text(quantity)} ordered`,
    }));
  return [...excess, ...overfilled];
}

const isOverfilled = ({ quantity, filledQuantity }: Order): boolean =>
  quantity !== null && filledQuantity.gt(quantity);
