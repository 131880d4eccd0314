import { describe, expect, it } from 'vitest';
import { playFast, type Setup } from '../../src/backtest/portfolio.ts';
import type { Trade } from '../../src/backtest/trade.ts';
import { defaultSettings } from '../../src/config.ts';
import { playable, priceBars } from '../../src/demo/backtest/bar-loader.ts';
import { playFaithfully } from '../../src/demo/backtest/faithful-path.ts';
import { parseBarFile } from '../../src/paper-exchange/market/bar-file.ts';

/** A winner whose half is banked and whose stop follows, then a gap through a stop, and a quiet end. */
const ROWS = [
  '2026-01-07,100,101,99,100.5',
  '2026-01-08,101,108.5,100,108',
  '2026-01-09,108,117.2,107,116',
  '2026-01-12,116,121,115,120',
  '2026-01-13,119,119.5,110,111',
  '2026-01-14,111,112,108,109',
  '2026-01-15,109,111,108,110',
  '2026-01-16,98,99,95,96',
  '2026-01-20,96,97,95,96.5',
  '2026-01-21,97,98,96,97',
];
const csv = (rows: readonly string[]) =>
  ['time,open,high,low,close,volume', ...rows.map((row) => `${row},1000000`)].join('\n');

const loaded = playable([parseBarFile({ file: 'AAPL.csv', symbol: 'AAPL', text: csv(ROWS) })], {
  from: null,
  to: null,
});
const series = loaded.map((one) => one.series);
const setup: Setup = {
  series: series.map((one) => ({
    bars: priceBars(one),
    entries: { kind: 'always', firstBar: 0, againAfterBars: 1 },
  })),
  cash: 1_000_000_000,
  fills: 'prints',
  spreadBps: 2,
  costBps: 0,
};
const { rules } = defaultSettings('execute', '');

/** A pair and a stop execute one by one at one price: what matters is how much, where and when. */
const told = ({ exits, openedAt: _, ...trade }: Trade) => {
  const sold = new Map<string, number>();
  for (const { bar, price, by, quantity } of exits) {
    const sale = `bar ${bar} at ${price} by ${by}`;
    sold.set(sale, (sold.get(sale) ?? 0) + quantity);
  }
  return { ...trade, sold: [...sold] };
};

describe('the two paths of a backtest', () => {
  it('lead to the same trades at the same prices', async () => {
    let now = 0;
    const faithful = await playFaithfully({
      ...{ setup, series, rules, stopwatch: () => now++, onProgress: () => undefined },
    });
    const fast = playFast(setup, rules.policies);
    expect(faithful.trades.map(told)).toEqual(fast.trades.map(told));
    expect(faithful.curve).toEqual(fast.curve);
    expect(fast.trades.map(told)).toMatchObject([
      {
        bar: 0,
        sold: [
          ['bar 2 at 1171800 by partial-profit', 499],
          ['bar 4 at 1099800 by gap-rescue', 500],
        ],
      },
      { bar: 5, sold: [['bar 7 at 979900 by gap-rescue', expect.anything()]] },
      { bar: 8, sold: [] },
    ]);
    // Naked time is measured on the one and reckoned on the other.
    const measured = faithful.figures.naked_share_seconds;
    expect(Math.abs(measured - fast.figures.naked_share_seconds)).toBeLessThan(measured * 0.2);
    expect(faithful.demo).toMatchObject({ conflicts: 0, oversells: 0, journal_verified: true });
  }, 120_000);
});

describe('bars that are loaded', () => {
  const load = (rows: readonly string[], symbol = 'AAPL') =>
    playable([parseBarFile({ file: 'bars', symbol, text: csv(rows) })], { from: null, to: null });

  it('lose prices that were never paid', () => {
    const rows = ['2009-09-18,185.9,186.55,184.76,185.02', '2009-09-21,184.44,185.16,10.59,184.02'];
    const [one] = load(rows);
    expect(one?.falsePrints).toBe(1);
    expect(one && [...priceBars(one.series).low]).toEqual([1_847_600, 1_840_200]);
  });

  it('keep a crash, which the close confirms', () => {
    const rows = ['2000-09-28,53.5,54,53,53.5', '2000-09-29,28.2,29,25.4,25.75'];
    expect(load(rows)[0]?.falsePrints).toBe(0);
  });

  it('are paid as they were before a split that comes later', () => {
    const rows = ['2014-06-05,646,650,640,647', '2014-06-06,650,652,644,645'];
    const [one] = load(rows);
    expect(one && [...priceBars(one.series).open]).toEqual([6_460_000, 6_500_000]);
    const [split] = load([...rows, '2014-06-09,92.7,93.8,91.8,93.7']);
    expect(split && priceBars(split.series).open[0]).toBe(922_857);
  });
});
