import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decimal, notional, text } from '../../../src/domain/decimal.ts';
import { exposureIn, holdingsOf } from '../../../src/domain/exposure.ts';
import { type Ticker, ticker } from '../../../src/domain/ids.ts';
import { contextFor } from '../../../src/engine/account/context.ts';
import { assessRisk } from '../../../src/engine/risk/assess.ts';
import { betaDollars, spreadOf, stakesOf, tailsOf } from '../../../src/engine/risk/market-risk.ts';
import { type RiskModel, riskModelOf } from '../../../src/engine/risk/risk-model.ts';
import { sectorOf } from '../../../src/engine/risk/sectors.ts';
import { normalTail } from '../../../src/engine/risk/tail.ts';
import { type GivenHolding, snapshot, stopLimit } from '../../support/given.ts';
import {
  byName,
  closesFrom,
  hasRealBars,
  holdingOf,
  REAL_NAMES,
  realCloses,
  seededNoise,
} from './market.ts';

const settings = { benchmark: ticker('SPY'), clusterCorrelation: 0.7 };
const DAYS = 252;

/** SPY, two that follow it closely, one that does not. */
function modelWithout(...missing: string[]): RiskModel {
  const noise = seededNoise(7);
  const market = Array.from({ length: DAYS }, () => 0.01 * noise());
  const follows = (beta: number, own: number) => market.map((move) => beta * move + own * noise());
  const all = {
    SPY: market,
    AAA: follows(1.2, 0.003),
    BBB: follows(0.9, 0.003),
    ZZZ: follows(0, 0.02),
  };
  const rows = Object.entries(all).filter(([name]) => !missing.includes(name));
  return riskModelOf(
    byName(Object.fromEntries(rows.map(([name, row]) => [name, closesFrom(row)]))),
    settings,
  );
}
const model = modelWithout();

const stakes = (given: Readonly<Record<string, number>>) =>
  stakesOf(Object.entries(given).map(([symbol, dollars]) => holdingOf(symbol, dollars)));
const figures = (tails: ReturnType<typeof tailsOf>) =>
  tails.flatMap((one) =>
    [one.historical, one.historicalShortfall, one.parametric, one.parametricShortfall].map((each) =>
      Number(text(each)),
    ),
  );

describe('published examples', () => {
  it("agree: Hull's 10 million of Microsoft and 5 million of AT&T lose 512,300 at 99 %", () => {
    const daily = new Map([
      ['MSFT', 0.02],
      ['T', 0.01],
    ]);
    const hull: RiskModel = {
      ...model,
      correlations: {
        names: ['MSFT', 'T'].map(ticker),
        values: Float64Array.from([1, 0.3, 0.3, 1]),
        shrinkage: 0,
      },
      movesOf: (name) => ({
        deviation: daily.get(name) ?? 0,
        ...{ adverse: 0.1, beta: 1, isAssumed: false },
      }),
    };
    const both = spreadOf(stakes({ MSFT: 10_000_000, T: 5_000_000 }), hull);
    expect(both).toBeCloseTo(220_227, 0);
    expect(Math.round(normalTail(both, 99).loss / 100)).toBe(5_123);
    expect(Math.round(normalTail(200_000, 99).loss / 100)).toBe(4_653);
  });
});

describe('exposure', () => {
  it('counts long, short, both and the difference', () => {
    const given = snapshot({
      holdings: [
        { symbol: 'AAA', quantity: '10', price: '100.5' },
        { symbol: 'BBB', side: 'short', quantity: '4', price: '50', entry: '50' },
      ],
    });
    const { long, short, gross, net } = exposureIn(holdingsOf(given.positions));
    expect([long, short, gross, net].map(text)).toEqual(['1005', '200', '1205', '805']);
  });

  it('net is never raised by a hedge that is no larger, and gross never lowered', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -9_999, max: 9_999 })),
        fc.nat(9_999),
        (held, size) => {
          const holdings = held.map((dollars, index) => holdingOf(`N${index}`, dollars));
          const before = exposureIn(holdings);
          const most = Math.min(size, Math.abs(Number(text(before.net))));
          const hedge = holdingOf('HEDGE', before.net.gt('0') ? -most : most);
          const after = exposureIn([...holdings, hedge]);
          expect(after.net.abs().lte(before.net.abs())).toBe(true);
          expect(after.gross.gte(before.gross)).toBe(true);
          expect(after.net.abs().lte(after.gross)).toBe(true);
        },
      ),
    );
  });
});

