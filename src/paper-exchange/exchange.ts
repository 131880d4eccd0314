import type { Clock } from '../ports/clock.ts';
import { NyseCalendar } from './calendar/nyse.ts';
import { ExchangeCore } from './core/exchange-core.ts';
import type {
  AccountOptions,
  AssetOptions,
  Calendar,
  Latencies,
  Milliseconds,
  Switches,
} from './core/types.ts';
import type { BarSeries } from './market/bar-file.ts';
import { GeneratedMarket, type SymbolScenario } from './market/generator.ts';
import { RecordedMarket, type RecordedSplit } from './market/recorded-market.ts';
import type { MarketInput, MarketSource } from './market/source.ts';
import {
  type RequestListener,
  requestListener,
  type UpgradeListener,
  upgradeListener,
} from './wire/http.ts';
import {
  type FetchApi,
  inProcessFetch,
  inProcessSockets,
  type WsFactory,
} from './wire/in-process.ts';
import {
  RestApi,
  type RestOptions,
  type RestRequest,
  type RestResponse,
} from './wire/rest/handle.ts';
import type { RestSettings } from './wire/rest/settings.ts';
import { defaultStreamSettings, type StreamSettings, Streams } from './wire/streams.ts';

/** Where prices come from. With `silent`, only from what is told to the core. */
export type MarketOptions =
  | {
      readonly kind: 'generated';
      readonly symbols: readonly SymbolScenario[];
      readonly cadenceMs?: number;
      readonly historyDays?: number;
    }
  | {
      readonly kind: 'recorded';
      readonly series: readonly BarSeries[];
      readonly spreadBps?: number;
      readonly splits?: readonly RecordedSplit[];
    }
  | { readonly kind: 'silent'; readonly symbols: readonly string[] };

export type PaperExchangeOptions = {
  /** Prices, ids and draws all follow from it. */
  readonly seed: string;
  /** At least one; the first one's keys are `credentials`. */
  readonly accounts: readonly [AccountOptions, ...AccountOptions[]];
  readonly market: MarketOptions;
  /** What differs from a large, liquid share; every symbol of the market is listed anyway. */
  readonly assets?: readonly AssetOptions[];
  readonly switches?: Partial<Switches>;
  readonly latencies?: Partial<Latencies>;
  readonly streams?: Partial<StreamSettings>;
  readonly rest?: Partial<RestSettings>;
  /** Told of every fault of our own that a client only sees as a 500. */
  readonly onFault?: NonNullable<RestOptions['onFault']>;
};

/** No timer of the platform may be longer than about 24 days. */
const longestSleepMs = 86_400_000;

/**
 * A paper exchange that speaks Alpaca's wire. It begins at the clock's instant, plays its
 * market and answers: in-process through `fetchApi` and `wsFactory`, or on the network when
 * something listens with `requestListener` and `upgradeListener`.
 */
export class PaperExchange {
  readonly core: ExchangeCore;
  readonly calendar: Calendar;
  readonly credentials: { readonly keyId: string; readonly secretKey: string };
  readonly fetchApi: FetchApi;
  readonly wsFactory: WsFactory;
  readonly requestListener: RequestListener;
  readonly upgradeListener: UpgradeListener;
  readonly #clock: Clock;
  readonly #market: MarketSource | null;
  readonly #rest: RestApi;
  readonly #streams: Streams;
  #timer: { readonly dueAt: Milliseconds; readonly cancel: () => void } | null = null;
  #isRunning = false;

