import type { Call, ProbeCase } from './case.ts';
import { percentAway } from './reading.ts';

const SHARE = { symbol: '{symbol}', qty: '1', time_in_force: 'day' };
const FAR_BUY = { ...SHARE, side: 'buy', type: 'limit', limit_price: '{far_below}' };
const ENDED = ['canceled', 'filled', 'expired', 'rejected', 'replaced'];

/** An order under a client order id of its own, so that it is found again whatever happens. */
const order = (as: string, body: Readonly<Record<string, unknown>>): Call => ({
  ...{ do: 'call', as, method: 'POST', path: '/v2/orders' },
  body: { client_order_id: `{client:${as}}`, ...body },
});
const cancel = (as: string, name: string): Call => ({
  ...{ do: 'call', as, method: 'DELETE', path: `/v2/orders/{id:${name}}` },
});
const canceled = (name: string) =>
  ({ do: 'wait', as: `${name} ended`, order: name, for: ENDED }) as const;

/** How far prices may be from the market decides where the others put theirs: it is first. */
export const priceCase: ProbeCase = {
  name: 'prices far away',
  asks: 'How far from the market may a limit be?',
  steps: [
    {
      ...{ do: 'search', as: 'search', most: 99, by: 'halves' },
      step: order('away {n}', { ...FAR_BUY, limit_price: '{below:{n}}' }),
    },
  ],
  tells: { group: 'switches', name: 'priceAwayPercent', read: percentAway },
};

/** Orders that rest far from the market for a moment. */
export const restingCases: readonly ProbeCase[] = [
  {
    name: 'cancel while the market is closed',
    asks: 'Does it wait for the open?',
    needs: ['not_open'],
    steps: [
      order('first', FAR_BUY),
      cancel('cancel', 'first'),
      { do: 'look', as: 'after', order: 'first' },
    ],
    tells: { group: 'switches', name: 'cancelOutsideHours', by: ['after.state'] },
  },
  {
    name: 'life of a limit order',
    asks: 'Is a limit order taken, shown, cancelled and gone alike?',
    steps: [
      order('first', FAR_BUY),
      { do: 'call', as: 'shown', method: 'GET', path: '/v2/orders/{id:first}' },
      { do: 'call', as: 'nested', method: 'GET', path: '/v2/orders/{id:first}?nested=true' },
      cancel('cancel', 'first'),
      canceled('first'),
      { do: 'call', as: 'gone', method: 'GET', path: '/v2/orders/{id:first}' },
    ],
  },
  {
    name: 'client order id twice',
    asks: 'With which status is an id refused that an open order has?',
    steps: [
      order('first', FAR_BUY),
      order('again', { ...FAR_BUY, client_order_id: '{client:first}' }),
    ],
    tells: { group: 'switches', name: 'duplicateClientOrderIdStatus', by: ['again.status'] },
  },
  {
    name: 'client order id of an order that ended',
    asks: 'May it be used again?',
    steps: [
      order('first', FAR_BUY),
      cancel('cancel', 'first'),
      canceled('first'),
      order('again', { ...FAR_BUY, client_order_id: '{client:first}' }),
    ],
    tells: { group: 'switches', name: 'clientOrderIdUniqueness', by: ['again.ok'] },
  },
  {
    name: 'cancel of what is canceled',
    asks: 'Is it accepted?',
    steps: [
      order('first', FAR_BUY),
      cancel('cancel', 'first'),
      canceled('first'),
      cancel('again', 'first'),
    ],
    tells: { group: 'switches', name: 'cancelOfCanceled', by: ['again.ok'] },
  },
  {
    name: 'GTC in extended hours',
    asks: 'Is a limit order for extended hours taken when it is GTC?',
    steps: [order('first', { ...FAR_BUY, time_in_force: 'gtc', extended_hours: true })],
    tells: { group: 'switches', name: 'extendedHoursGtc', by: ['first.ok'] },
  },
  {
    name: 'limit with a zero too many',
    asks: 'Is it a price in cents, or one below the penny?',
    steps: [order('first', { ...FAR_BUY, limit_price: '{far_below}0' })],
    tells: { group: 'switches', name: 'trailingZeros', by: ['first.ok'] },
  },
  {
    name: 'limit for half a share',
    asks: 'Is it taken, or only a market order?',
    needs: ['fractions'],
    steps: [order('first', { ...FAR_BUY, qty: '0.5' })],
    tells: { group: 'switches', name: 'fractionalTypes', by: ['first.ok'] },
  },
  {
    name: 'limit for ten dollars',
    asks: 'Is it taken, or only a market order?',
    needs: ['fractions'],
    steps: [order('first', { ...FAR_BUY, qty: undefined, notional: '10' })],
    tells: { group: 'switches', name: 'notionalTypes', by: ['first.ok'] },
  },
  {
    name: 'take-profit without a class',
    asks: 'Is it refused or ignored?',
    steps: [order('first', { ...FAR_BUY, take_profit: { limit_price: '{far_above}' } })],
    tells: { group: 'switches', name: 'legsWithoutClass', by: ['first.ok'] },
  },
  {
    name: 'wash trade',
    asks: 'With which status is a sale refused while a buy stop rests?',
    needs: ['short'],
    steps: [
      order('stop', { ...SHARE, side: 'buy', type: 'stop', stop_price: '{far_above}' }),
      order('sale', { ...SHARE, side: 'sell', type: 'limit', limit_price: '{far_above}' }),
    ],
    tells: { group: 'switches', name: 'washTradeStatus', by: ['sale.status'] },
  },
  {
    name: 'short sale of what is hard to borrow',
    asks: 'Does it take located shares?',
    needs: ['hard_to_borrow'],
    steps: [
      order('sale', {
        ...{ symbol: '{borrowed}', qty: '1', side: 'sell', type: 'limit', time_in_force: 'day' },
        limit_price: '{borrowed_above}',
      }),
    ],
    tells: { group: 'switches', name: 'hardToBorrow', by: ['sale.ok'] },
  },
];

