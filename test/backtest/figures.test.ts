import { describe, expect, it } from 'vitest';
import { drawdowns, equityFigures, together } from '../../src/backtest/equity.ts';
import { byPolicy, figuresOf } from '../../src/backtest/figures.ts';
import { askAt, bidAt, costOf } from '../../src/backtest/fills.ts';
import { priceOf, unitsOf } from '../../src/backtest/price-bars.ts';
import { profitOf, rMultipleOf, type Trade } from '../../src/backtest/trade.ts';
import { price } from '../../src/domain/decimal.ts';
import { ticker } from '../../src/domain/ids.ts';

const trade = (given: Partial<Trade> = {}): Trade => ({
  symbol: ticker('AAPL'),
  openedAt: 0,
  bar: 0,
  quantity: 100,
  entryPrice: 500_000,
  initialStopPrice: 460_000,
  exits: [
    { at: 0, bar: 3, quantity: 50, price: 580_000, by: 'partial-profit' },
    { at: 0, bar: 9, quantity: 50, price: 550_000, by: 'trailing-stop' },
  ],
  left: 0,
  lastPrice: 0,
  ...given,
});

describe('the figures of a backtest', () => {
  it('measure each fall from the highest close before it', () => {
    const days = ['1', '2', '3', '4', '5'];
    const curve = { days, start: 100, equity: [120, 90, 108, 130, 117] };
    expect(drawdowns(curve)).toEqual([0, 90 / 120 - 1, 108 / 120 - 1, 0, 117 / 130 - 1]);
    const figures = equityFigures(curve);
    expect(figures.max_drawdown).toBe(-0.25);
    expect(figures.total_return).toBeCloseTo(0.17, 12);
    expect(figures.worst_day).toEqual({ date: '2', return: -0.25 });
  });

  it('count a fall below the start as a fall, though no close was higher', () => {
    const curve = { days: ['1'], start: 100, equity: [80] };
    expect(equityFigures(curve).max_drawdown).toBeCloseTo(-0.2, 12);
  });

  it('take the mean of the worst twentieth of the days, the last of them in part', () => {
    // Thirty days of +1 % but for three: the tail holds 1.5 days, 10 % whole and 4 % half.
    const returns = Array.from({ length: 30 }, (_, day) => [0.01, -0.1, -0.04, -0.02][day] ?? 0.01);
    let worth = 1_000;
    const equity = returns.map((each) => {
      worth *= 1 + each;
      return worth;
    });
    const curve = { days: returns.map((_, day) => `day ${day}`), start: 1_000, equity };
    expect(equityFigures(curve).expected_shortfall_95).toBeCloseTo((0.1 + 0.04 / 2) / 1.5, 10);
  });

  it('measure a trade in what it risked: 8 and 5 dollars gained with 4 at risk are 1.625 R', () => {
    expect(profitOf(trade())).toBe(50 * 80_000 + 50 * 50_000);
    expect(rMultipleOf(trade())).toBe(1.625);
    expect(rMultipleOf(trade({ initialStopPrice: null }))).toBeNull();
  });

  it('count shares that are still held at the last price', () => {
    const [first] = trade().exits;
    const held = trade({ exits: first === undefined ? [] : [first], left: 50, lastPrice: 480_000 });
    expect(profitOf(held)).toBe(50 * 80_000 - 50 * 20_000);
    expect(figuresOf({ days: [], start: 1, equity: [] }, [held], 0)).toMatchObject({
      trades: 1,
      open_at_end: 1,
      mean_r: 0.75,
    });
  });

  it('tell by which policy positions were left, the most gainful first', () => {
    expect(byPolicy([trade(), trade({ exits: [], left: 100, lastPrice: 490_000 })])).toEqual([
      { policy: 'partial-profit', exits: 1, shares: 50, profit: 400 },
      { policy: 'trailing-stop', exits: 1, shares: 50, profit: 250 },
      { policy: 'held', exits: 1, shares: 100, profit: -100 },
    ]);
  });

  it('add accounts up day by day; where one has no day, its last one counts on', () => {
    const one = { days: ['a', 'b', 'd'], start: 10, equity: [11, 12, 13] };
    const other = { days: ['b', 'c'], start: 100, equity: [101, 102] };
    expect(together([one, other])).toEqual({
      days: ['a', 'b', 'c', 'd'],
      start: 110,
      equity: [111, 113, 114, 115],
    });
  });

  it('round every execution against the account', () => {
    expect([bidAt(1_000_000, 2), askAt(1_000_000, 2)]).toEqual([999_900, 1_000_100]);
    // A hundredth of a percent of 33.33 is less than a cent: it costs a whole one all the same.
    expect([bidAt(333_300, 2), askAt(333_300, 2)]).toEqual([333_200, 333_400]);
    expect([bidAt(5_000, 2), askAt(5_000, 2)]).toEqual([4_999, 5_001]);
    expect(costOf(333_300, 1, 1)).toBe(34);
  });

  it('turn prices into whole units and back without a loss', () => {
    for (const digits of ['0.0001', '0.1005', '1', '92.4', '123456.7891']) {
      expect(priceOf(unitsOf(price(digits))).eq(price(digits))).toBe(true);
    }
  });
});
