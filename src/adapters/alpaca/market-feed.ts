import type { streaming } from '@alpacahq/alpaca-trade-api';
import { type Ticker, ticker } from '../../domain/ids.ts';
import type { MarketEvent, StreamListener } from '../../ports/broker.ts';
import type { Clock } from '../../ports/clock.ts';
import type { AlpacaClient } from './client.ts';
import { isStock, quoteFrom, tradeFrom } from './mapping.ts';
import { StreamSupervisor } from './stream-supervisor.ts';

const SYMBOL_LIMIT = 'symbol limit exceeded'; // The SDK's words for error 405.
/** Symbols that Alpaca's free data plan streams. */
const FREE_PLAN_SYMBOLS = 30;

/** Quotes, trades and halts of the watched stocks. */
export class MarketFeed {
  readonly #supervisor: StreamSupervisor<streaming.StockDataStream>;
  readonly #listener: StreamListener<MarketEvent>;
  #symbols: readonly string[] = [];
  /** The data plan refused the whole set: as many trades as it takes, and no quotes. */
  #isLimited = false;

  constructor(client: AlpacaClient, clock: Clock, listener: StreamListener<MarketEvent>) {
    this.#listener = listener;
    this.#supervisor = new StreamSupervisor({
      clock,
      open: () => client.openStockStream(),
      prepare: (stream) => this.#prepare(stream),
      onError: (message) => this.#onError(message),
      onState: (state, because) => listener.onState(state, because),
    });
  }

  start(): void {
    this.#supervisor.start();
  }

  close(): void {
    this.#supervisor.close();
  }

  watch(symbols: readonly Ticker[]): void {
    const before = new Set(this.#subscribed());
    this.#symbols = symbols.filter(isStock);
    const after = new Set(this.#subscribed());
    const stream = this.#supervisor.stream;
    if (stream === null) return;
    const gone = [...before].filter((symbol) => !after.has(symbol));
    if (gone.length > 0) this.#unsubscribe(stream, gone);
    this.#subscribe(
      stream,
      [...after].filter((symbol) => !before.has(symbol)),
    );
  }

  #prepare(stream: streaming.StockDataStream): void {
    const pass = (event: MarketEvent | null): void => {
      if (event !== null) this.#listener.onEvent(event);
    };
    stream.onTrade(({ symbol, price, timestamp }) =>
      pass(tradeFrom(symbol, price, timestamp.getTime())),
    );
    stream.onQuote(({ symbol, bidPrice, askPrice, timestamp }) =>
      pass(quoteFrom(symbol, bidPrice, askPrice, timestamp.getTime())),
    );
    stream.onStatus((status) => pass(statusFrom(status)));
    stream.on('subscription', () => {
      if (!this.#supervisor.isLive) this.#supervisor.markLive('subscribed to market data');
    });
    stream.onConnect(() => {
      if (this.#symbols.length === 0) this.#supervisor.markLive('no symbol to watch yet');
    });
    this.#subscribe(stream, this.#subscribed());
  }

  #onError(message: string): void {
    if (message !== SYMBOL_LIMIT || this.#isLimited) {
      if (this.#supervisor.isLive) this.#listener.onState('live', message);
      return;
    }
    this.#isLimited = true;
    this.#supervisor.drop(
      `the data plan streams ${FREE_PLAN_SYMBOLS} symbols: trades of those only from now on`,
    );
  }

  #subscribed(): readonly string[] {
    return this.#isLimited ? this.#symbols.slice(0, FREE_PLAN_SYMBOLS) : this.#symbols;
  }

  #subscribe(stream: streaming.StockDataStream, symbols: readonly string[]): void {
    if (symbols.length === 0) return;
    stream.subscribeForTrades([...symbols]);
    stream.subscribeForStatuses([...symbols]);
    if (!this.#isLimited) stream.subscribeForQuotes([...symbols]);
  }

  #unsubscribe(stream: streaming.StockDataStream, symbols: readonly string[]): void {
    stream.unsubscribeFromTrades([...symbols]);
    stream.unsubscribeFromStatuses([...symbols]);
    if (!this.#isLimited) stream.unsubscribeFromQuotes([...symbols]);
  }
}

// Nasdaq's codes are letters, those of the other tapes digits.
const HALTED: ReadonlySet<string> = new Set(['H', 'P', '2']);
const RESUMED: ReadonlySet<string> = new Set(['T', '3']);

/** Null for a message that neither halts nor resumes trading. */
function statusFrom(status: streaming.StreamStatus): MarketEvent | null {
  const code = status.statusCode ?? '';
  if (!HALTED.has(code) && !RESUMED.has(code)) return null;
  const halted = HALTED.has(code);
  return { kind: 'status', symbol: ticker(status.symbol), halted, at: status.timestamp.getTime() };
}
