import { NyseCalendar } from '../../../src/paper-exchange/calendar/nyse.ts';
import { decimal } from '../../../src/paper-exchange/core/basics/decimal.ts';
import type {
  ExchangeEvent,
  ExchangeListener,
  Latencies,
  Switches,
} from '../../../src/paper-exchange/core/basics/types.ts';
import { ExchangeCore } from '../../../src/paper-exchange/core/exchange-core.ts';
import {
  type CancelFault,
  type Interference,
  NO_INTERFERENCE,
} from '../../../src/paper-exchange/core/state/interference.ts';
import { readState, writeState } from '../../../src/paper-exchange/core/state/saved-state.ts';
import {
  attachOracle,
  type Observed,
  type Oracle,
  type OracleSettings,
} from '../../../src/paper-exchange/oracle/oracle.ts';
import type { RestResponse } from '../../../src/paper-exchange/protocol/request.ts';
import { RestApi } from '../../../src/paper-exchange/wire/rest/rest-api.ts';
import { tradeUpdateJson } from '../../../src/paper-exchange/wire/rest/trade-update-json.ts';
import { tellQuote, tellTrade } from '../core/prices.ts';

/** Thursday, 8 October 2026, 10:00 in New York. */
const TEN_O_CLOCK = Date.parse('2026-10-08T14:00:00Z');

/** Two shares and a coin; all begin at 100 dollars. */
export const SYMBOLS = ['AAPL', 'MSFT', 'LTC/USD'] as const;

/** A margin account with ten AAPL, one that is short five MSFT, and one without credit. */
const ACCOUNTS = [
  {
    keyId: 'PKONE',
    secretKey: 'one',
    cash: '99000',
    multiplier: '4',
    positions: [{ symbol: 'AAPL', qty: '10', averageEntryPrice: '100' }],
  },
  {
    keyId: 'PKTWO',
    secretKey: 'two',
    cash: '12000',
    multiplier: '2',
    positions: [{ symbol: 'MSFT', qty: '-5', averageEntryPrice: '101.5' }],
  },
  { keyId: 'PKTHREE', secretKey: 'three', cash: '1500', multiplier: '1' },
] as const;

export type PitOptions = {
  readonly seed?: string;
  readonly startAt?: number;
  readonly switches?: Partial<Switches>;
  readonly latencies?: Partial<Latencies>;
  readonly oracle?: OracleSettings;
  /** Of a hundred decisions of the broker, how many go wrong. */
  readonly errorsPercent?: number;
  /** Puts something between the exchange and its oracle. */
  readonly between?: (observed: Observed) => Observed;
};

/** An exchange with three accounts that an oracle watches, and whose every event is written down. */
export class Pit {
  readonly core: ExchangeCore;
  readonly oracle: Oracle;
  readonly #rest: RestApi;
  readonly #log: string[] = [];
  readonly #halted = new Set<string>();
  #tradeId = 0;

