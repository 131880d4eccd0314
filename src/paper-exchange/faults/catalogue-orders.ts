import type { CatalogueEntry } from './catalogue.ts';
import { by, dollars, once, onOrder, order, submission } from './entry.ts';

const replacement = { method: 'PATCH', route: '/v2/orders/*' } as const;

const refusal = (status: number, code: number, message: string, extras = {}) =>
  ({ kind: 'answer', status, body: { ...extras, code, message } }) as const;

/** B01 to B24 of the failure-mode catalogue: what becomes of one order. */
export const orderFaults: readonly CatalogueEntry[] = [
  {
    id: 'B01',
    what: 'an order is lost before the exchange sees it',
    inject: onOrder({ kind: 'drop_before' }),
  },
  {
    id: 'B02',
    what: 'an order is accepted, and its reply is lost',
    inject: onOrder({ kind: 'apply_then_drop_reply' }),
  },
  {
    id: 'B03',
    what: 'an order is accepted, and its reply takes fifteen seconds',
    inject: onOrder({ kind: 'delay', ms: 15_000 }),
  },
  {
    id: 'B04',
    what: 'an order is accepted, and its id is refused as used',
    inject: onOrder({ ...refusal(422, 40010001, 'client_order_id must be unique'), applied: true }),
  },
  {
    id: 'B05',
    what: 'the shares are held by another exit, so that a sale is refused',
    inject: (scene) => ({
      commands: [
        order(scene, {
          ...{ type: 'stop', qty: String(scene.shares) },
          stop_price: dollars(scene.price * 0.8),
        }),
      ],
    }),
  },
  {
    id: 'B06',
    what: 'an open buy makes a stop a wash trade',
    inject: (scene) => ({
      commands: [
        order(scene, {
          ...{ side: 'buy', type: 'limit', qty: '1' },
          limit_price: dollars(scene.price * 0.9),
        }),
      ],
    }),
  },
  {
    id: 'B07',
    what: 'a purchase is refused for want of buying power',
    inject: by({
      where: { ...submission, side: 'buy' },
      when: once,
      what: refusal(403, 40310000, 'insufficient buying power', {
        buying_power: '0',
        cost_basis: '1000',
      }),
    }),
  },
  {
    id: 'B08',
    what: 'a price is refused as finer than the tick',
    inject: onOrder(
      refusal(
        ...([422, 42210000] as const),
        'invalid stop_price. sub-penny increment does not fulfill minimum pricing criteria',
      ),
    ),
  },
  {
    id: 'B09',
    what: 'an accepted order is rejected afterwards',
    inject: by({ when: once, what: { kind: 'reject' } }),
  },
  {
    id: 'B10',
    what: 'a cancel stays pending for ever',
    inject: by({ when: once, what: { kind: 'stick_cancel', ms: null } }),
  },
  {
    id: 'B11',
    what: 'an order fills while it is being cancelled',
    inject: by({ when: once, what: { kind: 'fill_during_cancel' } }),
  },
  {
    id: 'B12',
    what: 'an order fills before its cancel arrives, which is refused',
    inject: ({ orderId, shares, price }) => ({
      commands: [{ do: 'execute', orderId, qty: String(shares), price: dollars(price) }],
    }),
  },
  {
    id: 'B13',
    what: 'an order fills although its replacement was accepted',
    inject: by({ when: once, what: { kind: 'fill_before_replace' } }),
  },
  {
    id: 'B14',
    what: 'a replacement is refused because the order waits for the open',
    inject: by({
      where: replacement,
      when: once,
      what: refusal(422, 42210000, 'cannot replace order in accepted status'),
    }),
  },
  {
    id: 'B15',
    what: 'a replacement is accepted, and its id never arrives',
    inject: by({ where: replacement, when: once, what: { kind: 'apply_then_drop_reply' } }),
  },
  {
    id: 'B16',
    what: 'somebody replaces an order twenty times on end',
    inject: ({ symbol, orderId }) => ({
      rules: [
        {
          where: { event: 'new', symbol },
          when: { times: 19 },
          what: { kind: 'do', command: { do: 'nudge', symbol } },
        },
      ],
      commands: [{ do: 'nudge', symbol, orderId }],
    }),
  },
  {
    id: 'B17',
    what: 'both exits of a bracket or an OCO fill',
    inject: by({ when: once, what: { kind: 'fill_both_exits' } }),
  },
  {
    id: 'B18',
    what: 'an OCO whose held stop is missing from the open orders',
    inject: (scene) => ({
      commands: [
        {
          do: 'order',
          body: {
            ...{ symbol: scene.symbol, qty: String(scene.shares), side: 'sell', type: 'limit' },
            ...{ time_in_force: 'gtc', order_class: 'oco' },
            take_profit: { limit_price: dollars(scene.price * 1.2) },
            stop_loss: { stop_price: dollars(scene.price * 0.8) },
          },
        },
      ],
    }),
  },
  {
    id: 'B19',
    what: 'an entry fills in part, so that its exits do not work yet',
    inject: by({ where: { side: 'buy' }, when: once, what: { kind: 'partial_fill', percent: 40 } }),
  },
  {
    id: 'B20',
    what: 'a take-profit fills in part',
    inject: by({
      where: { side: 'sell', orderType: 'limit' },
      when: once,
      what: { kind: 'partial_fill', percent: 40 },
    }),
  },
  {
    id: 'B21',
    what: 'an order fills for a fifth more than it asked for',
    inject: by({ when: once, what: { kind: 'overfill', percent: 120 } }),
  },
  {
    id: 'B22',
    what: 'the price jumps down through stops and their limits',
    inject: ({ symbol }) => ({ commands: [{ do: 'shift_prices', symbol, percent: -15 }] }),
  },
  {
    id: 'B23',
    what: 'a day order expires at the close',
    inject: (scene) => ({
      commands: [
        order(scene, {
          ...{ type: 'stop', qty: String(scene.shares), time_in_force: 'day' },
          stop_price: dollars(scene.price * 0.8),
        }),
      ],
      session: 'closed',
    }),
  },
  {
    id: 'B24',
    what: 'an order is in a state that nobody knows, then suspended',
    inject: ({ orderId }) => ({
      rules: [
        {
          where: { method: 'GET', route: '/v2/orders/**' },
          when: { nth: 1 },
          what: { kind: 'fields', set: { status: 'reconsidered' } },
        },
      ],
      commands: [{ do: 'venue', orderId, action: { kind: 'set_aside', status: 'suspended' } }],
    }),
  },
];
