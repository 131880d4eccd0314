import type { CatalogueEntry } from './catalogue.ts';
import { by, dollars, order } from './entry.ts';

const MAINTENANCE_MS = 30 * 60_000;

/** B25 to B38: others with the account, its lists, its state, and what becomes of companies. */
export const accountFaults: readonly CatalogueEntry[] = [
  {
    id: 'B25',
    what: 'somebody else places an order',
    inject: (scene) => ({
      commands: [
        order(scene, {
          ...{ side: 'sell', type: 'limit', qty: '1', time_in_force: 'day' },
          limit_price: dollars(scene.price * 1.1),
        }),
      ],
    }),
  },
  {
    id: 'B26',
    what: 'somebody closes a position by hand',
    inject: ({ symbol }) => ({ commands: [{ do: 'close_by_hand', symbol }] }),
  },
  {
    id: 'B27',
    what: 'a stop is left behind by a position that is gone',
    inject: (scene) => ({
      commands: [
        order(scene, {
          ...{ type: 'stop', qty: String(scene.shares) },
          stop_price: dollars(scene.price * 0.8),
        }),
        { do: 'close_by_hand', symbol: scene.symbol },
      ],
    }),
  },
  {
    id: 'B28',
    what: 'positions are ten seconds behind the orders',
    inject: by({
      where: { method: 'GET', route: '/v2/positions/**' },
      what: { kind: 'positions_lag', ms: 10_000 },
    }),
  },
  {
    id: 'B29',
    what: 'the list of positions is empty by error',
    inject: by({
      where: { method: 'GET', route: '/v2/positions' },
      what: { kind: 'shorten', count: 0 },
    }),
  },
  {
    id: 'B30',
    what: 'the list of orders ends early',
    inject: by({
      where: { method: 'GET', route: '/v2/orders' },
      what: { kind: 'shorten', count: 1 },
    }),
  },
  {
    id: 'B31',
    what: 'cancelling everything is refused for every other order',
    inject: by({ when: { every: 2 }, what: { kind: 'refuse_cancel' } }),
  },
  {
    id: 'B32',
    what: 'the account is blocked, by the broker and by its owner',
    inject: () => ({
      commands: [
        { do: 'block', accountBlocked: true, tradingBlocked: true },
        { do: 'configure', fields: { suspend_trade: true } },
      ],
    }),
  },
  {
    id: 'B33',
    what: 'trading is halted',
    inject: ({ symbol, price }) => ({
      commands: [
        {
          ...{ do: 'luld', symbol },
          ...{ limitUp: dollars(price * 1.05), limitDown: dollars(price * 0.95) },
        },
        { do: 'halt', symbol },
      ],
    }),
  },
  {
    id: 'B34',
    what: 'ten shares for one',
    inject: ({ symbol }) => ({ commands: [{ do: 'split', symbol, newShares: 10, oldShares: 1 }] }),
  },
  {
    id: 'B35',
    what: 'a company is bought for cash: its share is gone',
    inject: ({ symbol, price }) => ({
      commands: [
        {
          ...{ do: 'corporate_action', symbol },
          terms: { kind: 'cash_merger', acquirerSymbol: null, rate: dollars(price) },
        },
      ],
    }),
  },
  {
    id: 'B35.renamed',
    what: 'a share has another symbol',
    inject: ({ symbol }) => ({
      commands: [
        {
          ...{ do: 'corporate_action', symbol },
          terms: { kind: 'name_change', newSymbol: `${symbol}X` },
        },
      ],
    }),
  },
  {
    id: 'B35.delisted',
    what: 'a share is not traded any more',
    inject: ({ symbol }) => ({ commands: [{ do: 'delist', symbol }] }),
  },
  {
    id: 'B36',
    what: 'maintenance: 503 for half an hour',
    inject: ({ now }) => ({
      rules: [
        {
          when: { until: now + MAINTENANCE_MS },
          what: { kind: 'answer', status: 503, html: '<html><body>Maintenance</body></html>' },
        },
      ],
    }),
  },
  {
    id: 'B37',
    what: 'the equity is missing, or absurd',
    inject: by(
      {
        where: { method: 'GET', route: '/v2/account' },
        when: { nth: 1 },
        what: { kind: 'fields', set: { equity: null, last_equity: null } },
      },
      {
        where: { method: 'GET', route: '/v2/account' },
        when: { nth: 2 },
        what: { kind: 'fields', set: { equity: '1e15', portfolio_value: '-1' } },
      },
    ),
  },
  {
    id: 'B38',
    what: 'a fraction of a share is left',
    inject: (scene) => ({
      commands: [order(scene, { side: 'buy', type: 'market', qty: '0.37', time_in_force: 'day' })],
    }),
  },
];
