import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decimal, notional, quantity, text } from '../../../src/domain/decimal.ts';
import { type Ticker, ticker } from '../../../src/domain/ids.ts';
import type { CoordinatedIntent, ExitGroup } from '../../../src/domain/plan.ts';
import { inExitOrder, membersOf } from '../../../src/engine/decision/coordinated-exit.ts';
import { rebalance } from '../../../src/engine/decision/rebalance.ts';
import { riskModelOf } from '../../../src/engine/risk/risk-model.ts';
import { type GivenHolding, snapshot } from '../../support/given.ts';
import { manyHoldings } from '../../tools/face.ts';
import { byName, closesFrom, seededNoise } from './market.ts';

const DAYS = 252;
const noise = seededNoise(11);
const market = Array.from({ length: DAYS }, () => 0.01 * noise());
const model = riskModelOf(
  byName({
    SPY: closesFrom(market),
    AAA: closesFrom(market.map((move) => 2 * move + 0.002 * noise())),
    BBB: closesFrom(market.map((move) => move + 0.002 * noise())),
    HEDGE: closesFrom(market.map((move) => move + 0.002 * noise())),
  }),
  { benchmark: ticker('SPY'), clusterCorrelation: 0.7 },
);
const volumes: Readonly<Record<string, string>> = { AAA: '1000000', BBB: '100000', HEDGE: '1' };
const basis = {
  model,
  sectorOf: (symbol: Ticker) => (symbol === 'AAA' || symbol === 'BBB' ? 'Energy' : null),
  volumeOf: (symbol: Ticker) => {
    const volume = volumes[symbol];
    return volume === undefined ? null : quantity(volume);
  },
};
const positionsOf = (holdings: readonly GivenHolding[]) =>
  snapshot({ holdings: [...holdings] }).positions;
const held = positionsOf([
  { symbol: 'HEDGE', side: 'short', quantity: '10', price: '100', entry: '100' },
  { symbol: 'NEW', quantity: '10', price: '100' },
  { symbol: 'BBB', quantity: '10', price: '100' },
  { symbol: 'AAA', quantity: '10', price: '100' },
]);
const names = (group: ExitGroup) => {
  const members = membersOf(group, held, basis);
  return typeof members === 'string' ? members : members.map(({ symbol }) => symbol);
};

/** Of three runs, so that what else the machine does counts for little. */
const leastMs = (work: () => unknown): number =>
  Math.min(
    ...[1, 2, 3].map(() => {
      const before = process.cpuUsage();
      work();
      return process.cpuUsage(before).user / 1_000;
    }),
  );

describe('positions that are left together', () => {
  it('are those of a list, a sector, a cluster or all', () => {
    expect(names({ by: 'symbols', symbols: ['NEW', 'AAA'].map(ticker) })).toEqual(['NEW', 'AAA']);
    for (const sector of ['Energy', 'energy']) {
      expect(names({ by: 'sector', sector })).toEqual(['BBB', 'AAA']);
    }
    expect(names({ by: 'sector', sector: 'unknown' })).toEqual(['HEDGE', 'NEW']);
    expect(names({ by: 'cluster', of: ticker('AAA') })).toEqual(['HEDGE', 'BBB', 'AAA']);
    expect(names({ by: 'everything' })).toHaveLength(4);
  });

  it('are none where the group holds nothing, and it is said why', () => {
    expect(names({ by: 'symbols', symbols: ['AAA', 'GONE'].map(ticker) })).toContain('GONE');
    expect(names({ by: 'sector', sector: 'Utilities' })).toBe(
      'nothing is held in the sector Utilities; held are Energy, unknown',
    );
    expect(names({ by: 'cluster', of: ticker('NEW') })).toContain('no cluster of NEW');
  });

  it('leave first what sheds most risk for its liquidity, hedges last', () => {
    const order = inExitOrder(held, held, basis).map(({ symbol }) => symbol);
    expect(order).toEqual(['AAA', 'BBB', 'NEW', 'HEDGE']);
    expect(inExitOrder([...held].reverse(), held, basis).map(({ symbol }) => symbol)).toEqual(
      order,
    );
  });

  it('of a portfolio of 500 are in order within 100 ms of work', () => {
    const many = positionsOf(manyHoldings(500));
    const order = () => inExitOrder(many, many, basis);
    expect(order()).toHaveLength(500);
    expect(leastMs(order)).toBeLessThan(100);
  });
});

type Wanted = Extract<CoordinatedIntent, { kind: 'rebalance' }>;
const wanted = (weights: Readonly<Record<string, string>>, more: Partial<Wanted> = {}): Wanted => ({
  ...{ kind: 'rebalance', symbol: null, cashPercent: null },
  weights: Object.entries(weights).map(([symbol, percent]) => ({
    symbol: ticker(symbol),
    percent,
  })),
  ...more,
});
const account = {
  ...{ equity: notional('10000'), bandPercent: '1', cash: decimal('0'), costOf: () => null },
};
const shown = (way: ReturnType<typeof rebalance>) =>
  way.outcome === 'impossible'
    ? way.because
    : way.names.map(({ symbol, before, after, sell }) =>
        [symbol, text(before), text(after), text(sell)].join(' '),
      );