describe('what a day may lose', () => {
  const held = fc.record({
    AAA: fc.integer({ min: -50_000, max: 50_000 }),
    BBB: fc.integer({ min: -50_000, max: 50_000 }),
    ZZZ: fc.integer({ min: -50_000, max: 50_000 }),
  });

  it('is the same in whatever order the positions come', () => {
    fc.assert(
      fc.property(held, (dollars) => {
        const forwards = figures(tailsOf(stakes(dollars), model));
        const backwards = figures(tailsOf([...stakes(dollars)].reverse(), model));
        for (const [index, figure] of forwards.entries()) {
          expect(Math.abs(figure - (backwards[index] ?? 0))).toBeLessThanOrEqual(0.01);
        }
      }),
    );
  });

  it('is three times as much of three times as much', () => {
    fc.assert(
      fc.property(held, ({ AAA, BBB, ZZZ }) => {
        const once = figures(tailsOf(stakes({ AAA, BBB, ZZZ }), model));
        const thrice = figures(
          tailsOf(stakes({ AAA: 3 * AAA, BBB: 3 * BBB, ZZZ: 3 * ZZZ }), model),
        );
        for (const [index, figure] of once.entries()) {
          expect(Math.abs(3 * figure - (thrice[index] ?? 0))).toBeLessThanOrEqual(0.04);
        }
      }),
    );
  });

  it('together is at most what the parts lose alone, in the normal model and in the shortfall', () => {
    fc.assert(
      fc.property(held, ({ AAA, BBB, ZZZ }) => {
        const [all, ...parts] = [{ AAA, BBB, ZZZ }, { AAA }, { BBB }, { ZZZ }].map((each) =>
          tailsOf(stakes(each as Record<string, number>), model),
        );
        for (const field of ['parametric', 'parametricShortfall', 'historicalShortfall'] as const) {
          const alone = parts.reduce(
            (sum, tails) => sum + Number(text(tails[1]?.[field] ?? decimal('0'))),
            0,
          );
          expect(Number(text(all?.[1]?.[field] ?? decimal('0')))).toBeLessThanOrEqual(alone + 0.04);
        }
      }),
    );
  });

  it('is never less where a name that counts has no bars, long or short', () => {
    fc.assert(
      fc.property(
        held,
        fc.constantFrom('AAA' as const, 'BBB' as const, 'ZZZ' as const),
        (dollars, missing) => {
          // The correlations of the others are shrunk a little otherwise without it.
          const gross = Object.values(dollars).reduce((sum, each) => sum + Math.abs(each), 0);
          fc.pre(20 * Math.abs(dollars[missing]) > gross);
          const fewer = figures(tailsOf(stakes(dollars), modelWithout(missing)));
          const known = figures(tailsOf(stakes(dollars), model));
          for (const [index, figure] of fewer.entries()) {
            expect(figure).toBeGreaterThanOrEqual((known[index] ?? 0) - 0.05);
          }
        },
      ),
      { numRuns: 30 },
    );
  });

  it('without any bars is a tenth of everything', () => {
    const blind = riskModelOf(new Map(), settings);
    const [tail] = tailsOf(stakes({ AAA: 1_000, BBB: -500 }), blind);
    expect(text(tail?.historical ?? decimal('0'))).toBe('150');
    expect(betaDollars(stakes({ AAA: 1_000, BBB: -500 }), blind)).toBe(1_500);
  });
});

