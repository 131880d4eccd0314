import { describe, expect, it } from 'vitest';
import { toNumber } from '../../../src/paper-exchange/core/basics/decimal.ts';
import type { GeneratorOptions } from '../../../src/paper-exchange/market/generator.ts';
import { tradeJson } from '../../../src/paper-exchange/wire/rest/data-json.ts';
import {
  barsOf,
  calendar,
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
  spreadOf,
  tradesOf,
} from './given.ts';
import { annualVolatility, mean, returnsOf } from './stylised-facts.ts';

describe('the hours around the session', () => {
  const inputs = play(given({ extendedHours: true, cadenceMs: 10_000 }), mondayOpen + 2 * dayMs);
  const tuesday = mondayOpen + dayMs;
  const between = <Tick extends { readonly at: number }>(
    ticks: readonly Tick[],
    from: number,
    to: number,
  ) => ticks.filter(({ at }) => at >= from && at < to);

  it('are quoted each minute from 04:00 and until 20:00, and silent at night', () => {
    const quotes = quotesOf(inputs);
    const before = between(quotes, mondayOpen + 10.5 * hourMs, tuesday);
    expect(before).toHaveLength(330);
    expect(before[0]?.at).toBe(tuesday - 330 * minuteMs);
    const after = between(quotes, mondayOpen + 6.5 * hourMs, mondayOpen + 10.5 * hourMs);
    expect(after).toHaveLength(240);
  });

  it('have few, small and marked trades, fewer the further from the session', () => {
    const early = between(tradesOf(inputs), tuesday - 5.5 * hourMs, tuesday - 3 * hourMs);
    const late = between(tradesOf(inputs), tuesday - hourMs, tuesday);
    const regular = between(tradesOf(inputs), tuesday + hourMs, tuesday + 2 * hourMs);
    expect(early.length / 150).toBeLessThan(0.3);
    expect(late.length / 60).toBeGreaterThan(early.length / 150);
    expect(late.length).toBeLessThan(60);
    const sizes = (trades: readonly { readonly size: number }[]) =>
      trades.reduce((sum, { size }) => sum + size, 0);
    expect(sizes(late)).toBeLessThan(sizes(regular) / 20);
    for (const { conditions } of [...early, ...late]) expect(conditions).toContain('T');
    for (const { conditions } of regular) expect(conditions).not.toContain('T');
    const [odd] = early.filter(({ size }) => size < 100);
    expect(odd && tradeJson(odd)).toMatchObject({ c: ['@', 'T', 'I'] });
  });

  it('are quoted far wider than the session', () => {
    const spreads = (from: number, to: number) =>
      mean(
        between(quotesOf(inputs), mondayOpen + from * hourMs, mondayOpen + to * hourMs).map(
          spreadOf,
        ),
      );
    expect(spreads(7, 10)).toBeGreaterThan(2.5 * spreads(4, 6));
  });

  it('do not count into the open, the high, the low and the close of the day', async () => {
    const { clock, exchange } = exchangeWith({}, mondayOpen - 5 * hourMs);
    await clock.advanceTo(mondayOpen + 10 * hourMs);
    const [day] = exchange.core.bars('ACME', { count: 1, unit: 'day' }, 0, clock.now());
    const minute = { count: 1, unit: 'minute' } as const;
    const minutes = exchange.core.bars('ACME', minute, 0, clock.now());
    const regular = minutes.filter(({ at }) => calendar.sessionAt(at) === 'regular');
    expect(minutes.length).toBeGreaterThan(regular.length + 50);
    expect(day?.open).toBe(regular[0]?.open);
    expect(day?.close).toBe(regular.at(-1)?.close);
    expect(day?.high).toBe(regular.map(({ high }) => high).reduce((a, b) => (a > b ? a : b)));
  });
});

