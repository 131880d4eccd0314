import { describe, expect, it } from 'vitest';
import { policySettings } from '../../policies/registry.ts';
import { strategySettings } from '../../policies/strategies.ts';
import { marketAt, marketDays, marketOn } from '../../src/backtest/market-days.ts';
import { playAdaptively, playFast, type Setup } from '../../src/backtest/portfolio.ts';
import { barsOfDays } from '../../src/backtest/price-bars.ts';
import { byRegime, switchesOn } from '../../src/backtest/regimes.ts';
import { dailyBars } from './given-bars.ts';

/** 200 days that rise, then 60 that fall by one percent each. */
const closes = Array.from({ length: 260 }, (_, day) =>
  day < 200 ? 100 + day * 0.5 + (day % 2) * 0.1 : 199.6 * 0.99 ** (day - 199),
);
const bars = dailyBars(
  closes.map((close, day) => {
    const open = closes[day - 1] ?? close;
    return [open, Math.max(open, close) + 0.2, Math.min(open, close) - 0.2, close] as const;
  }),
  'SPY',
);
const strategies = strategySettings.parse({
  enabled: true,
  named: { wide: { stopLoss: { percent: 20 } }, tight: { stopLoss: { percent: 2 } } },
  inRegime: { rising: 'wide', stressed: 'tight' },
});
const market = marketDays(bars, [bars], strategies);

describe('the market of a backtest', () => {
  it('is unknown for half a year, then told with the switches that production makes', () => {
    const firstTold = market.findIndex(({ regime }) => regime !== 'unknown');
    // 20 days of volatility, 100 windows of it, a return less than closes.
    expect(bars.days.indexOf(market[firstTold]?.day ?? '')).toBe(120);
    expect(market[firstTold]).toMatchObject({ regime: 'rising', strategy: null });
    const [first, second, ...more] = switchesOn(bars.days, market);
    // Rising on the fifth day in a row.
    expect(first).toMatchObject({ day: bars.days[124], strategy: 'wide' });
    expect(first?.because).toContain('rising for 5 days');
    expect(second).toMatchObject({ strategy: 'tight' });
    expect(more).toEqual([]);
  });

  it('knows nothing of the day itself nor of those after it', () => {
    const changed = dailyBars(
      closes.map((close, day) => {
        const other = day < 150 ? close : close * 3;
        return [other, other, other, other] as const;
      }),
      'SPY',
    );
    const before = ({ day }: { readonly day: string }) => day <= (bars.days[150] ?? '');
    const told = marketDays(changed, [changed], strategies);
    expect(told.filter(before)).toEqual(market.filter(before));
    expect(told).not.toEqual(market);
  });

  it('is found by day and by instant', () => {
    const [first] = market;
    if (first === undefined) throw new Error('no market');
    expect(marketOn(market, bars.days[0] ?? '')).toBeNull();
    expect(marketAt(market, first.openAt - 1)).toBeNull();
    expect(marketAt(market, first.openAt)).toBe(first);
    expect(marketOn(market, '2999-01-01')).toBe(market.at(-1));
  });
});

describe('playing by the adaptive selector', () => {
  const fills = { fills: 'levels', spreadBps: 2, costBps: 0 } as const;
  const entries = { kind: 'always', firstBar: 0, againAfterBars: 1 } as const;
  const setup: Setup = { series: [{ bars, entries }], cash: 1_000_000_000, ...fills };
  const policies = policySettings.parse({ trailingStop: { triggerR: 100 } });

  it('is playing by one bundle where only one ever holds', () => {
    const always = { ...strategies, enabled: false };
    const still = marketDays(bars, [bars], always);
    expect(playAdaptively(setup, policies, always, still)).toEqual(playFast(setup, policies));
  });

  it('tightens the stop of a position that is held, and never loosens it', () => {
    const held: Setup = { ...setup, series: [{ bars: barsOfDays(bars, 190, 260), entries }] };
    const [trade] = playAdaptively(held, policies, strategies, market).trades;
    // Bought under "wide", 20 percent below; left where "tight" took over, on a falling market.
    const risk = 1 - (trade?.initialStopPrice ?? 0) / (trade?.entryPrice ?? 1);
    expect(risk).toBeCloseTo(0.2, 3);
    // The other way round: bought under "tight", and "wide" holds before the market falls.
    const late = market.map((each, day) => ({ ...each, strategy: day > 195 ? 'wide' : 'tight' }));
    const [kept] = playAdaptively(held, policies, strategies, late).trades;
    const sold = kept?.exits[0]?.price ?? 0;
    expect(sold / (kept?.entryPrice ?? 1)).toBeCloseTo(0.98, 2);
  });

  it('sums up to the whole by regime', () => {
    const played = playAdaptively(setup, policies, strategies, market);
    const held = playFast(setup, policies).curve;
    const regimes = byRegime(played, held, market);
    const worth = regimes.reduce((all, each) => all * (1 + each.total_return), 1);
    expect(worth - 1).toBeCloseTo(played.figures.total_return, 9);
    expect(regimes.reduce((sum, { days }) => sum + days, 0)).toBe(bars.days.length);
    expect(regimes.reduce((sum, { trades }) => sum + trades, 0)).toBe(played.trades.length);
    expect(regimes.map(({ regime }) => regime)).toContain('stressed');
  });
});
