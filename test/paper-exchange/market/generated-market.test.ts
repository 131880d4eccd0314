import { describe, expect, it } from 'vitest';
import { toNumber } from '../../../src/paper-exchange/core/basics/decimal.ts';
import {
  barsOf,
  calendar,
  dayMs,
  given,
  midpoint,
  minuteMs,
  mondayOpen,
  ofKind,
  play,
  quotesOf,
  tradesOf,
} from './given.ts';

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

  it('draws for each concern from a stream of its own', () => {
    const until = mondayOpen + 3 * dayMs;
    const plain = play(given({ newsPerYear: 300 }), until);
    const withBadPrints = play(given({ newsPerYear: 300, badPrintsPerDay: 40 }), until);
    const bad = tradesOf(withBadPrints).filter(({ id }) => id > 1_000_000_000);
    expect(bad.length).toBeGreaterThan(40);
    const others = withBadPrints.filter(
      (input) =>
        !(input.kind === 'trade' && bad.includes(input.trade)) &&
        !(input.kind === 'notice' && input.notice.kind === 'cancel_error'),
    );
    expect(others).toEqual(plain);
    const withHistory = given({ newsPerYear: 300, historyDays: 20 });
    expect(play(withHistory, until)).toEqual(plain);
  });

  it('ticks at its cadence through the regular session and stays silent otherwise', () => {
    const market = given({ cadenceMs: 60_000 });
    const instants: number[] = [];
    while (market.nextDueAt() < mondayOpen + 2 * dayMs) {
      const at = market.nextDueAt();
      if (tradesOf(market.next()).length > 0) instants.push(at);
    }
    expect(instants).toHaveLength(2 * 391);
    expect(instants.every((at) => calendar.sessionAt(at) === 'regular')).toBe(true);
    expect(instants[389]).toBe(mondayOpen + 389 * minuteMs);
    expect(instants[390]).toBe(mondayOpen + 390 * minuteMs - 1);
    expect(instants[391]).toBe(mondayOpen + dayMs);
  });

  it('publishes each minute as a bar of its trades, the last one at the close', () => {
    const inputs = play(given({ cadenceMs: 20_000 }), mondayOpen + dayMs);
    const bars = barsOf(inputs);
    expect(bars).toHaveLength(390);
    expect(inputs.at(-1)).toMatchObject({ kind: 'bar', bar: { at: mondayOpen + 389 * minuteMs } });
    const [first, second, third] = tradesOf(inputs);
    const bar = bars[0];
    expect(bar).toMatchObject({ at: mondayOpen, durationMs: minuteMs, tradeCount: 3 });
    expect(bar?.volume).toBe((first?.size ?? 0) + (second?.size ?? 0) + (third?.size ?? 0));
    expect([bar?.open, bar?.close]).toEqual([first?.price, third?.price]);
    expect(bar && bar.low <= bar.vwap && bar.vwap <= bar.high).toBe(true);
  });

  it('opens and closes each day with the print of an auction, the close on short days too', () => {
    const wednesday = Date.parse('2026-11-25T09:30:00-05:00');
    const market = given({ startAt: wednesday - minuteMs, cadenceMs: 60_000 });
    const trades = tradesOf(play(market, wednesday + 5 * dayMs)).slice(1);
    const marked = trades.filter(({ conditions }) => /[O6]/.test(conditions ?? ''));
    expect(marked.map(({ at, conditions }) => [at, conditions])).toEqual([
      [wednesday, '@O'],
      [wednesday + 390 * minuteMs - 1, '@6'],
      [wednesday + 2 * dayMs, '@O'],
      [wednesday + 2 * dayMs + 210 * minuteMs - 1, '@6'],
    ]);
    const sizes = trades.filter((trade) => !marked.includes(trade)).map(({ size }) => size);
    expect(Math.min(...marked.map(({ size }) => size))).toBeGreaterThan(
      sizes.reduce((sum, size) => sum + size, 0) / sizes.length,
    );
    const bars = barsOf(play(given({ cadenceMs: 60_000 }), mondayOpen + dayMs));
    const closing = tradesOf(play(given({ cadenceMs: 60_000 }), mondayOpen + dayMs)).at(-1);
    expect(bars.at(-1)?.close).toBe(closing?.price);
  });

  it('names a price at the start even when the exchange is closed', () => {
    const sunday = mondayOpen - dayMs;
    const market = given({ startAt: sunday });
    expect(market.nextDueAt()).toBe(sunday);
    const inputs = market.next();
    const [quote] = quotesOf(inputs);
    expect(quote && midpoint(quote)).toBeCloseTo(100, 1);
    expect(tradesOf(inputs)).toHaveLength(1);
    expect(market.nextDueAt()).toBe(mondayOpen);
    expect(barsOf(market.next())).toEqual([]);
  });

  it('quotes whole ticks, the bid below the ask, and trades between them', () => {
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
    const trades = ofKind(inputs, 'trade').map(({ trade }) => trade);
    expect(new Set(trades.map((trade) => trade.id)).size).toBe(trades.length);
    for (const [index, input] of inputs.entries()) {
      const after = inputs[index + 1];
      if (input.kind !== 'quote' || after?.kind !== 'trade') continue;
      const { price, conditions } = after.trade;
      const isAuction = /[O56]/.test(conditions ?? '');
      if (isAuction)
        expect(price >= input.quote.bidPrice && price < input.quote.askPrice).toBe(true);
      else expect([input.quote.bidPrice, input.quote.askPrice]).toContain(price);
    }
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
    const symbols = [{ symbol: 'ACME', startPrice: '100', isLeftToChance: false }];
    const scripted = given({ symbols: [{ symbol: 'ACME', startPrice: '100', events }] });
    const opens = [given({ symbols }), scripted].map((market) =>
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
