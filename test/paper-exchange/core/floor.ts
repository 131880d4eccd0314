import { NyseCalendar } from '../../../src/paper-exchange/calendar/nyse.ts';
import { decimal } from '../../../src/paper-exchange/core/basics/decimal.ts';
import type {
  AccountOptions,
  AssetOptions,
  ExchangeEvent,
  Latencies,
  Switches,
  TradeUpdate,
} from '../../../src/paper-exchange/core/basics/types.ts';
import { ExchangeCore } from '../../../src/paper-exchange/core/exchange-core.ts';
import { RestApi } from '../../../src/paper-exchange/wire/rest/rest-api.ts';
import type { RestSettings } from '../../../src/paper-exchange/wire/rest/settings.ts';
import { tradeUpdateJson } from '../../../src/paper-exchange/wire/rest/trade-update-json.ts';
import { tellQuote, tellTrade } from './prices.ts';

/** Thursday, 8 October 2026, 10:00 in New York. */
const TEN_O_CLOCK = Date.parse('2026-10-08T14:00:00Z');

export type Json = { readonly [key: string]: unknown };
export type Answer = { readonly status: number; readonly body: Json };

type FloorOptions = {
  readonly startAt?: string;
  readonly seed?: string;
  readonly account?: Partial<AccountOptions>;
  readonly assets?: readonly AssetOptions[];
  readonly switches?: Partial<Switches>;
  readonly latencies?: Partial<Latencies>;
  readonly rest?: Partial<RestSettings>;
  /** Whether AAPL has its quote, its last sale and ten shares in the account. */
  readonly prices?: boolean;
};

const KEYS = { 'apca-api-key-id': 'PKTEST', 'apca-api-secret-key': 'secret' };

/**
 * An exchange with one account behind its REST door. Unless told otherwise: regular hours, AAPL
 * 99.99 bid, 100.01 asked, last sale 100.00, long 10 AAPL, 99,000 dollars in cash.
 */
export class Floor {
  readonly core: ExchangeCore;
  readonly #rest: RestApi;
  readonly events: ExchangeEvent[] = [];
  /** The id of the last trade. */
  tradeId = 0;

  constructor(options: FloorOptions = {}) {
    const { account, assets, switches, latencies, rest, prices = true } = options;
    this.core = new ExchangeCore({
      seed: options.seed ?? 'floor',
      startAt: options.startAt === undefined ? TEN_O_CLOCK : Date.parse(options.startAt),
      calendar: new NyseCalendar(),
      accounts: [
        {
          keyId: 'PKTEST',
          secretKey: 'secret',
          cash: '99000',
          multiplier: '4',
          positions: [{ symbol: 'AAPL', qty: '10', averageEntryPrice: '100' }],
          ...account,
        },
      ],
      assets: assets ?? [
        { symbol: 'AAPL' },
        { symbol: 'MSFT' },
        { symbol: 'WHOLE', fractionable: false },
        { symbol: 'LONGONLY', shortable: false },
        { symbol: 'HARD', easyToBorrow: false },
      ],
      ...(switches === undefined ? {} : { switches }),
      ...(latencies === undefined ? {} : { latencies }),
    });
    this.#rest = new RestApi(this.core, {
      settings: { requestsPerMinute: null, ...rest },
    });
    this.core.subscribe((event) => this.events.push(event));
    if (prices) this.market('AAPL', '99.99', '100.01', '100');
  }

  get accountId(): string {
    return this.core.accountIds[0] ?? '';
  }

  // ---- The market ----

  market(symbol: string, bid: string, ask: string, last: string): void {
    this.quote(symbol, bid, ask);
    this.trade(symbol, last);
  }

  quote(symbol: string, bid: string, ask: string): void {
    tellQuote(this.core, symbol, bid, ask);
  }

  trade(symbol: string, price: string): void {
    this.tradeId += 1;
    tellTrade(this.core, symbol, price, this.tradeId);
  }

  advanceBy(durationMs: number): void {
    this.core.advanceTo(this.core.now + durationMs);
  }

  advanceTo(time: string): void {
    this.core.advanceTo(Date.parse(time));
  }

  /** Executes part of an order, as a partial fill at the venue would. */
  executePart(id: unknown, qty: string, price: string): boolean {
    return this.core.executePart(this.accountId, String(id), decimal(qty), decimal(price));
  }

  // ---- The client ----

  send(method: string, path: string, body?: unknown, headers: Record<string, string> = KEYS) {
    const url = new URL(path, 'http://exchange');
    return this.#rest.handle({
      method,
      path: url.pathname,
      query: url.searchParams,
      headers,
      body: body === undefined ? '' : JSON.stringify(body),
    });
  }

  request(method: string, path: string, body?: unknown): Answer {
    const answer = this.send(method, path, body);
    return { status: answer.status, body: answer.body === '' ? {} : JSON.parse(answer.body) };
  }

  get(path: string): Json {
    return this.request('GET', path).body;
  }

  list(path: string): readonly Json[] {
    return JSON.parse(this.send('GET', path).body);
  }

  /** POST of an AAPL day order: what is not named is one share, buying, at market. */
  order(fields: Json): Answer {
    return this.request('POST', '/v2/orders', {
      symbol: 'AAPL',
      side: 'buy',
      type: 'market',
      time_in_force: 'day',
      ...('notional' in fields || 'qty' in fields ? {} : { qty: '1' }),
      ...fields,
    });
  }

  /** An order that must be accepted; gives back its id. */
  accepted(fields: Json): string {
    const { status, body } = this.order(fields);
    if (status !== 200) throw new Error(`refused: ${JSON.stringify(body)}`);
    return String(body.id);
  }

  cancel(id: string): Answer {
    return this.request('DELETE', `/v2/orders/${id}`);
  }

  replace(id: string, changes: Json): Answer {
    return this.request('PATCH', `/v2/orders/${id}`, changes);
  }

  orderById(id: unknown): Json {
    return this.get(`/v2/orders/${id}?nested=true`);
  }

  statusOf(id: unknown): unknown {
    return this.orderById(id).status;
  }

  legsOf(id: unknown): readonly Json[] {
    const { legs } = this.orderById(id);
    return Array.isArray(legs) ? legs : [];
  }

  position(symbol = 'AAPL'): Json {
    return this.get(`/v2/positions/${symbol}`);
  }

  account(): Json {
    return this.get('/v2/account');
  }

  updates(): readonly TradeUpdate[] {
    return this.events.filter((event) => event.kind === 'trade_update');
  }

  /** The stream's names for what happened to one order, or to all. */
  eventNames(id?: unknown): readonly string[] {
    const own = this.updates().filter(({ order }) => id === undefined || order.id === id);
    return own.map(({ event }) => event);
  }

  /** Everything that the stream would have said, byte for byte. */
  transcript(): string {
    return this.updates()
      .map((update) => JSON.stringify(tradeUpdateJson(update)))
      .join('\n');
  }
}

/** The refusal's status and code, and the extra fields that the caller wants to see. */
export function refusal({ status, body }: Answer, ...extras: readonly string[]): Json {
  const shown = Object.fromEntries(extras.map((name) => [name, body[name]]));
  return { status, code: body.code, ...shown };
}