describe('news and halts', () => {
  it('come as often as asked for, jump and are published', () => {
    const inputs = play(given({ cadenceMs: minuteMs, newsPerYear: 252 }), mondayOpen + 290 * dayMs);
    const news = ofKind(inputs, 'news');
    expect(news.length).toBeGreaterThan(150);
    expect(news.length).toBeLessThan(250);
    expect(news[0]?.news.headline).toMatch(/^ACME is (up|down) \d+\.\d% on news$/);
    expect(ofKind(play(given({ newsPerYear: 0 }), mondayOpen + 9 * dayMs), 'news')).toEqual([]);
  });

  it('halt a name at times: quotes without trades, then a resume and a reopening print', () => {
    const options = { cadenceMs: minuteMs, newsPerYear: 2_000 };
    const inputs = play(given(options), mondayOpen + 20 * dayMs);
    const halts = ofKind(inputs, 'halt');
    expect(halts.length).toBeGreaterThan(5);
    expect(ofKind(inputs, 'resume')).toHaveLength(halts.length);
    const from = inputs.indexOf(halts[0] ?? { kind: 'delisting', symbol: '' });
    const resumed = inputs.findIndex((input, place) => place > from && input.kind === 'resume');
    const meanwhile = inputs.slice(from, resumed);
    expect(quotesOf(meanwhile).length).toBeGreaterThan(8);
    expect(tradesOf(meanwhile)).toEqual([]);
    expect(inputs[resumed + 1]).toMatchObject({ kind: 'trade', trade: { conditions: '@5' } });
  });

  it('stop orders in the exchange until it resumes', async () => {
    const { clock, exchange, events, accountId } = exchangeWith({ newsPerYear: 20_000 });
    const halted = () => events.findLast((event) => event.kind === 'status');
    while (halted()?.kind !== 'status') await clock.advanceBy(10_000);
    const order = { symbol: 'ACME', qty: '1', side: 'buy', type: 'market', time_in_force: 'day' };
    const answer = exchange.core.submitOrder(accountId, order);
    const id = 'order' in answer ? answer.order.id : '';
    expect(exchange.core.order(accountId, id)?.order.status).toBe('new');
    await clock.advanceBy(45 * minuteMs);
    expect(exchange.core.order(accountId, id)?.order.status).toBe('filled');
    const codes = events.flatMap((event) => (event.kind === 'status' ? [event.status.code] : []));
    expect(codes.slice(0, 2)).toEqual(['H', 'T']);
  });
});

describe('volatility pauses', () => {
  const wild = {
    cadenceMs: 10_000,
    symbols: [{ symbol: 'ACME', startPrice: '50', annualVolatilityPercent: 900 }],
    newsPerYear: 0,
  };

  it('stop a name for five minutes before a price beyond its band is traded', () => {
    const market = given(wild);
    let band = { low: 0, high: Number.POSITIVE_INFINITY };
    let pausedAt = Number.NEGATIVE_INFINITY;
    let pauses = 0;
    while (market.nextDueAt() < mondayOpen + 3 * dayMs) {
      const at = market.nextDueAt();
      for (const input of market.next()) {
        if (input.kind === 'pause') {
          expect(input.pauseMs).toBe(5 * minuteMs);
          [pausedAt, pauses] = [at, pauses + 1];
        }
        if (input.kind === 'notice' && input.notice.kind === 'luld') {
          const { limitDown, limitUp } = input.notice;
          band = { low: toNumber(limitDown), high: toNumber(limitUp) };
        }
        if (input.kind !== 'trade') continue;
        expect(at - pausedAt).toSatisfy((ms: number) => ms >= 5 * minuteMs);
        const day = calendar.tradingDay(calendar.dateOf(at));
        const isLast = day === null || day.closeAt - at < 10 * minuteMs;
        const isAuction = /[O56]/.test(input.trade.conditions ?? '');
        if (isAuction) band = { low: 0, high: Number.POSITIVE_INFINITY };
        if (isLast || isAuction) continue;
        const price = toNumber(input.trade.price);
        // Half a spread beyond is where a quote around the limit ends.
        expect(price).toBeGreaterThan(band.low * 0.995);
        expect(price).toBeLessThan(band.high * 1.005);
      }
    }
    expect(pauses).toBeGreaterThan(5);
  });

  it('end by themselves in the exchange, with a status each', async () => {
    const { clock, events } = exchangeWith(wild);
    await clock.advanceBy(6 * hourMs);
    const statuses = events.flatMap((event) => (event.kind === 'status' ? [event.status] : []));
    expect(statuses.length).toBeGreaterThan(3);
    for (const [place, { code, at }] of statuses.entries()) {
      const before = statuses[place - 1];
      expect(code).toBe(place % 2 === 0 ? 'P' : 'T');
      if (code === 'T') expect(at - (before?.at ?? 0)).toBe(5 * minuteMs);
    }
    expect(events.some((event) => event.kind === 'notice' && event.notice.kind === 'luld')).toBe(
      true,
    );
  });

  it('spare names whose story is told, unless they are left to chance', () => {
    const events = [{ atMs: hourMs, gapPercent: -12 }];
    const symbols = [{ symbol: 'ACME', startPrice: '100', events }];
    const told = play(given({ symbols, newsPerYear: 2_000 }), mondayOpen + dayMs);
    expect(told.every(({ kind }) => ['quote', 'trade', 'bar'].includes(kind))).toBe(true);
    const chanced = symbols.map((one) => ({ ...one, isLeftToChance: true }));
    const paused = play(given({ symbols: chanced, newsPerYear: 0 }), mondayOpen + dayMs);
    expect(ofKind(paused, 'pause').length).toBeGreaterThan(0);
  });
});

