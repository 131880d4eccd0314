import { describe, expect, it } from 'vitest';
import { policySettings } from '../../policies/registry.ts';
import { playFast, type Setup } from '../../src/backtest/portfolio.ts';
import { walkForward } from '../../src/backtest/walk-forward.ts';
import { dailyBars } from './given-bars.ts';

/** Days that swing three percent down and back up, and rise: a near stop is hit all the time. */
const bars = dailyBars(
  Array.from({ length: 120 }, (_, day) => {
    const close = 100 + day * 0.4;
    return [close, close + 1, close * 0.97, close + 0.3] as const;
  }),
);
const setup: Setup = {
  series: [{ bars, entries: { kind: 'always', firstBar: 0, againAfterBars: 1 } }],
  ...{ cash: 1_000_000_000, fills: 'levels', spreadBps: 2, costBps: 0 },
};
const near = { name: 'near', settings: policySettings.parse({ stopLoss: { percent: 1 } }) };
const far = {
  name: 'far',
  settings: policySettings.parse({ stopLoss: { percent: 12 }, partialProfit: { targetR: 50 } }),
};

describe('walking forward', () => {
  it('plays each part by what did best in the part before it', () => {
    const walked = walkForward(setup, [near, far], 3);
    expect(walked?.windows.map(({ chosen }) => chosen)).toEqual(['far', 'far', 'far']);
    expect(walked?.windows.map(({ train, test }) => [train.from, train.to, test.from])).toEqual([
      [bars.days[0], bars.days[29], bars.days[30]],
      [bars.days[30], bars.days[59], bars.days[60]],
      [bars.days[60], bars.days[89], bars.days[90]],
    ]);
    expect(walked?.curve.days).toEqual(bars.days.slice(30));
  });

  it('begins each part with what the one before it has left', () => {
    const walked = walkForward(setup, [far], 3);
    const together = walked?.windows.reduce(
      (worth, { figures }) => worth * (1 + figures.total_return),
      1,
    );
    expect(walked && walked.out_of_sample.total_return + 1).toBeCloseTo(together ?? 0, 6);
    // There was nothing to choose: the one is what was walked.
    expect(walked?.fixed).toEqual([{ name: 'far', figures: walked?.out_of_sample }]);
  });

  it('measures an adaptive selector against each of the others on the same days', () => {
    const selector = { market: [], play: (part: Setup) => playFast(part, far.settings) };
    const adaptive = walkForward(setup, [near, far], 3, selector)?.adaptive;
    const always = walkForward(setup, [near, far], 3)?.fixed;
    expect(always?.[1]?.figures).toEqual(adaptive?.figures);
    expect(adaptive?.against.map(({ name }) => name)).toEqual(['near', 'far', 'buy and hold']);
    const [better, same] = adaptive?.against ?? [];
    expect(better?.yearly_log_return.from).toBeGreaterThan(0);
    expect(same?.yearly_log_return).toEqual({ difference: 0, from: 0, to: 0 });
    // No benchmark tells anything: all days are in one unknown market.
    expect(adaptive?.regimes).toMatchObject([{ regime: 'unknown', days: 90 }]);
  });

  it('needs a day for each part', () => {
    expect(walkForward(setup, [near], 120)).toBeNull();
  });
});
