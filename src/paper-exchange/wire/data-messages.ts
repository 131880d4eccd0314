import type { Bar, ExchangeEvent, Quote, Trade, TradingStatus } from '../core/types.ts';
import { barJson, quoteJson, tradeJson } from './rest/data-json.ts';

/** Channels of the market-data stream, as a subscription names them. */
export const channels = [
  'trades',
  'quotes',
  'bars',
  'updatedBars',
  'dailyBars',
  'statuses',
  'lulds',
  'corrections',
  'cancelErrors',
] as const;
export type Channel = (typeof channels)[number];

export type DataMessage = Readonly<Record<string, unknown>>;
export type Publication = {
  readonly channel: Channel;
  readonly symbol: string;
  readonly message: DataMessage;
};

const minuteMs = 60_000;
const dayMs = 86_400_000;

/**
 * What an event says on the market-data stream; null when it says nothing there. Bars of
 * other lengths than a minute or a day have no channel. Times are Dates: the codec writes them.
 */
export function publicationOf(event: ExchangeEvent): Publication | null {
  switch (event.kind) {
    case 'trade':
      return { channel: 'trades', symbol: event.trade.symbol, message: trade(event.trade) };
    case 'quote':
      return { channel: 'quotes', symbol: event.quote.symbol, message: quote(event.quote) };
    case 'status':
      return { channel: 'statuses', symbol: event.status.symbol, message: status(event.status) };
    case 'bar': {
      const { symbol, durationMs } = event.bar;
      if (durationMs === minuteMs) return { channel: 'bars', symbol, message: bar('b', event.bar) };
      if (durationMs !== dayMs) return null;
      return { channel: 'dailyBars', symbol, message: bar('d', event.bar) };
    }
    case 'trade_update':
    case 'notice':
      return null;
  }
}

// The fields are those of the data API, but for the time.
const trade = (value: Trade): DataMessage => ({
  ...{ T: 't', S: value.symbol, ...tradeJson(value) },
  t: new Date(value.at),
});

const quote = (value: Quote): DataMessage => ({
  ...{ T: 'q', S: value.symbol, ...quoteJson(value) },
  t: new Date(value.at),
});

const bar = (type: 'b' | 'd', value: Bar): DataMessage => ({
  ...{ T: type, S: value.symbol, ...barJson(value) },
  t: new Date(value.at),
});

const status = ({ symbol, at, code, reason }: TradingStatus): DataMessage => ({
  T: 's',
  S: symbol,
  sc: code,
  sm: code === 'H' ? 'Trading Halt' : 'Trading Resumption',
  rc: code === 'H' ? 'T1' : '',
  rm: reason,
  z: 'C',
  t: new Date(at),
});
