import type { Split } from '../../paper-exchange/market/source.ts';

/** Splits of names that people replay, since bars files hold raw prices. */
export const knownSplits: readonly (Split & { readonly date: string })[] = [
  { symbol: 'AAPL', date: '2000-06-21', newShares: 2, oldShares: 1 },
  { symbol: 'AAPL', date: '2005-02-28', newShares: 2, oldShares: 1 },
  { symbol: 'AAPL', date: '2014-06-09', newShares: 7, oldShares: 1 },
  { symbol: 'AAPL', date: '2020-08-31', newShares: 4, oldShares: 1 },
  { symbol: 'GOOG', date: '2014-04-03', newShares: 2, oldShares: 1 },
  { symbol: 'IBM', date: '1999-05-27', newShares: 2, oldShares: 1 },
  { symbol: 'QQQ', date: '2000-03-20', newShares: 2, oldShares: 1 },
  { symbol: 'IWM', date: '2005-06-09', newShares: 2, oldShares: 1 },
  { symbol: 'EEM', date: '2005-06-09', newShares: 3, oldShares: 1 },
  { symbol: 'EEM', date: '2008-07-24', newShares: 3, oldShares: 1 },
  { symbol: 'USO', date: '2020-04-29', newShares: 1, oldShares: 8 },
];
