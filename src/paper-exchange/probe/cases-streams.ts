import type { Call, Facts, ProbeCase, Step } from './case.ts';
import { takenOf } from './reading.ts';

const FAR_BUY = {
  ...{ symbol: '{symbol}', qty: '1', side: 'buy', type: 'limit', time_in_force: 'day' },
  limit_price: '{far_below}',
};
const place = (as: string, body: Readonly<Record<string, unknown>>): Call => ({
  ...{ do: 'call', as, method: 'POST', path: '/v2/orders' },
  body: { client_order_id: `{client:${as}}`, ...body },
});

/** So many are tried. Whoever takes all of them is taken to have no limit that matters. */
const MOST_CONNECTIONS = 4;
const MOST_SYMBOLS = 60;
const NO_LIMIT = 1_000_000;
const FEEDS: Readonly<Record<string, string>> = {
  iex: '/v2/iex',
  sip: '/v2/sip',
  delayed_sip: '/v2/delayed_sip',
  boats: '/v1beta1/boats',
  overnight: '/v1beta1/overnight',
  test: '/v2/test',
  crypto: '/v1beta3/crypto/us',
};
const NOT_SUBSCRIBED = 409;

/** Questions to the streams. */
export const streamCases: readonly ProbeCase[] = [
  {
    name: 'frames of the trading stream',
    asks: 'Are they text or binary?',
    steps: [{ do: 'open', as: 'first', stream: '/stream' }],
    tells: { group: 'streams', name: 'tradingFrames', by: ['first.frames'] },
  },
  {
    name: 'two trading streams',
    asks: 'Do both hear of an order?',
    steps: [
      { do: 'open', as: 'first', stream: '/stream' },
      { do: 'open', as: 'second', stream: '/stream' },
      place('order', FAR_BUY),
      { do: 'call', as: 'cancel', method: 'DELETE', path: '/v2/orders/{id:order}' },
      { do: 'hear', as: 'newer', stream: 'second', order: 'order' },
      { do: 'hear', as: 'older', stream: 'first', order: 'order' },
    ],
    tells: { group: 'streams', name: 'tradingStreams', by: ['older.heard', 'newer.heard'] },
  },
  {
    name: 'stop leg that goes with its take-profit',
    asks: 'Does the stream tell of it?',
    needs: ['open'],
    steps: [
      { do: 'open', as: 'stream', stream: '/stream' },
      place('bracket', {
        ...{ symbol: '{symbol}', qty: '1', side: 'buy', type: 'market', time_in_force: 'day' },
        ...{ order_class: 'bracket', take_profit: { limit_price: '{far_above}' } },
        stop_loss: { stop_price: '{far_below}' },
      }),
      { do: 'wait', as: 'bought', order: 'bracket', for: ['filled'] },
      { do: 'wait', as: 'ready', order: 'bracket:limit', for: ['new'] },
      {
        ...{ do: 'call', as: 'profit', method: 'PATCH', path: '/v2/orders/{id:bracket:limit}' },
        body: { limit_price: '{below:1}', client_order_id: '{client:profit}' },
      },
      { do: 'wait', as: 'sold', order: 'profit', for: ['filled'] },
      {
        ...{ do: 'hear', as: 'end', stream: 'stream', order: 'bracket:stop' },
        event: 'canceled',
      },
    ],
    tells: { group: 'switches', name: 'announceHeldLegCancel', by: ['end.heard'] },
  },
  {
    name: 'version 2 of the data stream',
    asks: 'May it be used?',
    steps: [{ do: 'open', as: 'iex', stream: '/v2/iex' }],
    tells: {
      group: 'streams',
      name: 'isV2Enabled',
      read: (facts) => facts.get('iex.code') !== 408,
    },
  },
  {
    name: 'data feeds',
    asks: 'Which may be opened?',
    // One after the other: how many may be open at once is another question.
    steps: Object.entries(FEEDS).flatMap(([feed, stream]): readonly Step[] => [
      { do: 'open', as: feed, stream },
      { do: 'close', as: feed },
    ]),
    tells: {
      ...{ group: 'streams', name: 'feeds' },
      read: openFeeds,
    },
  },
  {
    name: 'data streams at once',
    asks: 'How many are taken?',
    steps: [
      {
        ...{ do: 'search', as: 'search', most: MOST_CONNECTIONS, by: 'ones' },
        step: { do: 'open', as: 'stream {n}', stream: '/v2/iex' },
      },
    ],
    tells: {
      ...{ group: 'streams', name: 'dataConnections' },
      read: takenOf(MOST_CONNECTIONS, NO_LIMIT),
    },
  },
  {
    name: 'symbols of a data stream',
    asks: 'How many are taken?',
    steps: [
      { do: 'open', as: 'stream', stream: '/v2/iex' },
      {
        ...{ do: 'search', as: 'search', most: MOST_SYMBOLS, by: 'ones' },
        step: { do: 'subscribe', as: 'subscription', stream: 'stream', symbols: '{n}' },
      },
    ],
    tells: { group: 'streams', name: 'symbolLimit', read: takenOf(MOST_SYMBOLS, NO_LIMIT) },
  },
];

/** Null unless each was opened, or refused for want of a subscription. */
function openFeeds(facts: Facts): readonly string[] | null {
  const codes = Object.keys(FEEDS).map((feed) => facts.get(`${feed}.code`));
  if (codes.some((code) => code !== 0 && code !== NOT_SUBSCRIBED)) return null;
  return Object.keys(FEEDS).filter((_, place) => codes[place] === 0);
}
