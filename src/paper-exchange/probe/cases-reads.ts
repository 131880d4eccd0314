import type { ProbeCase } from './case.ts';
import { gainsCountFrom } from './reading.ts';

/** Questions that only read. */
export const readCases: readonly ProbeCase[] = [
  {
    name: 'account',
    asks: 'Has an account the fields of the pattern-day-trader rule?',
    steps: [
      { do: 'call', as: 'account', method: 'GET', path: '/v2/account', fields: ['daytrade_count'] },
    ],
    tells: { group: 'switches', name: 'patternDayTraderRule', by: ['account.has daytrade_count'] },
  },
  {
    name: 'rate limit headers',
    asks: 'Do answers say how many requests are left?',
    steps: [
      {
        ...{ do: 'call', as: 'any', method: 'GET', path: '/v2/account' },
        headers: ['x-ratelimit-limit'],
      },
    ],
    tells: { group: 'rest', name: 'rateLimitHeaders', by: ['any.header x-ratelimit-limit'] },
  },
  {
    name: 'wrong key',
    asks: 'Has the answer to a wrong secret a code?',
    steps: [{ do: 'call', as: 'wrong', method: 'GET', path: '/v2/account', wrongSecret: true }],
    tells: { group: 'rest', name: 'unauthorizedBody', by: ['wrong.code'] },
  },
  {
    name: 'list of 501',
    asks: 'Are more than 500 orders refused or cut?',
    steps: [{ do: 'call', as: 'list', method: 'GET', path: '/v2/orders?limit=501' }],
    tells: { group: 'switches', name: 'listLimitAbove500', by: ['list.ok'] },
  },
  {
    name: 'parameter that makes no sense',
    asks: 'With which status is it refused?',
    steps: [{ do: 'call', as: 'list', method: 'GET', path: '/v2/orders?direction=sideways' }],
    tells: { group: 'rest', name: 'badParameterStatus', by: ['list.status'] },
  },
  {
    name: 'consolidated quotes',
    asks: 'May they be read as they are now?',
    steps: [
      {
        ...{ do: 'call', as: 'quote', method: 'GET', api: 'data' },
        path: '/v2/stocks/quotes/latest?symbols={symbol}&feed=sip',
      },
    ],
    tells: { group: 'rest', name: 'marketDataPlan', by: ['quote.ok'] },
  },
  {
    name: 'history without a feed',
    asks: 'Which feed is read when none is named?',
    steps: [
      {
        ...{ do: 'call', as: 'bars', method: 'GET', api: 'data' },
        path: '/v2/stocks/bars?symbols={symbol}&timeframe=1Min&limit=1&end={now}',
      },
    ],
    tells: { group: 'rest', name: 'historicalFeedDefault', by: ['bars.ok'] },
  },
  {
    name: 'portfolio history',
    asks: 'From what does profit_loss of a day count?',
    steps: [
      {
        ...{ do: 'call', as: 'history', method: 'GET' },
        path: '/v2/account/portfolio/history?period=1W&timeframe=1D',
        fields: ['equity', 'profit_loss', 'base_value'],
      },
    ],
    tells: { group: 'rest', name: 'dailyProfitLoss', read: gainsCountFrom },
  },
  ...(
    [
      ['clock', '/v2/clock'],
      ['calendar', '/v2/calendar?start=2026-11-27&end=2026-11-27'],
      ['asset', '/v2/assets/{symbol}'],
      ['configurations', '/v2/account/configurations'],
      ['unknown asset', '/v2/assets/ZZZZZ'],
      ['unknown order', '/v2/orders/00000000-0000-4000-8000-000000000000'],
      ['unknown position', '/v2/positions/{symbol}'],
      ['unknown client order id', '/v2/orders:by_client_order_id?client_order_id={client:no}'],
    ] as const
  ).map(
    ([name, path]): ProbeCase => ({
      name,
      asks: `Is GET ${path.split('?')[0]} answered alike?`,
      steps: [{ do: 'call', as: 'answer', method: 'GET', path }],
    }),
  ),
];