describe('a rebalance', () => {
  const positions = positionsOf([
    { symbol: 'AAA', quantity: '30', price: '100' },
    { symbol: 'BBB', quantity: '10', price: '100' },
    { symbol: 'CCC', quantity: '10.5', price: '33', entry: '33' },
  ]);

  it('sells down to the edge of the band and no further, in whole shares where whole are held', () => {
    const way = rebalance(wanted({ AAA: '20', BBB: '9.5', CCC: '1' }), positions, account);
    expect(shown(way)).toEqual([
      'AAA 30 21 9',
      'CCC 3.465 2.00000000013 4.439393939',
      'BBB 10 10 0',
    ]);
    expect(way.outcome === 'balanced' && text(way.turnover)).toBe('1046.499999987');
  });

  it('leaves what has no target, sells all where the target is nothing, and names what is missing', () => {
    const way = rebalance(wanted({ AAA: '0', NEW: '5' }), positions, account);
    expect(shown(way)).toEqual(['AAA 30 0 30', 'NEW 0 0 0']);
    expect(way.outcome === 'balanced' && text(way.missing)).toBe('400');
  });

  it('is refused where the weights cannot be', () => {
    const why = (weights: Record<string, string>, more: Partial<Wanted> = {}) =>
      String(shown(rebalance(wanted(weights, more), positions, account)));
    expect(why({ AAA: '60', BBB: '50' })).toContain('come to 110 %');
    expect(why({ AAA: '60' }, { cashPercent: '30' })).toContain('hold 13.47 %');
    expect(why({ AAA: '-1' })).toContain('-1 is no percentage');
    const twice = { symbol: ticker('AAA'), percent: '1' };
    expect(why({}, { weights: [twice, twice] })).toContain('two target weights');
    const none = rebalance(wanted({ AAA: '1' }), positions, { ...account, equity: notional('0') });
    expect(shown(none)).toContain('no equity');
    const short = positionsOf([{ symbol: 'AAA', side: 'short', quantity: '1' }]);
    expect(shown(rebalance(wanted({ AAA: '1' }), short, account))).toContain('held short');
  });

  it('never sells more than is held, nor below its band, and a second one sells nothing', () => {
    const share = fc.integer({ min: 1, max: 400 });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(share, share, fc.integer({ min: 0, max: 30 })), {
          minLength: 1,
          maxLength: 8,
        }),
        fc.integer({ min: 0, max: 5 }),
        (rows, band) => {
          fc.pre(rows.reduce((sum, [, , percent]) => sum + percent, 0) <= 100);
          const holdings = rows.map(([shares, dollars], index) => ({
            ...{ symbol: `N${String.fromCharCode(65 + index)}`, quantity: String(shares) },
            ...{ price: String(dollars), entry: String(dollars) },
          }));
          const weights = Object.fromEntries(
            holdings.map(({ symbol }, index) => [symbol, String(rows[index]?.[2])]),
          );
          const given = positionsOf(holdings);
          const equity = notional('100000');
          const intent = wanted(weights);
          const terms = { ...account, equity, bandPercent: String(band) };
          const way = rebalance(intent, given, terms);
          if (way.outcome === 'impossible') throw new Error(way.because);
          const sold = new Map(way.names.map((each) => [each.symbol, each]));
          const left = given.flatMap((position) => {
            const each = sold.get(position.symbol);
            if (each === undefined) throw new Error('a name was lost');
            expect(each.sell.lte(position.quantity)).toBe(true);
            const edge = decimal(weights[position.symbol] ?? '0').plus(String(band));
            if (each.sell.gt('0') && each.target.gt('0')) expect(each.after.gte(edge)).toBe(true);
            if (each.target.gt('0')) {
              const oneShare = position.currentPrice.times('100').div(equity);
              expect(each.after.lt(edge.plus(oneShare))).toBe(true);
            }
            const rest = quantity(position.quantity.minus(each.sell));
            return rest.gt('0') ? [{ ...position, quantity: rest }] : [];
          });
          const again = rebalance(intent, left, terms);
          expect(again.outcome === 'balanced' && text(again.turnover)).toBe('0');
        },
      ),
    );
  });

  it('of 500 positions is planned within 100 ms of work', () => {
    const many = positionsOf(manyHoldings(500).map((each) => ({ ...each, side: 'long' })));
    const weights = Object.fromEntries(many.map(({ symbol }) => [symbol, '0.1']));
    const terms = { ...account, equity: notional('100000000') };
    const way = () => rebalance(wanted(weights), many, terms);
    expect(way().outcome).toBe('balanced');
    expect(leastMs(way)).toBeLessThan(100);
  });
});
