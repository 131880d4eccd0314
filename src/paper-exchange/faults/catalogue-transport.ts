import type { CatalogueEntry } from './catalogue.ts';
import { by, once, onOrder } from './entry.ts';

const MINUTE_MS = 60_000;

const TOO_MANY = { message: 'too many requests.' };
const GATEWAY_TIMEOUT = '<html><body><h1>504 Gateway Time-out</h1></body></html>';
const SERVER_ERROR = '<html><body><h1>500 Internal Server Error</h1></body></html>';
const UNAVAILABLE = '<html><body><h1>503 Service Unavailable</h1></body></html>';

/** The faults that every client of a distant service meets, and N01 to N19. */
export const transportFaults: readonly CatalogueEntry[] = [
  {
    id: 'delay',
    what: 'a reply takes two seconds',
    inject: by({ what: { kind: 'delay', ms: 2_000 } }),
  },
  {
    id: 'drop_before',
    what: 'the line closes and the request is lost',
    inject: by({ when: once, what: { kind: 'drop_before' } }),
  },
  {
    id: 'apply_then_drop_reply',
    what: 'an order is accepted, and the line closes without a reply',
    inject: onOrder({ kind: 'apply_then_drop_reply' }),
  },
  {
    id: 'reset',
    what: 'an order is accepted, and the line is reset',
    inject: onOrder({ kind: 'reset' }),
  },
  {
    id: 'truncate',
    what: 'an order is accepted, and its reply breaks off half way',
    inject: onOrder({ kind: 'truncate' }),
  },
  {
    id: 'empty_200',
    what: 'an order is accepted, and the reply is 200 with nothing',
    inject: onOrder({ kind: 'empty_200' }),
  },
  {
    id: '429',
    what: 'too many requests, without any header, as measured',
    inject: by({ when: once, what: { kind: 'answer', status: 429, body: TOO_MANY } }),
  },
  {
    id: '500_html',
    what: 'a proxy answers 500 with a page',
    inject: by({ when: once, what: { kind: 'answer', status: 500, html: SERVER_ERROR } }),
  },
  {
    id: '504_after_accept',
    what: 'an order is accepted, and a proxy answers 504',
    inject: onOrder({ kind: 'answer', status: 504, html: GATEWAY_TIMEOUT, applied: true }),
  },
  {
    id: 'stream_drop',
    what: 'the line breaks instead of telling an update',
    inject: by({ where: { stream: 'trading' }, when: once, what: { kind: 'drop_line' } }),
  },
  {
    id: 'stream_duplicate',
    what: 'an update is told twice',
    inject: by({ where: { stream: 'trading' }, what: { kind: 'repeat', times: 1 } }),
  },
  {
    id: 'stream_delay',
    what: 'updates come half a second late, more or less',
    inject: by({
      where: { stream: 'trading' },
      what: { kind: 'postpone', ms: { kind: 'exponential', meanMs: 500 } },
    }),
  },
  {
    id: 'stream_reorder',
    what: 'an update comes after the next one',
    inject: by({
      where: { stream: 'trading' },
      when: { every: 2 },
      what: { kind: 'overtake', by: 1 },
    }),
  },
  {
    id: 'stream_missing',
    what: 'an update is never told',
    inject: by({ where: { stream: 'trading' }, when: { every: 3 }, what: { kind: 'lose' } }),
  },
  {
    id: 'stream_garbage',
    what: 'a frame that no codec reads',
    inject: by({ when: once, what: { kind: 'garbage' } }),
  },
  {
    id: 'stream_unauthorized',
    what: 'the keys are refused when a stream comes back',
    inject: by({ where: { stream: 'trading' }, when: { nth: 2 }, what: { kind: 'unauthorized' } }),
  },
  { id: 'no_pong', what: 'pings stay without answer', inject: by({ what: { kind: 'no_pong' } }) },
  {
    id: 'N01',
    what: '429 on a read, with the headers that the documentation names',
    inject: by({
      where: { method: 'GET' },
      when: once,
      what: {
        ...{ kind: 'answer', status: 429, body: TOO_MANY },
        headers: { 'retry-after': '2', 'x-ratelimit-limit': '200', 'x-ratelimit-remaining': '0' },
      },
    }),
  },
  {
    id: 'N02',
    what: '429 on an order',
    inject: onOrder({ kind: 'answer', status: 429, body: TOO_MANY }),
  },
  {
    id: 'N03',
    what: '429 on everything for five minutes',
    inject: ({ now }) => ({
      rules: [
        {
          when: { until: now + 5 * MINUTE_MS },
          what: { kind: 'answer', status: 429, body: TOO_MANY },
        },
      ],
    }),
  },
  {
    id: 'N04',
    what: 'every other request, by chance, ends in 503',
    inject: by({
      when: { probability: 0.5 },
      what: { kind: 'answer', status: 503, html: UNAVAILABLE },
    }),
  },
  {
    id: 'N05',
    what: 'a request hangs on an open line',
    inject: by({ when: once, what: { kind: 'hang' } }),
  },
  {
    id: 'N06',
    what: 'a body breaks off',
    inject: by({ when: once, what: { kind: 'truncate', percent: 70 } }),
  },
  {
    id: 'N07',
    what: '200 with a page, with another shape, and with fields that nobody knows',
    inject: by(
      {
        when: { nth: 1 },
        what: { kind: 'answer', status: 200, html: SERVER_ERROR, applied: true },
      },
      {
        when: { nth: 2 },
        what: { kind: 'answer', status: 200, body: { result: ['ok'] }, applied: true },
      },
      { when: { nth: 3 }, what: { kind: 'fields', set: { surprise: { deep: [1, null] } } } },
    ),
  },
  {
    id: 'N08',
    what: 'a redirect to another host',
    inject: by({
      when: once,
      what: { kind: 'redirect', location: 'https://elsewhere.invalid/v2/account' },
    }),
  },
  {
    id: 'N09',
    what: 'the host cannot be reached, by requests or streams',
    inject: by(
      { what: { kind: 'reset', applied: false } },
      { what: { kind: 'refuse_connection' } },
    ),
  },
  {
    id: 'N10',
    what: 'the stream breaks just when a fill is to be told',
    inject: by({
      where: { stream: 'trading', event: 'fill' },
      when: once,
      what: { kind: 'drop_line' },
    }),
  },
  {
    id: 'N11',
    what: 'one fill is never told on a line that lives on',
    inject: by({ where: { stream: 'trading', event: 'fill' }, when: once, what: { kind: 'lose' } }),
  },
  {
    id: 'N12',
    what: 'every update is told five times',
    inject: by({ where: { stream: 'trading' }, what: { kind: 'repeat', times: 4 } }),
  },
  {
    id: 'N13',
    what: 'a fill is told before the new that led to it',
    inject: by({
      where: { stream: 'trading', event: 'new' },
      what: { kind: 'overtake', by: 1 },
    }),
  },
  {
    id: 'N14',
    what: 'updates of an order that somebody else has placed',
    inject: ({ symbol, price }) => ({
      commands: [
        {
          do: 'order',
          body: {
            ...{ symbol, qty: '1', side: 'buy', type: 'limit', time_in_force: 'day' },
            limit_price: (price / 2).toFixed(2),
          },
        },
      ],
    }),
  },
  {
    id: 'N15',
    what: 'streams break in the middle of the day, and the keys are refused after that',
    inject: () => ({
      rules: [{ what: { kind: 'unauthorized' } }],
      commands: [{ do: 'drop_streams' }],
    }),
  },
  {
    id: 'N16',
    what: 'streams break, and ten attempts to come back fail',
    inject: () => ({
      rules: [{ when: { times: 10 }, what: { kind: 'refuse_connection' } }],
      commands: [{ do: 'drop_streams' }],
    }),
  },
  {
    id: 'N17',
    what: 'requests arrive and are done, but nothing comes back',
    inject: by(
      { what: { kind: 'hang', applied: true } },
      { what: { kind: 'lose' } },
      { what: { kind: 'no_pong' } },
    ),
  },
  {
    id: 'N18',
    what: 'every reply takes twenty seconds',
    inject: by({ what: { kind: 'delay', ms: 20_000 } }),
  },
  {
    id: 'N19',
    what: 'reads pile up: each takes five seconds, writes are quick',
    inject: by({ where: { method: 'GET' }, what: { kind: 'delay', ms: 5_000 } }),
  },
];
