import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../../src/adapters/system/virtual-clock.ts';
import { decimal, formatDecimal, toNumber } from '../../../src/paper-exchange/core/decimal.ts';
import type { ExchangeEvent } from '../../../src/paper-exchange/core/types.ts';
import { type MarketOptions, PaperExchange } from '../../../src/paper-exchange/exchange.ts';
import type { GeneratorOptions } from '../../../src/paper-exchange/market/generator.ts';
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
  spreadOf,
  tradesOf,
} from './given.ts';
import { annualVolatility, mean, returnsOf } from './stylised-facts.ts';

const hourMs = 60 * minuteMs;

/** An exchange with such a market and a holder of 100 ACME; everything it tells is kept. */
function exchangeWith(market: Partial<GeneratorOptions>, startAt = mondayOpen) {
  const clock = new VirtualClock(startAt);
  const options: MarketOptions = {
    ...{ kind: 'generated', symbols: [{ symbol: 'ACME', startPrice: '100' }] },
    ...{ cadenceMs: 10_000, historyDays: 0, newsPerYear: 0 },
    ...market,
  };
  const positions = [{ symbol: 'ACME', qty: '100', averageEntryPrice: '100' }];
  const account = { keyId: 'key', secretKey: 'secret', cash: '50000', multiplier: '4' } as const;
  const exchange = new PaperExchange(
    { seed: 'seven', accounts: [{ ...account, positions }], market: options },
    clock,
  );
  const events: ExchangeEvent[] = [];
  exchange.core.subscribe((event) => events.push(event));
  exchange.start();
  return { clock, exchange, events, accountId: exchange.core.accountIds[0] ?? '' };
}

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
  const yearOf = (regime: GeneratorOptions['regime'], seed: string) => {
    const symbols = [{ symbol: 'ACME', startPrice: '100', marketVariancePercent: 90 }];
    const { history } = given({
      ...{ symbols, seed, historyDays: 500, newsPerYear: 0 },
      ...(regime === undefined ? {} : { regime }),
    });
    const closes = history.map(({ close }) => toNumber(close));
    const returns = returnsOf(closes);
    return { drift: 252 * mean(returns), volatility: annualVolatility(returns) };
  };
  const seeds = ['a', 'b', 'c', 'd', 'e', 'f'];
  const of = (regime: GeneratorOptions['regime'], figure: 'drift' | 'volatility') =>
    mean(seeds.map((seed) => yearOf(regime, seed)[figure]));

  it('decides on rise and fall, and on how nervous all names are', () => {
    expect(of('bull', 'drift')).toBeGreaterThan(of('bear', 'drift'));
    expect(of('bear', 'drift')).toBeGreaterThan(of('crisis', 'drift'));
    expect(of('crisis', 'volatility')).toBeGreaterThan(1.8 * of('bear', 'volatility'));
    expect(of('bear', 'volatility')).toBeGreaterThan(1.3 * of('bull', 'volatility'));
    expect(of('sideways', 'volatility')).toBeLessThan(of('bear', 'volatility'));
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
