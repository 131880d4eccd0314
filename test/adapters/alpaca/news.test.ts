import { expect, it } from 'vitest';
import { connectAlpaca } from '../../../src/adapters/alpaca/connect.ts';
import { VirtualClock } from '../../../src/adapters/system/virtual-clock.ts';
import { ticker } from '../../../src/domain/ids.ts';
import { decimal } from '../../../src/paper-exchange/core/basics/decimal.ts';
import { PaperExchange } from '../../../src/paper-exchange/exchange.ts';

const START = Date.UTC(2026, 9, 8, 15, 0);
const DAY_MS = 24 * 3_600_000;
const KEYS = { keyId: 'PK-TEST', secretKey: 'secret' };
const AAPL = ticker('AAPL');

it('news and corporate actions come from the exchange through the real SDK', async () => {
  const clock = new VirtualClock(START);
  const market = { kind: 'silent', symbols: ['AAPL', 'MSFT'] } as const;
  const exchange = new PaperExchange(
    { seed: '7', accounts: [{ ...KEYS, cash: '1', multiplier: '1' }], market },
    clock,
  );
  exchange.start();
  exchange.core.publishNews({
    ...{ headline: 'Trading halted', summary: 'A summary', content: '', author: 'x' },
    ...{ source: 'benzinga', symbols: ['AAPL'], url: null },
  });
  const terms = {
    kind: 'cash_merger',
    symbol: 'AAPL',
    acquirerSymbol: null,
    rate: decimal('120'),
  } as const;
  exchange.core.announce({ terms, exDate: '2026-10-12' });
  const { news } = connectAlpaca(
    {
      ...{ keyId: KEYS.keyId, secret: KEYS.secretKey, endpoint: { url: 'http://127.0.0.1' } },
      ...{ fetchApi: exchange.fetchApi, wsFactory: exchange.wsFactory },
    },
    clock,
  );
  const articles = news.readArticles([AAPL, ticker('BTC/USD')], START - DAY_MS);
  const events = news.readCorporateEvents([AAPL], START, START + 7 * DAY_MS);
  await clock.advanceBy(1_000);
  expect(await articles).toMatchObject([
    { symbols: ['AAPL'], headline: 'Trading halted', source: 'benzinga' },
  ]);
  expect(await events).toEqual([{ symbol: 'AAPL', kind: 'cash_mergers', date: '2026-10-12' }]);
  expect(await news.readArticles([ticker('BTC/USD')], START)).toEqual([]);
  exchange.stop();
});