describe('bad prints', () => {
  it('are off; asked for, they are far off the market, withdrawn, and in no bar', () => {
    const count = (badPrintsPerDay: number) => {
      const options = { cadenceMs: 10_000, badPrintsPerDay, newsPerYear: 0 };
      const inputs = play(given(options), mondayOpen + 2 * dayMs);
      const bad = tradesOf(inputs).filter(({ id }) => id > 1_000_000_000);
      const withdrawn = ofKind(inputs, 'notice').flatMap(({ notice }) =>
        notice.kind === 'cancel_error' ? [notice.trade] : [],
      );
      expect(withdrawn).toEqual(bad);
      const prices = quotesOf(inputs).map(midpoint);
      const [low, high] = [Math.min(...prices), Math.max(...prices)];
      for (const { price } of bad) {
        const distance = Math.max(low / toNumber(price), toNumber(price) / high);
        expect(distance).toBeGreaterThan(1);
      }
      for (const bar of barsOf(inputs)) {
        expect(bad.some(({ price }) => price === bar.high || price === bar.low)).toBe(false);
      }
      return bad.length;
    };
    expect(count(0)).toBe(0);
    expect(count(20)).toBeGreaterThan(15);
  });
});

describe('the regime of a market', () => {
  const yearOf = (regime: NonNullable<GeneratorOptions['regime']>, seed: string) => {
    const symbols = [{ symbol: 'ACME', startPrice: '100', marketVariancePercent: 90 }];
    const { history } = given({ symbols, seed, historyDays: 500, newsPerYear: 0, regime });
    const closes = history.map(({ close }) => toNumber(close));
    const returns = returnsOf(closes);
    return { drift: 252 * mean(returns), volatility: annualVolatility(returns) };
  };
  const seeds = ['a', 'b', 'c', 'd', 'e', 'f'];
  const yearsOf = (regime: NonNullable<GeneratorOptions['regime']>) => {
    const years = seeds.map((seed) => yearOf(regime, seed));
    return {
      drift: mean(years.map(({ drift }) => drift)),
      volatility: mean(years.map(({ volatility }) => volatility)),
    };
  };

  it('decides on rise and fall, and on how nervous all names are', () => {
    const [bull, bear] = [yearsOf('bull'), yearsOf('bear')];
    const [crisis, sideways] = [yearsOf('crisis'), yearsOf('sideways')];
    expect(bull.drift).toBeGreaterThan(bear.drift);
    expect(bear.drift).toBeGreaterThan(crisis.drift);
    expect(crisis.volatility).toBeGreaterThan(1.8 * bear.volatility);
    expect(bear.volatility).toBeGreaterThan(1.3 * bull.volatility);
    expect(sideways.volatility).toBeLessThan(bear.volatility);
  });

  it('switches when none is named, so that calm years and wild ones follow each other', () => {
    const { history } = given({ historyDays: 2_500, seed: 'switching', newsPerYear: 0 });
    const returns = returnsOf(history.map(({ close }) => toNumber(close)));
    const quarters = Array.from({ length: 40 }, (_, place) =>
      annualVolatility(returns.slice(place * 62, (place + 1) * 62)),
    );
    expect(Math.max(...quarters)).toBeGreaterThan(3 * Math.min(...quarters));
  });
});
