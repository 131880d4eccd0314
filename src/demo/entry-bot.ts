import { decimal, type Quantity, text, wholeShares } from '../domain/decimal.ts';
import type { PaperExchange } from '../paper-exchange/exchange.ts';
import type { Clock } from '../ports/clock.ts';
import { fieldsOf, PlainClient, Refusal } from './plain-client.ts';

const HOUR_MS = 3_600_000;
const FLAT_DAYS_BEFORE_BUYING = 3;
const PART_OF_EQUITY = '0.25';

/**
 * Stands in for a user's own app: once a day it buys what it has not held for three days, with
 * plain market orders under its own ids. It knows nothing of BigBrother.
 */
export class EntryBot {
  readonly #exchange: PaperExchange;
  readonly #client: PlainClient;
  readonly #clock: Clock;
  readonly #flatDays: Map<string, number>;
  #orders = 0;

  constructor(exchange: PaperExchange, clock: Clock, symbols: readonly string[]) {
    this.#exchange = exchange;
    this.#client = new PlainClient(exchange);
    this.#clock = clock;
    this.#flatDays = new Map(symbols.map((symbol) => [symbol, FLAT_DAYS_BEFORE_BUYING]));
  }

  start(): void {
    const now = this.#clock.now();
    const at = this.#exchange.calendar.nextOpen(now) + HOUR_MS;
    this.#clock.after(at - now, () => {
      void this.#trade();
      this.start();
    });
  }

  async #trade(): Promise<void> {
    const positions = await this.#client.list('/v2/positions');
    const held = new Set(positions.map(({ symbol }) => symbol));
    for (const [symbol, days] of this.#flatDays) {
      const flatDays = held.has(symbol) ? 0 : days + 1;
      this.#flatDays.set(symbol, flatDays);
      if (flatDays >= FLAT_DAYS_BEFORE_BUYING) await this.#tryToBuy(symbol);
    }
  }

  async #tryToBuy(symbol: string): Promise<void> {
    try {
      await this.#buy(symbol);
    } catch (error) {
      // No price yet, or too little money: there is always tomorrow.
      if (!(error instanceof Refusal)) throw error;
    }
  }

  async #buy(symbol: string): Promise<void> {
    const { equity } = await this.#client.get('/v2/account');
    const { trade } = await this.#client.get(`/v2/stocks/${symbol}/trades/latest`);
    const price = decimal(String(fieldsOf(trade).p));
    const shares = decimal(String(equity)).times(PART_OF_EQUITY).div(price) as Quantity;
    this.#orders += 1;
    await this.#client.order({
      symbol,
      qty: text(wholeShares(shares)),
      side: 'buy',
      type: 'market',
      time_in_force: 'day',
      client_order_id: `entry-bot-${this.#orders}`,
    });
  }
}
