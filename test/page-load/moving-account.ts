import type { PageOwner } from '../../src/server/page/local-page.ts';
import type { PageReading } from '../../src/server/page/page-words.ts';

const START = Date.UTC(2026, 9, 8, 15, 0);

/** An owner whose every price moves with every look; the same walk each time. */
export class MovingAccount implements PageOwner {
  readonly #prices: number[];
  #seed = 7;
  #last: object | null = null;
  looks = 0;
  /** While nothing moves, every look tells the same. */
  isStill = false;

  constructor(positions: number) {
    this.#prices = Array.from({ length: positions }, (_, index) => 20 + index);
  }

  read(view: Parameters<PageOwner['read']>[0]): Promise<PageReading> {
    const made = this.#made(view);
    return Promise.resolve({ outcome: 'read', json: JSON.stringify(made) });
  }

  waiting = () => Promise.resolve([]);
  approve = () => Promise.resolve(null);
  reject = () => Promise.resolve(null);

  /** As the newest look tells it. */
  priceOf(index: number): string {
    return (this.#prices[index] ?? 0).toFixed(2);
  }

  #made(view: Parameters<PageOwner['read']>[0]): object {
    const at = START + this.looks * 1_000;
    switch (view) {
      case 'board':
        if (!this.isStill || this.#last === null) this.#last = this.#board();
        return this.#last;
      case 'timeline':
        return { entries: this.#entries(at), leftOut: 0, nextCursor: null, note: null };
      case 'why':
        return { stories: [], note: null };
      case 'equity':
        return { equity: this.#course(at, 100_000), peak: 101_000, closes: [] };
      case 'price':
        return {
          ...{ symbol: 'S000', prices: this.#course(at, 100), fills: [], entry: 100 },
          stops: [[at, 95]],
        };
      case 'rules':
        return { policies: [], limits: [], guardrails: this.#guardrails() };
      case 'tape':
        return { tape: null };
    }
  }

  #board(): object {
    this.looks += 1;
    const rows = this.#prices.map((price, index) => {
      const moved = price * (1 + (this.#random() - 0.5) / 100);
      this.#prices[index] = moved;
      const entry = 20 + index;
      const gain = moved - entry;
      const cover = index % 50 === 0 ? `naked ${this.looks % 60}s` : 'covered';
      const figures = [entry, moved, gain * 10, gain / (entry * 0.08), entry * 0.92];
      return [
        ...[`S${String(index).padStart(3, '0')}`, 'long', '10'],
        ...figures.map((figure) => figure.toFixed(2)),
        ...[cover, (entry * 1.16).toFixed(2)],
      ];
    });
    const equity = (100_000 + this.looks).toFixed(2);
    return {
      ...{ environment: 'simulated', mode: 'execute', as_of: new Date(START).toISOString() },
      ...{ data_age_seconds: this.looks % 10, trading_state: 'active', guarded: true },
      ...{ session: { open: true, until: null }, alerts: [], alerts_left_out: 0 },
      account: { number: 'PA1', equity, day_pl: '12.00', buying_power: '50000.00' },
      exposure: { gross: equity, net: equity, largest: null },
      cover: { covered: rows.length - 10, partly: 0, naked: 10, unknown: 0 },
      columns: [
        ...['symbol', 'side', 'quantity', 'entry', 'last', 'unrealized_pl', 'r', 'stop'],
        ...['cover', 'take_profit'],
      ],
      ...{ rows, left_out: 0, plans_waiting: [] },
    };
  }

  #entries(at: number): readonly object[] {
    return Array.from({ length: 40 }, (_, index) => ({
      ...{ at: new Date(at).toISOString(), seq: this.looks - index, type: 'fill_received' },
      ...{ symbol: 'S000', text: 'sell 10 filled', planId: 'plan-1', orderId: null },
    }));
  }

  #course(at: number, from: number): readonly (readonly number[])[] {
    return Array.from({ length: 720 }, (_, index) => {
      const value = from + this.#random();
      return [at - (720 - index) * 10_000, value, value, value];
    });
  }

  #guardrails(): readonly object[] {
    return Array.from({ length: 27 }, (_, index) => ({
      ...{ name: `guardrail-${index}`, promise: 'What must never happen.' },
      ...{ asked: this.looks, denied: 0, last: null },
    }));
  }

  /** Numerical Recipes' generator: good enough for a walk. */
  #random(): number {
    this.#seed = (this.#seed * 1_664_525 + 1_013_904_223) % 4_294_967_296;
    return this.#seed / 4_294_967_296;
  }
}