describe('an assessment', () => {
  const holdings: GivenHolding[] = [
    {
      symbol: 'AAA',
      quantity: '10',
      entry: '100',
      price: '100',
      orders: [stopLimit({ symbol: 'AAA' })],
    },
    { symbol: 'BBB', quantity: '5', entry: '100', price: '100' },
    { symbol: 'NEW', quantity: '1', entry: '100', price: '100' },
  ];
  const given = snapshot({ holdings });
  const contexts = given.positions.flatMap(({ symbol }) => contextFor(given, symbol) ?? []);
  const sectors: Readonly<Record<string, string>> = { AAA: 'Energy', BBB: 'Energy' };
  const risk = assessRisk({
    ...{ positions: given.positions, contexts, model, gapPercent: '5' },
    equity: notional('10000'),
    peakEquity: notional('12500'),
    sectorOf: (symbol) => sectors[symbol] ?? null,
  });
  const shown = (all: typeof risk.sectors) =>
    all.map(({ bucket, exposure, percentOfEquity }) => [
      bucket,
      text(exposure.gross),
      percentOfEquity && text(percentOfEquity),
    ]);

  it('puts names of no known sector in a bucket of their own', () => {
    expect(shown(risk.sectors)).toEqual([
      ['Energy', '1500', '15'],
      [null, '100', '1'],
    ]);
    expect(shown(risk.clusters)).toEqual([['AAA', '1500', '15']]);
    expect(shown(risk.assetClasses)).toEqual([['us_equity', '1600', '16']]);
    expect(shown(risk.names)[0]).toEqual(['AAA', '1000', '10']);
  });

  it('says what it had to assume, and how far the equity has fallen', () => {
    expect(risk.basis).toMatchObject({ benchmark: 'SPY', days: DAYS, assumed: ['NEW'] });
    expect(risk.drawdown && text(risk.drawdown.dollars)).toBe('2500');
    expect(risk.drawdown && text(risk.drawdown.percent)).toBe('20');
  });

  it('adds up the losses to the stops, and knows none where a share has no stop', () => {
    expect(risk.worstLoss.atStop).toBeNull();
    const [first] = contexts;
    const alone = assessRisk({
      ...{ positions: given.positions.slice(0, 1), contexts: first ? [first] : [], model },
      ...{ gapPercent: '5', equity: notional('10000'), peakEquity: null, sectorOf: () => null },
    });
    expect(alone.worstLoss.atStop && text(alone.worstLoss.atStop)).toBe('55');
    expect(text(alone.worstLoss.withGap)).toBe('97.5');
    expect(alone.drawdown).toBeNull();
    const unread = assessRisk({
      ...{ positions: given.positions.slice(0, 1), contexts: [], model },
      ...{ gapPercent: '5', equity: notional('0'), peakEquity: null, sectorOf: () => null },
    });
    expect(unread.worstLoss.atStop).toBeNull();
    expect(text(unread.worstLoss.withGap)).toBe('50');
    expect([unread.beta, unread.names[0]?.percentOfEquity]).toEqual([null, null]);
  });

  it('plays a fall of a tenth, the worst day and a day on which all goes wrong', () => {
    const losses = new Map(risk.stress.map(({ scenario, loss }) => [scenario, Number(text(loss))]));
    expect(losses.get('market_falls_10_percent')).toBe(160);
    const day = model.returns.days.indexOf(model.worstDay ?? 0);
    const of = (name: string) => model.returns.of.get(ticker(name))?.[day] ?? 0;
    const expected =
      -(1_000 * of('AAA') + 500 * of('BBB')) + 100 * model.movesOf(ticker('NEW')).adverse;
    expect(losses.get('worst_day_again')).toBeCloseTo(expected, 1);
    expect(losses.get('all_move_together')).toBeGreaterThan(
      Number(text(risk.tails[1]?.parametric ?? decimal('0'))) - 0.02,
    );
  });
});

describe('sectors', () => {
  const none = {};
  it('are those of the shipped map, unless the owner says otherwise', () => {
    const of = (symbol: string, own = none) => sectorOf(ticker(symbol), own);
    expect(['AAPL', 'GOOG', 'IBM', 'JPM'].map((symbol) => of(symbol))).toEqual([
      'Information Technology',
      'Communication Services',
      'Information Technology',
      'Financials',
    ]);
    expect(['SPY', 'USO', 'NOBODY'].map((symbol) => of(symbol))).toEqual([null, null, null]);
    expect(of('USO', { USO: 'Energy' })).toBe('Energy');
    expect(of('AAPL', { AAPL: 'Consumer Discretionary' })).toBe('Consumer Discretionary');
  });
});

if (!hasRealBars) {
  describe('without the real bars beside the project', () => {
    it('left out: that the crash of 2020 is what the models say', () => {
      expect(hasRealBars).toBe(false);
    });
  });
} else {
  describe('real shares in the crash of 2020', () => {
    const closes = byName(
      Object.fromEntries(REAL_NAMES.map((name) => [name, realCloses(name, '2020-07-01', 253)])),
    );
    const real = riskModelOf(closes, settings);

    it('had their worst day on 16 March, when SPY lost 10.9 %', () => {
      expect(new Date(real.worstDay ?? 0).toISOString().slice(0, 10)).toBe('2020-03-16');
      const [tail] = tailsOf(stakes({ SPY: 100_000 }), real);
      expect(Number(text(tail?.historicalShortfall ?? decimal('0')))).toBeGreaterThan(
        Number(text(tail?.parametricShortfall ?? decimal('0'))),
      );
    });

    it('moved together: the index funds are one cluster, and oil is none of it', () => {
      const of = (name: string) => real.clusters.get(ticker(name));
      expect(of('SPY')).toBeDefined();
      expect([of('QQQ'), of('IWM'), of('EEM')]).toEqual(
        Array<Ticker | string | undefined>(3).fill(of('SPY')),
      );
      expect(of('USO')).toBeUndefined();
    });
  });
}