  constructor({ seed = 'pit', startAt = TEN_O_CLOCK, ...options }: PitOptions = {}) {
    const { errorsPercent = 0 } = options;
    this.core = new ExchangeCore({
      seed,
      startAt,
      calendar: new NyseCalendar(),
      accounts: ACCOUNTS,
      assets: SYMBOLS.map((symbol) => ({ symbol })),
      switches: options.switches ?? {},
      latencies: options.latencies ?? {},
    });
    this.#rest = new RestApi(this.core, {
      settings: { requestsPerMinute: null },
      onFault: (error) => {
        throw error;
      },
    });
    this.core.subscribe((event) => this.#log.push(written(event)));
    const observed = observe(this.core, seed);
    const between = options.between ?? ((plain: Observed) => plain);
    this.oracle = attachOracle(between(observed), options.oracle);
    if (errorsPercent > 0) this.core.interfere(erring(errorsPercent));
    for (const symbol of SYMBOLS) this.market(symbol, '99.99', '100.01', '100');
  }

  /** Every event so far, byte for byte. */
  get log(): string {
    return this.#log.join('\n');
  }

  /** Another exchange, opened with other ids, that goes on from the state of this one. */
  resumed(options: PitOptions): Pit {
    const other = new Pit({ ...options, seed: 'another seed' });
    other.core.restore(readState(writeState({ core: this.core.save() })).core ?? null);
    other.#log.length = 0;
    other.#tradeId = this.#tradeId;
    for (const symbol of this.#halted) other.#halted.add(symbol);
    // What a lagging stream has still to tell is no news to one who asks now; and where they show
    // no fills of their chain, nobody can tell the broker's own replacements from asked ones.
    const { latencies, switches } = this.core;
    const isUnclear = latencies.streamMs > 0 || !switches.replacementInheritsFills;
    if (isUnclear) other.oracle.detach();
    else other.oracle.rebase();
    return other;
  }

  forgetLog(): void {
    this.#log.length = 0;
  }

  market(symbol: string, bid: string, ask: string, last: string): void {
    this.quote(symbol, bid, ask);
    this.trade(symbol, last);
  }

  quote(symbol: string, bid: string, ask: string): void {
    tellQuote(this.core, symbol, bid, ask);
  }

  trade(symbol: string, price: string): void {
    this.#tradeId += 1;
    tellTrade(this.core, symbol, price, this.#tradeId);
  }

  advanceBy(durationMs: number): void {
    this.core.advanceTo(this.core.now + durationMs);
  }

  /** One request of the account at `place`. */
  send(place: number, method: string, path: string, body?: string): RestResponse {
    const url = new URL(path, 'http://exchange');
    const { keyId, secretKey } = ACCOUNTS[place % ACCOUNTS.length] ?? ACCOUNTS[0];
    return this.#rest.handle({
      method,
      path: url.pathname,
      query: url.searchParams,
      headers: { 'apca-api-key-id': keyId, 'apca-api-secret-key': secretKey },
      body: body ?? '',
    });
  }

  /** Executes part of an order, as a partial fill at the venue would. */
  executePart(place: number, orderId: string, qty: string, price: string): void {
    this.core.executePart(this.accountId(place), orderId, decimal(qty), decimal(price));
  }

  halt(symbol: string): void {
    this.#halted.add(symbol);
    this.core.halt(symbol);
  }

  resume(symbol: string): void {
    this.#halted.delete(symbol);
    this.core.resume(symbol);
  }

  isHalted(symbol: string): boolean {
    return this.#halted.has(symbol);
  }

  accountId(place: number): string {
    return this.core.accountIds[place % ACCOUNTS.length] ?? '';
  }
}

/** A broker that errs by chance, always the same way. */
function erring(percent: number): Interference {
  let draw = 1;
  const errs = (): boolean => {
    draw = (draw * 48_271) % 2_147_483_647;
    return draw % 100 < percent;
  };
  const cancels: readonly CancelFault[] = [
    { kind: 'refuse' },
    { kind: 'delay', delayMs: 5000 },
    { kind: 'fill', percent: 50 },
  ];
  return {
    ...NO_INTERFERENCE,
    rejects: errs,
    onCancel: () => (errs() ? (cancels[draw % cancels.length] ?? null) : null),
    fillsBeforeReplace: errs,
    fillPercent: () => (errs() ? 40 : 100),
  };
}

/** What any client sees of the core: its events, and a REST door that counts nothing. */
function observe(core: ExchangeCore, seed: string): Observed {
  const rest = new RestApi(core, { settings: { requestsPerMinute: null } });
  return {
    seed,
    accounts: ACCOUNTS,
    subscribe: (listener: ExchangeListener) => core.subscribe(listener),
    answer: (request) => rest.handle(request),
    latencies: () => core.latencies,
  };
}

function written(event: ExchangeEvent): string {
  if (event.kind === 'trade_update') {
    return `${event.accountId} ${JSON.stringify(tradeUpdateJson(event))}`;
  }
  return JSON.stringify(event, (_, value) => (typeof value === 'bigint' ? String(value) : value));
}
