import { describe, expect, it } from 'vitest';
import { NyseCalendar } from '../../../src/paper-exchange/calendar/nyse.ts';
import { toNumber } from '../../../src/paper-exchange/core/decimal.ts';
import type { Quote, Trade } from '../../../src/paper-exchange/core/types.ts';
import {
  GeneratedMarket,
  type GeneratorOptions,
} from '../../../src/paper-exchange/market/generator.ts';
import type { MarketInput } from '../../../src/paper-exchange/market/source.ts';

const calendar = new NyseCalendar();
const mondayOpen = Date.parse('2026-11-02T09:30:00-05:00');
const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

const given = (options: Partial<GeneratorOptions> = {}): GeneratedMarket =>
  new GeneratedMarket({
    seed: 'seven',
    startAt: mondayOpen,
    calendar,
    cadenceMs: 5_000,
    symbols: [{ symbol: 'ACME', startPrice: '100' }],
    ...options,
  });

function play(market: GeneratedMarket, until: number): MarketInput[] {
  const inputs: MarketInput[] = [];
  while (market.nextDueAt() < until) inputs.push(...market.next());
  return inputs;
}

const quotesOf = (inputs: readonly MarketInput[], symbol = 'ACME'): Quote[] =>
  inputs.flatMap((input) =>
    input.kind === 'quote' && input.quote.symbol === symbol ? [input.quote] : [],
  );

const tradesOf = (inputs: readonly MarketInput[]): Trade[] =>
  inputs.flatMap((input) => (input.kind === 'trade' ? [input.trade] : []));

const midpoint = (quote: Quote): number => toNumber((quote.bidPrice + quote.askPrice) / 2n);

