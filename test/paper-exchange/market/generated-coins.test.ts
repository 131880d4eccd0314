import { describe, expect, it } from 'vitest';
import {
  barsOf,
  dayMs,
  exchangeWith,
  given,
  hourMs,
  midpoint,
  minuteMs,
  mondayOpen,
  ofKind,
  play,
  quotesOf,
  tradesOf,
} from './given.ts';
import { annualVolatility, returnsOf } from './stylised-facts.ts';

describe('coins', () => {
  const symbols = [
    { symbol: 'BTC/USD', startPrice: '64000' },
    { symbol: 'DOGE/USD', startPrice: '0.0812' },
    { symbol: 'ACME', startPrice: '100' },
  ];

  it('trade at all hours of all days, while shares keep theirs', () => {
    const saturday = mondayOpen - 2 * dayMs;
    const inputs = play(
      given({ symbols, startAt: saturday, cadenceMs: minuteMs }),
      saturday + dayMs,
    );
    expect(tradesOf(inputs, 'BTC/USD')).toHaveLength(1440);
    expect(tradesOf(inputs, 'DOGE/USD')).toHaveLength(1440);
    expect(tradesOf(inputs)).toHaveLength(1);
    expect(barsOf(inputs, 'BTC/USD')).toHaveLength(1439);
    const volatility = annualVolatility(
      returnsOf(quotesOf(inputs, 'BTC/USD').map(midpoint)).map((one) => one * Math.sqrt(2086)),
    );
    expect(volatility).toBeGreaterThan(15);
    expect(volatility).toBeLessThan(240);
    expect(ofKind(inputs, 'pause')).toEqual([]);
  });

  it('are bought in the exchange on a Sunday, and have bars of minutes and days', async () => {
    const sunday = mondayOpen - dayMs;
    const market = { symbols, cadenceMs: minuteMs, historyDays: 5 };
    const { clock, exchange, accountId } = exchangeWith(market, sunday);
    const body = { symbol: 'BTC/USD', qty: '0.1', side: 'buy', type: 'market' };
    exchange.core.submitOrder(accountId, { ...body, time_in_force: 'gtc' });
    await clock.advanceBy(2 * hourMs);
    expect(exchange.core.position(accountId, 'BTC/USD')).not.toBeNull();
    const minutes = exchange.core.bars(
      'BTC/USD',
      { count: 1, unit: 'minute' },
      sunday,
      clock.now(),
    );
    expect(minutes).toHaveLength(120);
    const hours = exchange.core.bars('BTC/USD', { count: 1, unit: 'hour' }, sunday, clock.now());
    for (const { low, high, vwap, volume } of hours) {
      expect(volume).toBeGreaterThan(0);
      expect(vwap >= low && vwap <= high).toBe(true);
    }
    const day = { count: 1, unit: 'day' } as const;
    expect(exchange.core.bars('BTC/USD', day, sunday - 9 * dayMs, sunday).length).toBeGreaterThan(
      4,
    );
  });

  it('need no shares beside them', () => {
    const market = given({ symbols: symbols.slice(0, 1), cadenceMs: minuteMs });
    expect(play(market, mondayOpen + 2 * minuteMs)).toHaveLength(5);
    expect(market.nextDueAt()).toBe(mondayOpen + 2 * minuteMs);
  });
});
