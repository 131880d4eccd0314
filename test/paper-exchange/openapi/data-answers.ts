import { decimal } from '../../../src/paper-exchange/core/basics/decimal.ts';
import type { CorporateActionTerms } from '../../../src/paper-exchange/core/basics/types.ts';
import { Floor } from '../core/floor.ts';
import { type Answer, Recorder } from './recorder.ts';

const MINUTE = 60_000;

/** Shares and a pair with bars, quotes and trades. */
function tradedFloor(): Floor {
  const floor = new Floor({
    assets: [{ symbol: 'AAPL' }, { symbol: 'MSFT' }, { symbol: 'BTC/USD' }],
  });
  for (let minute = 0; minute < 30; minute += 1) {
    const at = floor.core.now;
    for (const symbol of ['AAPL', 'BTC/USD']) {
      floor.market(symbol, '100', '100.02', '100.01');
      const price = decimal('100');
      const prices = { open: price, high: price, low: price, close: price, vwap: price };
      const bar = { symbol, at, durationMs: MINUTE, ...prices, volume: 10, tradeCount: 1 };
      floor.core.onBar(bar);
    }
    floor.advanceBy(MINUTE);
  }
  return floor;
}

export function marketDataAnswers(): readonly Answer[] {
  const recorder = new Recorder(tradedFloor());
  for (const kind of ['bars', 'quotes', 'trades']) {
    const timeframe = kind === 'bars' ? '&timeframe=5Min' : '';
    const stocks = `/v2/stocks/${kind}`;
    const crypto = `/v1beta3/crypto/us/${kind}`;
    recorder.get(
      `${stocks}?symbols=AAPL,MSFT${timeframe}&limit=2`,
      `${stocks}?symbols=AAPL&currency=USD${timeframe}&sort=desc&feed=iex`,
      `${stocks}?symbols=ZZZZ${timeframe}`,
      `${stocks}?${timeframe}`,
      `${stocks}?symbols=AAPL${timeframe}&feed=sip&end=2026-10-08T14:30:00Z`,
      `/v2/stocks/AAPL/${kind}?limit=1${timeframe}`,
      `/v2/stocks/AAPL/${kind}?limit=0${timeframe}`,
      `/v2/stocks/AAPL/${kind}?end=2026-10-08T14:30:00Z${timeframe}`,
      `/v2/stocks/${kind}/latest?symbols=AAPL,ZZZZ`,
      `/v2/stocks/${kind}/latest?symbols=AAPL&feed=sip`,
      `/v2/stocks/${kind}/latest`,
      `/v2/stocks/AAPL/${kind}/latest`,
      `/v2/stocks/AAPL/${kind}/latest?feed=sip`,
      `/v2/stocks/AA PL/${kind}/latest`,
      `${crypto}?symbols=BTC/USD,ETH/USD${timeframe}&limit=2`,
      `${crypto}?symbols=AAPL${timeframe}`,
      `/v1beta3/crypto/us/latest/${kind}?symbols=BTC/USD`,
      `/v1beta3/crypto/mars/latest/${kind}?symbols=BTC/USD`,
    );
  }
  recorder.get(
    '/v1beta3/crypto/us/latest/orderbooks?symbols=BTC/USD',
    '/v1beta3/crypto/us/latest/orderbooks',
    '/v1beta3/crypto/us/snapshots?symbols=BTC/USD',
    '/v1beta3/crypto/us/snapshots',
    '/v2/stocks/snapshots?symbols=AAPL,MSFT',
    '/v2/stocks/snapshots?symbols=AAPL&feed=sip',
    '/v2/stocks/snapshots',
    '/v2/stocks/AAPL/snapshot',
    '/v2/stocks/AAPL/snapshot?feed=sip',
    '/v2/stocks/AA PL/snapshot',
  );
  return recorder.answers;
}

export function newsAnswers(): readonly Answer[] {
  const recorder = new Recorder(tradedFloor());
  const { core } = recorder.floor;
  core.publishNews({ headline: 'Something happened', summary: 'To AAPL.', symbols: ['AAPL'] });
  recorder.get(
    '/v1beta1/news',
    '/v1beta1/news?symbols=AAPL&include_content=true&limit=1&sort=asc',
    '/v1beta1/news?limit=51',
  );
  return recorder.answers;
}

export function corporateActionAnswers(): readonly Answer[] {
  const floor = new Floor({ switches: { dividendsPaid: true } });
  floor.market('MSFT', '49.99', '50.01', '50');
  const recorder = new Recorder(floor);
  for (const symbol of ['MSFT', 'WHOLE', 'LONGONLY', 'HARD']) {
    floor.market(symbol, '49.99', '50.01', '50');
    recorder.order({ symbol, qty: '10' });
  }
  const [exDate, rate] = ['2026-10-09', decimal('1')];
  const allTerms: readonly CorporateActionTerms[] = [
    { kind: 'cash_dividend', symbol: 'AAPL', rate, special: true },
    { kind: 'forward_split', symbol: 'AAPL', newRate: 4, oldRate: 1 },
    { kind: 'reverse_split', symbol: 'MSFT', newRate: 1, oldRate: 10 },
    { kind: 'name_change', symbol: 'WHOLE', newSymbol: 'PART' },
    { kind: 'cash_merger', symbol: 'LONGONLY', acquirerSymbol: 'AAPL', rate },
    { kind: 'worthless_removal', symbol: 'HARD' },
  ];
  for (const terms of allTerms) floor.core.announce({ terms, exDate });
  recorder.order({ type: 'limit', limit_price: '90', qty: '1', time_in_force: 'gtc' });
  floor.advanceTo('2026-10-09T14:00:00Z');
  recorder.get(
    '/v1/corporate-actions?start=2026-10-01&end=2026-10-31',
    '/v1/corporate-actions',
    '/v1/corporate-actions?types=feast',
    '/v2/account/activities',
    '/v2/account/activities/SPLIT',
    '/v2/account/portfolio/history?timeframe=1D&cashflow_types=ALL',
    '/v2/assets',
    '/v2/positions',
    '/v2/orders?status=all',
  );
  return recorder.answers;
}