  /** @throws when the market or an account makes no sense; the message names it */
  constructor(options: PaperExchangeOptions, clock: Clock) {
    const { seed, accounts, market, switches = {}, latencies = {} } = options;
    const startAt = clock.now();
    this.#clock = clock;
    this.calendar = new NyseCalendar();
    this.#market = marketFrom(market, seed, this.calendar, startAt);
    this.core = new ExchangeCore({
      seed,
      startAt,
      calendar: this.calendar,
      accounts,
      assets: assetsOf(options, this.#market),
      switches,
      latencies,
    });
    this.#rest = new RestApi(this.core, {
      ...(options.rest === undefined ? {} : { settings: options.rest }),
      ...(options.onFault === undefined ? {} : { onFault: options.onFault }),
    });
    const { keyId, secretKey } = accounts[0];
    this.credentials = { keyId, secretKey };
    this.#streams = new Streams({
      clock,
      settings: { ...defaultStreamSettings, ...options.streams },
      authenticate: (key, secret) => this.core.authenticate(key, secret),
    });
    this.core.subscribe((event) => this.#streams.onEvent(event));

    const answer = (request: RestRequest): RestResponse => this.#answer(request);
    this.fetchApi = inProcessFetch(answer);
    this.wsFactory = inProcessSockets(this.#streams);
    this.requestListener = requestListener(answer);
    this.upgradeListener = upgradeListener(this.#streams);

    this.core.loadHistory(this.#market?.history ?? []);
    this.#catchUp();
  }

  /** From now on time moves the market; what fell due meanwhile is played first, in order. */
  start(): void {
    this.#isRunning = true;
    this.#catchUp();
    this.#schedule();
  }

  /** Time stands still for the market, and every stream is closed. */
  stop(): void {
    this.#isRunning = false;
    this.#timer?.cancel();
    this.#timer = null;
    this.#streams.close();
  }

  /** Lets the market do something now, beside what it does by itself. */
  tell(input: MarketInput): void {
    this.#catchUp();
    this.#feed(input);
    if (this.#isRunning) this.#schedule();
  }

  /** Cuts every stream without a goodbye, as a failing network does. */
  dropStreams(): void {
    this.#streams.drop();
  }

  #answer(request: RestRequest): RestResponse {
    if (this.#isRunning) this.#catchUp();
    const response = this.#rest.handle(request);
    if (this.#isRunning) this.#schedule();
    return response;
  }

  /** Plays everything up to the clock's instant, in order of time. */
  #catchUp(): void {
    const now = this.#clock.now();
    for (;;) {
      const dueAt = this.#market?.nextDueAt() ?? null;
      if (dueAt === null || dueAt > now) break;
      this.core.advanceTo(dueAt);
      for (const input of this.#market?.next() ?? []) this.#feed(input);
    }
    this.core.advanceTo(now);
  }

  #feed(input: MarketInput): void {
    switch (input.kind) {
      case 'quote':
        this.core.onQuote(input.quote);
        break;
      case 'trade':
        this.core.onTrade(input.trade);
        break;
      case 'bar':
        this.core.onBar(input.bar);
        break;
      case 'split':
        this.core.applySplit(input.split.symbol, input.split.newShares, input.split.oldShares);
        break;
    }
  }

  /** One timer at a time, for whatever falls due first. */
  #schedule(): void {
    const due = [this.#market?.nextDueAt() ?? null, this.core.nextDueAt()].filter(
      (at) => at !== null,
    );
    const dueAt = due.length === 0 ? null : Math.min(...due);
    if (this.#timer !== null && this.#timer.dueAt === dueAt) return;
    this.#timer?.cancel();
    this.#timer = null;
    if (dueAt === null) return;
    const delayMs = Math.min(longestSleepMs, Math.max(0, dueAt - this.#clock.now()));
    const cancel = this.#clock.after(delayMs, () => {
      this.#timer = null;
      this.#catchUp();
      this.#schedule();
    });
    this.#timer = { dueAt, cancel };
  }
}

function marketFrom(
  market: MarketOptions,
  seed: string,
  calendar: Calendar,
  startAt: Milliseconds,
): MarketSource | null {
  switch (market.kind) {
    case 'generated':
      return new GeneratedMarket({ ...market, seed, calendar, startAt });
    case 'recorded':
      return new RecordedMarket({ ...market, calendar, startAt });
    case 'silent':
      return null;
  }
}

function assetsOf(
  { assets = [], market }: PaperExchangeOptions,
  source: MarketSource | null,
): readonly AssetOptions[] {
  const described = new Set(assets.map((asset) => asset.symbol));
  const symbols = source?.symbols ?? (market.kind === 'silent' ? market.symbols : []);
  const rest = symbols.filter((symbol) => !described.has(symbol));
  return [...assets, ...rest.map((symbol) => ({ symbol }))];
}
