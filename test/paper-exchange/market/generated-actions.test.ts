import { describe, expect, it } from 'vitest';
import {
  decimal,
  formatDecimal,
  toNumber,
} from '../../../src/paper-exchange/core/basics/decimal.ts';
import type { PaperExchange } from '../../../src/paper-exchange/exchange.ts';
import type { GeneratorOptions } from '../../../src/paper-exchange/market/generator.ts';
import { exchangeWith, given, hourMs, midpoint, play, quotesOf } from './given.ts';

describe('what companies do in a made-up market', () => {
  const exDate = '2026-11-04';
  const wednesdayPre = Date.parse('2026-11-04T04:00:00-05:00');
  const calm = [{ symbol: 'ACME', startPrice: '100', annualVolatilityPercent: 1 }];
  const price = (exchange: PaperExchange, symbol = 'ACME') =>
    toNumber(exchange.core.latestTrade(symbol)?.price ?? 0n);

  it('is announced, happens to what is held, and prices follow: a split', async () => {
    const terms = { kind: 'forward_split', symbol: 'ACME', newRate: 4, oldRate: 1 } as const;
    const market = { symbols: calm, corporateActions: [{ terms, exDate }] };
    const { clock, exchange, accountId } = exchangeWith(market);
    expect(exchange.core.corporateActions).toHaveLength(1);
    const equity = () => toNumber(exchange.core.account(accountId).equity);
    await clock.advanceTo(wednesdayPre - 1);
    const before = equity();
    expect(formatDecimal(exchange.core.position(accountId, 'ACME')?.qty ?? 0n)).toBe('100');
    await clock.advanceTo(wednesdayPre + hourMs);
    expect(formatDecimal(exchange.core.position(accountId, 'ACME')?.qty ?? 0n)).toBe('400');
    expect(price(exchange)).toBeCloseTo(25, 0);
    expect(equity() / before).toBeCloseTo(1, 2);
  });

  it('a dividend takes its amount off the price', () => {
    const terms = { kind: 'cash_dividend', symbol: 'ACME', rate: decimal('5'), special: true };
    const corporateActions = [{ terms, exDate }] as GeneratorOptions['corporateActions'];
    const both = [{}, corporateActions === undefined ? {} : { corporateActions }].map((more) =>
      play(given({ symbols: calm, newsPerYear: 0, ...more }), wednesdayPre + 8 * hourMs),
    );
    const [plain = 0, less = 0] = both.map((inputs) => quotesOf(inputs).slice(-1).map(midpoint)[0]);
    expect(plain - less).toBeCloseTo(5, 1);
  });

  it('a rename, a merger and a delisting end a symbol', async () => {
    const corporateActions: GeneratorOptions['corporateActions'] = [
      { terms: { kind: 'name_change', symbol: 'ACME', newSymbol: 'APEX' }, exDate },
      {
        terms: { kind: 'cash_merger', symbol: 'BOLT', acquirerSymbol: null, rate: decimal('21') },
        exDate,
      },
    ];
    const symbols = [
      ...calm,
      { symbol: 'BOLT', startPrice: '20' },
      { symbol: 'GONE', startPrice: '3', delistedOn: exDate },
    ];
    const { clock, exchange, events, accountId } = exchangeWith({ symbols, corporateActions });
    await clock.advanceTo(wednesdayPre + 6 * hourMs);
    expect(exchange.core.position(accountId, 'APEX')).not.toBeNull();
    expect(price(exchange, 'APEX')).toBeCloseTo(100, -1);
    expect(exchange.core.asset('BOLT')?.status).toBe('inactive');
    expect(exchange.core.asset('GONE')?.status).toBe('inactive');
    const late = events.flatMap((event) =>
      event.kind === 'trade' && event.at > wednesdayPre ? [event.trade.symbol] : [],
    );
    expect(new Set(late)).toEqual(new Set(['APEX']));
  });

  it('must lie after the start', () => {
    const terms = { kind: 'forward_split', symbol: 'ACME', newRate: 4, oldRate: 1 } as const;
    expect(() => given({ corporateActions: [{ terms, exDate: '2026-11-02' }] })).toThrow(
      /forward_split of ACME on 2026-11-02 lies before the market begins/,
    );
  });
});
