import type { Quantity } from '../domain/decimal.ts';
import { decimal, text, wholeShares } from '../domain/decimal.ts';
import type { PaperExchange } from '../paper-exchange/exchange.ts';
import type { Clock } from '../ports/clock.ts';

const HOUR_MS = 3_600_000;
const FLAT_DAYS_BEFORE_BUYING = 3;
const PART_OF_EQUITY = '0.25';

type Fields = Readonly<Record<string, unknown>>;

/**
 * Stands in for a user's own app: once a day it buys what it has not held for three days, with
 * plain market orders under its own ids. It knows nothing of BigBrother.
 */
export class EntryBot {
  readonly #exchange: PaperExchange;
  readonly #clock: Clock;
  readonly #flatDays: Map<string, number>;
  #orders = 0;

  constructor(exchange: PaperExchange, clock: Clock, symbols: readonly string[]) {
    this.#exchange = exchange;
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
    const held = new Set(rowsOf(await this.#get('/v2/positions')).map(({ symbol }) => symbol));
    for (const [symbol, days] of this.#flatDays) {
      const flatDays = held.has(symbol) ? 0 : days + 1;
      this.#flatDays.set(symbol, flatDays);
      if (flatDays >= FLAT_DAYS_BEFORE_BUYING) await this.#buy(symbol);
    }
  }

  async #buy(symbol: string): Promise<void> {
    const { equity } = fieldsOf(await this.#get('/v2/account'));
    const latest = fieldsOf(await this.#get(`/v2/stocks/${symbol}/trades/latest`));
    const { p: price } = fieldsOf(latest.trade);
    const shares = decimal(String(equity))
      .times(PART_OF_EQUITY)
      .div(decimal(String(price)));
    this.#orders += 1;
    await this.#send('POST', '/v2/orders', {
      symbol,
      qty: text(wholeShares(shares as Quantity)),
      side: 'buy',
      type: 'market',
      time_in_force: 'day',
      client_order_id: `entry-bot-${this.#orders}`,
    });
  }

  #get(path: string): Promise<unknown> {
    return this.#send('GET', path, null);
  }

  async #send(method: string, path: string, body: unknown): Promise<unknown> {
    const { keyId, secretKey } = this.#exchange.credentials;
    const response = await this.#exchange.fetchApi(`http://exchange${path}`, {
      method,
      headers: { 'APCA-API-KEY-ID': keyId, 'APCA-API-SECRET-KEY': secretKey },
      ...(body === null ? {} : { body: JSON.stringify(body) }),
    });
    return response.json();
  }
}

const fieldsOf = (value: unknown): Fields => (value ?? {}) as Fields;
const rowsOf = (value: unknown): readonly Fields[] => (Array.isArray(value) ? value : []);