/** What is refused at once, so that nothing rests. */
export const refusalCases: readonly ProbeCase[] = (
  [
    ['no quantity', { ...FAR_BUY, qty: '0' }],
    ['negative quantity', { ...FAR_BUY, qty: '-1' }],
    ['neither quantity nor notional', { ...FAR_BUY, qty: undefined }],
    ['limit order without a limit', { ...FAR_BUY, limit_price: undefined }],
    ['stop order without a stop', { ...SHARE, side: 'buy', type: 'stop' }],
    ['limit of a tenth of a cent', { ...FAR_BUY, limit_price: '{far_below}1' }],
    ['unknown symbol', { ...FAR_BUY, symbol: 'ZZZZZ' }],
    ['unknown time in force', { ...FAR_BUY, time_in_force: 'never' }],
    ['client order id of 129 characters', { ...FAR_BUY, client_order_id: 'x'.repeat(129) }],
    ['half a share, GTC', { ...FAR_BUY, qty: '0.5', time_in_force: 'gtc' }],
    [
      'stop order in extended hours',
      {
        ...{ ...SHARE, side: 'buy', type: 'stop', stop_price: '{far_above}', extended_hours: true },
      },
    ],
    [
      'trailing by a hundredth of a percent',
      {
        ...{ ...SHARE, side: 'buy', type: 'trailing_stop', trail_percent: '0.01' },
      },
    ],
    ['bracket without legs', { ...FAR_BUY, order_class: 'bracket' }],
    ['more than can be paid', { ...FAR_BUY, qty: '1000000' }],
  ] as const
).map(([name, body]) => ({
  name,
  asks: 'Is it refused alike?',
  steps: [order('first', body)],
}));

const MARKET = { ...SHARE, type: 'market' };

/** One share bought or sold short in the regular session, and given back at once. */
export const tradingCases: readonly ProbeCase[] = [
  {
    name: 'one share and back',
    asks: 'Is a market order filled, refused when too large, and its position shown alike?',
    needs: ['open'],
    steps: [
      order('buy', { ...MARKET, side: 'buy' }),
      { do: 'wait', as: 'bought', order: 'buy', for: ['filled'] },
      { do: 'call', as: 'position', method: 'GET', path: '/v2/positions/{symbol}' },
      order('too much', { ...MARKET, side: 'sell', qty: '2' }),
      order('stop', { ...SHARE, side: 'sell', type: 'stop', stop_price: '{far_below}' }),
      order('held', { ...MARKET, side: 'sell' }),
    ],
  },
  {
    name: 'shares available of a short',
    asks: 'Which sign has qty_available?',
    needs: ['open', 'short'],
    steps: [
      order('sale', { ...MARKET, side: 'sell' }),
      { do: 'wait', as: 'sold', order: 'sale', for: ['filled'] },
      {
        ...{ do: 'call', as: 'position', method: 'GET', path: '/v2/positions/{symbol}' },
        fields: ['qty_available'],
      },
    ],
    tells: { group: 'switches', name: 'shortQtyAvailable', by: ['position.qty_available'] },
  },
];
