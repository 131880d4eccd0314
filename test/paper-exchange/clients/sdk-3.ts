import { createRequire } from 'node:module';
import { keys } from '../wire/given.ts';

type Listen<Message> = (listener: (message: Message) => void) => void;
type Symbols = (symbols: readonly string[]) => void;

/** What the streams of updates and of prices have in common. */
type Socket = {
  connect(): void;
  disconnect(): void;
  readonly onConnect: Listen<void>;
  readonly onStateChange: Listen<string>;
  readonly onError: Listen<string>;
};

type TradeSocket = Socket & {
  readonly subscribe: Symbols;
  readonly onOrderUpdate: Listen<{ readonly event: string; readonly order: object }>;
};

/** The fields of its messages begin with capitals. */
type StockSocket = Socket & {
  readonly session: { url: string };
  readonly subscribeForQuotes: Symbols;
  readonly subscribeForTrades: Symbols;
  readonly subscribeForBars: Symbols;
  readonly subscribeForStatuses: Symbols;
  readonly unsubscribeFromTrades: Symbols;
  getSubscriptions(): object;
  readonly onStockTrade: Listen<object>;
  readonly onStockQuote: Listen<object>;
  readonly onStockBar: Listen<object>;
  readonly onStatuses: Listen<object>;
};

type CryptoSocket = Socket & {
  readonly session: { readonly url: string };
  readonly subscribeForTrades: Symbols;
  readonly onCryptoTrade: Listen<object>;
};

type Method =
  | ('getAccount' | 'getAccountConfigurations' | 'updateAccountConfigurations')
  | ('getAccountActivities' | 'getPortfolioHistory' | 'getCalendar' | 'getClock')
  | ('getAssets' | 'getAsset' | 'getWatchlists')
  | ('createOrder' | 'getOrders' | 'getOrder' | 'getOrderByClientId' | 'replaceOrder')
  | ('cancelOrder' | 'cancelAllOrders')
  | ('getPosition' | 'getPositions' | 'closePosition' | 'closeAllPositions')
  | ('getMultiTradesV2' | 'getLatestTrade' | 'getLatestTrades' | 'getMultiQuotesV2')
  | ('getLatestQuote' | 'getLatestQuotes' | 'getMultiBarsV2' | 'getLatestBar' | 'getLatestBars')
  | ('getSnapshot' | 'getSnapshots' | 'getNews' | 'getCorporateActions')
  | ('getCryptoTrades' | 'getCryptoQuotes' | 'getCryptoBars' | 'getLatestCryptoTrades')
  | ('getLatestCryptoQuotes' | 'getCryptoSnapshots' | 'getCryptoOrderbooks');

/** SDK 3 as its README describes it; its own declarations do not say what it exports. */
export type Sdk3 = {
  readonly [Name in Method]: (...values: readonly unknown[]) => Promise<unknown>;
} & {
  getBarsV2(symbol: string, options: object): AsyncIterable<object>;
  newTimeframe(amount: number, unit: string): string;
  readonly timeframeUnit: { readonly MIN: string; readonly DAY: string };
  readonly trade_ws: TradeSocket;
  readonly data_stream_v2: StockSocket;
  readonly crypto_stream_v1beta3: CryptoSocket;
};

const require = createRequire(import.meta.url);
export const Alpaca3: new (config: object) => Sdk3 = require('alpaca-trade-api-3');

/** SDK 3 with the three addresses that its configuration takes. */
export function alpaca3At(addresses: { http: string; ws: string }, secretKey = keys.secret): Sdk3 {
  const { http, ws } = addresses;
  const alpaca = new Alpaca3({
    ...{ keyId: keys.keyId, secretKey, paper: true },
    ...{ baseUrl: http, dataBaseUrl: http, dataStreamUrl: ws },
  });
  // It writes wss whatever it is given, so that a plain address has to be set afterwards.
  alpaca.data_stream_v2.session.url = `${ws}/v2/iex`;
  return alpaca;
}
