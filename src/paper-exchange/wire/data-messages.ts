import { toNumber } from '../core/basics/decimal.ts';
import type {
  Bar,
  ExchangeEvent,
  MarketNotice,
  Milliseconds,
  Quote,
  Trade,
  TradingStatus,
} from '../core/basics/types.ts';
import { barJson, orderBookJson, quoteJson, tradeJson } from './rest/data-json.ts';
import type { Market } from './rest/symbols.ts';

/** Channels of the market-data streams, as a subscription names them, in the echo's order. */
export const channelsOf = {
  stocks: [
    'trades',
    'quotes',
    'bars',
    'updatedBars',
    'dailyBars',
    'statuses',
    'lulds',
    'corrections',
    'cancelErrors',
  ],
  crypto: ['trades', 'quotes', 'orderbooks', 'bars', 'updatedBars', 'dailyBars'],
} as const satisfies Record<Market, readonly string[]>;

export type Channel = (typeof channelsOf)[Market][number];

/** What a fault rule calls a message of each channel. */
export const eventOf: { readonly [Name in Channel]: string } = {
  trades: 'trade',
  quotes: 'quote',
  bars: 'bar',
  updatedBars: 'updated_bar',
  dailyBars: 'daily_bar',
  statuses: 'status',
  lulds: 'luld',
  corrections: 'correction',
  cancelErrors: 'cancel_error',
  orderbooks: 'orderbook',
};

/** Times are Dates: the codec writes them. */
export type DataMessage = Readonly<Record<string, unknown>>;
export type Publication = {
  readonly channel: Channel;
  readonly symbol: string;
  readonly message: DataMessage;
};

const minuteMs = 60_000;
const dayMs = 86_400_000;

/** A pair of coins has a slash in its name. */
export const marketOf = (symbol: string): Market => (symbol.includes('/') ? 'crypto' : 'stocks');

/**
 * What an event says on the market-data streams; nothing when it says nothing there. Bars of
 * other lengths than a minute or a day have no channel.
 */
export function publicationsOf(event: ExchangeEvent): readonly Publication[] {
  switch (event.kind) {
    case 'trade':
      return [tradePublication(event.trade)];
    case 'quote':
      return quotePublications(event.quote);
    case 'status':
      return [{ channel: 'statuses', symbol: event.status.symbol, message: status(event.status) }];
    case 'bar': {
      const { durationMs } = event.bar;
      if (durationMs === minuteMs) return [barPublication('bars', event.bar)];
      return durationMs === dayMs ? [barPublication('dailyBars', event.bar)] : [];
    }
    case 'notice':
      return [noticePublication(event.notice, event.at)];
    case 'trade_update':
      return [];
  }
}

/** Today's bar so far goes with each minute's ("Real-time Stock Data", daily bars). */
export function barPublication(channel: 'bars' | 'updatedBars' | 'dailyBars', value: Bar) {
  const type = { bars: 'b', updatedBars: 'u', dailyBars: 'd' }[channel];
  const { symbol, at } = value;
  const message = { ...{ T: type, S: symbol, ...barJson(value) }, t: new Date(at) };
  return { channel, symbol, message };
}

// The fields are those of the data API, but for the time.
function tradePublication(trade: Trade): Publication {
  const { symbol, at } = trade;
  const fields = tradeJson(trade, marketOf(symbol));
  return {
    channel: 'trades',
    symbol,
    message: { ...{ T: 't', S: symbol, ...fields }, t: new Date(at) },
  };
}

function quotePublications(quote: Quote): readonly Publication[] {
  const { symbol, at } = quote;
  const market = marketOf(symbol);
  const t = new Date(at);
  const message = { ...{ T: 'q', S: symbol, ...quoteJson(quote, market) }, t };
  const publication = { channel: 'quotes', symbol, message } as const;
  if (market === 'stocks') return [publication];
  const book = { ...{ T: 'o', S: symbol, ...orderBookJson(quote) }, r: true, t };
  return [publication, { channel: 'orderbooks', symbol, message: book }];
}

function noticePublication(notice: MarketNotice, at: Milliseconds): Publication {
  const t = new Date(at);
  switch (notice.kind) {
    case 'luld': {
      const { symbol, limitUp, limitDown } = notice;
      const [u, d] = [toNumber(limitUp), toNumber(limitDown)];
      return { channel: 'lulds', symbol, message: { T: 'l', S: symbol, u, d, i: 'B', t, z: 'C' } };
    }
    case 'correction': {
      const { original, corrected } = notice;
      const { symbol } = original;
      const message = {
        ...{ T: 'c', S: symbol, x: 'V' },
        ...{ oi: original.id, op: toNumber(original.price), os: original.size, oc: ['@'] },
        ...{ ci: corrected.id, cp: toNumber(corrected.price), cs: corrected.size, cc: ['@'] },
        ...{ t, z: 'C' },
      };
      return { channel: 'corrections', symbol, message };
    }
    case 'cancel_error': {
      const { trade, action } = notice;
      const { symbol, id, price, size } = trade;
      const a = action === 'cancel' ? 'C' : 'E';
      const message = {
        T: 'x',
        S: symbol,
        i: id,
        x: 'V',
        p: toNumber(price),
        s: size,
        a,
        t,
        z: 'C',
      };
      return { channel: 'cancelErrors', symbol, message };
    }
    case 'updated_bar':
      return barPublication('updatedBars', notice.bar);
  }
}

/** Codes of the consolidated tapes ("Real-time Stock Data", trading status). */
function status({ symbol, at, code, reason }: TradingStatus): DataMessage {
  const meaning = {
    H: ['Trading Halt', 'T1'],
    P: ['Volatility Trading Pause', 'LUDP'],
    T: ['Trading Resumption', ''],
  } as const;
  const [sm, rc] = meaning[code];
  return { T: 's', S: symbol, sc: code, sm, rc, rm: reason, z: 'C', t: new Date(at) };
}