function returnsOf(quotes: readonly Quote[]): number[] {
  const prices = quotes.map(midpoint);
  return prices.slice(1).map((price, index) => Math.log(price / (prices[index] ?? price)));
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

function correlation(left: readonly number[], right: readonly number[]): number {
  const [leftMean, rightMean] = [mean(left), mean(right)];
  const product = (a: readonly number[], am: number, b: readonly number[], bm: number): number =>
    mean(a.map((value, index) => (value - am) * ((b[index] ?? bm) - bm)));
  const covariance = product(left, leftMean, right, rightMean);
  const leftVariance = product(left, leftMean, left, leftMean);
  return covariance / Math.sqrt(leftVariance * product(right, rightMean, right, rightMean));
}

describe('a generated market', () => {
  it('gives the same ticks for the same seed, and others for another', () => {
    const first = play(given(), mondayOpen + dayMs);
    expect(play(given(), mondayOpen + dayMs)).toEqual(first);
    expect(play(given({ seed: 'eight' }), mondayOpen + dayMs)).not.toEqual(first);
  });

  it('does not change a name when another one joins', () => {
    const both = given({
      symbols: [
        { symbol: 'ACME', startPrice: '100' },
        { symbol: 'BOLT', startPrice: '20' },
      ],
    });
    const alone = play(given(), mondayOpen + 60 * minuteMs);
    expect(quotesOf(play(both, mondayOpen + 60 * minuteMs))).toEqual(quotesOf(alone));
  });

  it('ticks at its cadence through the regular session and stays silent otherwise', () => {
    const market = given({ cadenceMs: 60_000 });
    const instants: number[] = [];
    while (market.nextDueAt() < mondayOpen + 2 * dayMs) {
      const at = market.nextDueAt();
      if (tradesOf(market.next()).length > 0) instants.push(at);
    }
    expect(instants).toHaveLength(2 * 390);
    expect(instants.every((at) => calendar.sessionAt(at) === 'regular')).toBe(true);
    expect(instants[389]).toBe(mondayOpen + 389 * minuteMs);
    expect(instants[390]).toBe(mondayOpen + dayMs);
  });

  it('publishes each minute as a bar of its trades, the last one at the close', () => {
    const inputs = play(given({ cadenceMs: 20_000 }), mondayOpen + dayMs);
    const bars = inputs.flatMap((input) => (input.kind === 'bar' ? [input.bar] : []));
    expect(bars).toHaveLength(390);
    expect(inputs.at(-1)).toMatchObject({ kind: 'bar', bar: { at: mondayOpen + 389 * minuteMs } });
    const [first, second, third] = tradesOf(inputs);
    const bar = bars[0];
    expect(bar).toMatchObject({ at: mondayOpen, durationMs: minuteMs, tradeCount: 3 });
    expect(bar?.volume).toBe((first?.size ?? 0) + (second?.size ?? 0) + (third?.size ?? 0));
    expect([bar?.open, bar?.close]).toEqual([first?.price, third?.price]);
    expect(bar && bar.low <= bar.vwap && bar.vwap <= bar.high).toBe(true);
  });

  it('names a price at the start even when the exchange is closed', () => {
    const sunday = mondayOpen - dayMs;
    const market = given({ startAt: sunday });
    expect(market.nextDueAt()).toBe(sunday);
    const [quote] = quotesOf(market.next());
    expect(quote && midpoint(quote)).toBeCloseTo(100, 1);
    expect(market.nextDueAt()).toBe(mondayOpen);
  });

  it('quotes whole ticks, the bid below the ask, and trades at one of them', () => {
    const inputs = play(
      given({
        symbols: [
          { symbol: 'ACME', startPrice: '100', annualVolatilityPercent: 80 },
          { symbol: 'DUST', startPrice: '0.42', annualVolatilityPercent: 200 },
        ],
      }),
      mondayOpen + 3 * dayMs,
    );
    const cent = 10n ** 11n;
    for (const quote of quotesOf(inputs)) expect(quote.bidPrice % cent).toBe(0n);
    for (const quote of [...quotesOf(inputs), ...quotesOf(inputs, 'DUST')]) {
      expect(quote.bidPrice > 0n && quote.askPrice > quote.bidPrice).toBe(true);
    }
    const trades = tradesOf(inputs);
    expect(new Set(trades.map((trade) => trade.id)).size).toBe(trades.length);
    for (const [index, input] of inputs.entries()) {
      const after = inputs[index + 1];
      if (input.kind !== 'quote' || after?.kind !== 'trade') continue;
      expect([input.quote.bidPrice, input.quote.askPrice]).toContain(after.trade.price);
    }
  });

  it('has fat tails, clusters of volatility and no memory of direction', () => {
    const quotes = quotesOf(play(given({ cadenceMs: 60_000 }), mondayOpen + 120 * dayMs));
    const returns = returnsOf(quotes);
    const variance = mean(returns.map((value) => value ** 2));
    const kurtosis = mean(returns.map((value) => value ** 4)) / variance ** 2;
    const sizes = returns.map(Math.abs);
    expect(returns.length).toBeGreaterThan(30_000);
    expect(kurtosis).toBeGreaterThan(4);
    expect(correlation(sizes.slice(10), sizes.slice(0, -10))).toBeGreaterThan(0.05);
    expect(Math.abs(correlation(returns.slice(1), returns.slice(0, -1)))).toBeLessThan(0.05);
    // A year of such days has about the volatility that was asked for, jumps and nights added.
    const annual = Math.sqrt(variance * 390 * 252) * 100;
    expect(annual).toBeGreaterThan(25);
    expect(annual).toBeLessThan(55);
  });

  it('moves its names together, but not in step', () => {
    const inputs = play(
      given({
        cadenceMs: 300_000,
        symbols: [
          { symbol: 'ACME', startPrice: '100' },
          { symbol: 'BOLT', startPrice: '250' },
        ],
      }),
      mondayOpen + 60 * dayMs,
    );
    const together = correlation(returnsOf(quotesOf(inputs)), returnsOf(quotesOf(inputs, 'BOLT')));
    expect(together).toBeGreaterThan(0.15);
    expect(together).toBeLessThan(0.6);
  });

  it('widens spreads when prices run', () => {
    const quotes = quotesOf(play(given({ cadenceMs: 60_000 }), mondayOpen + 60 * dayMs));
    const sizes = returnsOf(quotes).map(Math.abs);
    const spreads = quotes.map(
      (quote) => toNumber(quote.askPrice - quote.bidPrice) / midpoint(quote),
    );
    expect(correlation(sizes.slice(0, -1), spreads.slice(1, -1))).toBeGreaterThan(0.2);
  });
});

describe('a scripted name', () => {
  it('gaps at the first tick of its instant', () => {
    const events = [{ atMs: 30 * minuteMs, gapPercent: -8 }];
    const quotes = quotesOf(
      play(given({ symbols: [{ symbol: 'ACME', startPrice: '100', events }] }), mondayOpen + dayMs),
    );
    const at = quotes.findIndex((quote) => quote.at === mondayOpen + 30 * minuteMs);
    const [before, after] = [quotes[at - 1], quotes[at]];
    expect(before && after && midpoint(after) / midpoint(before)).toBeCloseTo(0.92, 2);
  });

  it('shows a gap that fell into the night at the next open', () => {
    const events = [{ atMs: 10 * 60 * minuteMs, gapPercent: 10 }];
    const scripted = given({ symbols: [{ symbol: 'ACME', startPrice: '100', events }] });
    const opens = [given(), scripted].map((market) =>
      quotesOf(play(market, mondayOpen + dayMs + minuteMs)).find(
        (quote) => quote.at === mondayOpen + dayMs,
      ),
    );
    const [plain, gapped] = opens;
    expect(plain && gapped && midpoint(gapped) / midpoint(plain)).toBeCloseTo(1.1, 3);
  });

  it('ends each way exactly where it must, whatever the seed', () => {
    const events = [
      { fromMs: 10 * minuteMs, toMs: 120 * minuteMs, driftPercent: 6 },
      { fromMs: 120 * minuteMs, toMs: 200 * minuteMs, driftPercent: -3 },
    ];
    for (const seed of ['a', 'b', 'c', 'd']) {
      const symbols = [{ symbol: 'ACME', startPrice: '100', events }];
      const quotes = quotesOf(play(given({ seed, symbols }), mondayOpen + dayMs));
      const midpointAt = (elapsedMs: number): number => {
        const quote = quotes.findLast((one) => one.at <= mondayOpen + elapsedMs);
        return quote === undefined ? Number.NaN : midpoint(quote);
      };
      const start = midpointAt(10 * minuteMs - 1);
      expect(midpointAt(120 * minuteMs - 5_000) / start).toBeCloseTo(1.06, 2);
      expect(midpointAt(200 * minuteMs) / midpointAt(120 * minuteMs - 5_000)).toBeCloseTo(0.97, 2);
    }
  });

  it.each([
    [{ atMs: 5, gapPercent: -100 }, /ACME takes the price to zero/],
    [{ fromMs: 9, toMs: 3, driftPercent: 1 }, /ends before it begins/],
  ])('refuses %j', (event, message) => {
    const symbols = [{ symbol: 'ACME', startPrice: '100', events: [event] }];
    expect(() => given({ symbols })).toThrow(message);
  });

  it('refuses events that overlap', () => {
    const events = [
      { fromMs: 0, toMs: 100, driftPercent: 1 },
      { atMs: 50, gapPercent: 1 },
    ];
    expect(() => given({ symbols: [{ symbol: 'ACME', startPrice: '100', events }] })).toThrow(
      /begins within another one/,
    );
  });
});

describe('the past of a generated market', () => {
  it('has daily bars on trading days that end at the start price', () => {
    const { history } = given({ historyDays: 30 });
    expect(history).toHaveLength(30);
    expect(toNumber(history.at(-1)?.close ?? 0n)).toBe(100);
    expect(calendar.dateOf(history.at(-1)?.at ?? 0)).toBe('2026-10-30');
    for (const bar of history) {
      expect(bar.low <= bar.open && bar.low <= bar.close).toBe(true);
      expect(bar.high >= bar.open && bar.high >= bar.close).toBe(true);
      expect(calendar.tradingDay(calendar.dateOf(bar.at))).not.toBeNull();
    }
  });
});
