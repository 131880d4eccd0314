/** Endpoints of the OpenAPI files that the exchange does not have, and why. */
export const unserved: readonly {
  readonly reason: string;
  readonly paths: readonly string[];
}[] = [
  {
    reason: 'options are not modelled: neither contracts nor their prices',
    paths: [
      'GET /v2/options/contracts',
      'GET /v2/options/contracts/{symbol_or_id}',
      'POST /v2/positions/{symbol_or_contract_id}/do-not-exercise',
      'POST /v2/positions/{symbol_or_contract_id}/exercise',
      'GET /v1beta1/options/bars',
      'GET /v1beta1/options/meta/conditions/{ticktype}',
      'GET /v1beta1/options/meta/exchanges',
      'GET /v1beta1/options/quotes/latest',
      'GET /v1beta1/options/snapshots',
      'GET /v1beta1/options/snapshots/{underlying_symbol}',
      'GET /v1beta1/options/trades',
      'GET /v1beta1/options/trades/latest',
    ],
  },
  {
    reason: 'perpetual futures are not modelled',
    paths: [
      'GET /v2/perpetuals/account_vitals',
      'GET /v2/perpetuals/leverage',
      'POST /v2/perpetuals/leverage',
      'GET /v2/perpetuals/wallets',
      'GET /v2/perpetuals/wallets/fees/estimate',
      'GET /v2/perpetuals/wallets/transfers',
      'POST /v2/perpetuals/wallets/transfers',
      'GET /v2/perpetuals/wallets/transfers/{transfer_id}',
      'GET /v2/perpetuals/wallets/whitelists',
      'POST /v2/perpetuals/wallets/whitelists',
      'DELETE /v2/perpetuals/wallets/whitelists/{whitelisted_address_id}',
      'GET /v1beta1/crypto-perps/{loc}/latest/bars',
      'GET /v1beta1/crypto-perps/{loc}/latest/orderbooks',
      'GET /v1beta1/crypto-perps/{loc}/latest/pricing',
      'GET /v1beta1/crypto-perps/{loc}/latest/quotes',
      'GET /v1beta1/crypto-perps/{loc}/latest/trades',
    ],
  },
  {
    reason: 'no coin leaves or enters a paper account: there are no wallets',
    paths: [
      'GET /v2/wallets',
      'GET /v2/wallets/fees/estimate',
      'GET /v2/wallets/transfers',
      'POST /v2/wallets/transfers',
      'GET /v2/wallets/transfers/{transfer_id}',
      'GET /v2/wallets/whitelists',
      'POST /v2/wallets/whitelists',
      'DELETE /v2/wallets/whitelists/{whitelisted_address_id}',
      'POST /v2/tokenization/mint',
      'GET /v2/tokenization/requests',
    ],
  },
  {
    reason: 'bonds, currencies and indices are not modelled',
    paths: [
      'GET /v2/assets/fixed_income/us_corporates',
      'GET /v2/assets/fixed_income/us_treasuries',
      'GET /v1beta1/fixed_income/latest/prices',
      'GET /v1beta1/fixed_income/latest/quotes',
      'GET /v1beta1/forex/latest/rates',
      'GET /v1beta1/forex/rates',
      'GET /v1beta1/indices/latest/values',
      'GET /v1beta1/indices/values',
    ],
  },
  {
    reason: 'watchlists serve a screen: nothing in them touches an order or a price',
    paths: [
      'GET /v2/watchlists',
      'POST /v2/watchlists',
      'DELETE /v2/watchlists/{watchlist_id}',
      'GET /v2/watchlists/{watchlist_id}',
      'POST /v2/watchlists/{watchlist_id}',
      'PUT /v2/watchlists/{watchlist_id}',
      'DELETE /v2/watchlists/{watchlist_id}/{symbol}',
      'DELETE /v2/watchlists:by_name',
      'GET /v2/watchlists:by_name',
      'POST /v2/watchlists:by_name',
      'PUT /v2/watchlists:by_name',
    ],
  },
  {
    reason: 'server-sent events are not the stream that trading clients use',
    paths: ['GET /v2beta1/events/activities'],
  },
  {
    reason: 'deprecated; the same facts are at /v1/corporate-actions',
    paths: [
      'GET /v2/corporate_actions/announcements',
      'GET /v2/corporate_actions/announcements/{id}',
    ],
  },
  {
    reason: 'screens and pictures for people, made of what the other endpoints say',
    paths: [
      'GET /v1beta1/logos/{symbol}',
      'GET /v1beta1/screener/{market_type}/movers',
      'GET /v1beta1/screener/stocks/most-actives',
    ],
  },
  {
    reason: 'the exchange has no record of its auctions apart from the trades',
    paths: ['GET /v2/stocks/{symbol}/auctions', 'GET /v2/stocks/auctions'],
  },
  {
    reason: 'tables of codes that no answer of this exchange varies',
    paths: ['GET /v2/stocks/meta/conditions/{ticktype}', 'GET /v2/stocks/meta/exchanges'],
  },
];
