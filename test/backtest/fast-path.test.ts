import { describe, expect, it } from 'vitest';
import { policySettings } from '../../policies/registry.ts';
import { type FastPath, guardOf, runFastPath } from '../../src/backtest/fast-path.ts';
import type { PriceBars } from '../../src/backtest/price-bars.ts';
import { profitOf, rMultipleOf } from '../../src/backtest/trade.ts';
import { dailyBars } from './given-bars.ts';

const CASH = 100_000_000; // 10,000 dollars

const play = (bars: PriceBars, given: Partial<FastPath> = {}) =>
  runFastPath({
    bars,
    entries: { kind: 'always', firstBar: 0, againAfterBars: 3 },
    cash: CASH,
    guard: guardOf(policySettings.parse({})),
    guardsFrom: 'entry_bar',
    fills: 'levels',
    spreadBps: 0,
    costBps: 0,
    ...given,
  });

describe('the fast path', () => {
  it('buys at the open and sells at the stop, 8 % lower: a loss of 1 R', () => {
    const bars = dailyBars([
      [100, 101, 99, 100],
      [99, 99, 90, 91],
    ]);
    const [trade, ...more] = play(bars).trades;
    if (trade === undefined) throw new Error('no trade');
    expect(more).toEqual([]);
    expect(trade).toMatchObject({ quantity: 100, entryPrice: 1_000_000, left: 0 });
    expect(trade.initialStopPrice).toBe(920_000);
    expect(trade.exits).toMatchObject([{ bar: 1, quantity: 100, price: 920_000, by: 'stop-loss' }]);
    expect(profitOf(trade)).toBe(-8_000_000);
    expect(rMultipleOf(trade)).toBe(-1);
  });

  it('sells at the open where the market opened through the stop', () => {
    const bars = dailyBars([
      [100, 101, 99, 100],
      [85, 88, 84, 87],
    ]);
    expect(play(bars).trades[0]?.exits).toMatchObject([{ bar: 1, price: 850_000, quantity: 100 }]);
  });

  it('banks half at 2 R, and lets the stop follow the rest', () => {
    const bars = dailyBars([
      [100, 101, 99, 100],
      [110, 117, 109, 116],
      [116, 120, 116, 120],
      [119, 119, 100, 101],
    ]);
    const [trade] = play(bars).trades;
    // 2 R is 116. The best price is 120, and the stop five percent behind it.
    expect(trade?.exits).toMatchObject([
      { bar: 1, quantity: 50, price: 1_160_000, by: 'partial-profit' },
      { bar: 3, quantity: 50, price: 1_140_000, by: 'trailing-stop' },
    ]);
    expect(trade && rMultipleOf(trade)).toBeCloseTo((50 * 16 + 50 * 14) / 800, 10);
  });

  it('fills a stop at the first print through it, as the exchange plays bars', () => {
    const bars = dailyBars([
      [100, 101, 99, 100],
      [99, 99, 90, 91],
    ]);
    expect(play(bars, { fills: 'prints' }).trades[0]?.exits).toMatchObject([
      // Ninety is below the limit of the stop, so that it was left behind and sold at the market.
      { bar: 1, price: 900_000, by: 'gap-rescue' },
    ]);
  });

  it('buys again as many bars after an exit as it was told', () => {
    const quiet = [92, 93, 91, 92] as const;
    const bars = dailyBars([[100, 101, 99, 100], [99, 99, 90, 91], quiet, quiet, quiet, quiet]);
    expect(play(bars).trades.map(({ bar }) => bar)).toEqual([0, 4]);
  });

  it('loses half the spread and the fees with every execution', () => {
    const bars = dailyBars([[100, 101, 99, 100]]);
    const { bookings, trades } = play(bars, { spreadBps: 20, costBps: 10 });
    // The ask is 100.10; 99 shares and their fees of 0.1 % are affordable.
    expect(trades[0]).toMatchObject({ entryPrice: 1_001_000, quantity: 99, left: 99 });
    expect(bookings).toEqual([{ bar: 0, cash: -99 * 1_001_000 - 99_099, shares: 99 }]);
  });
});
