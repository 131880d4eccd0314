import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { policySettings } from '../../policies/registry.ts';
import { guardOf, runFastPath } from '../../src/backtest/fast-path.ts';
import type { FillSettings } from '../../src/backtest/fills.ts';
import { dailyBars } from './given-bars.ts';

/** Bars in cents out of steps in hundredths of a percent, each with its extremes. */
const anyBars = fc
  .array(fc.tuple(fc.integer({ min: -400, max: 420 }), fc.nat(150), fc.nat(150)), {
    minLength: 20,
    maxLength: 60,
  })
  .map((steps) => {
    let close = 10_000;
    return dailyBars(
      steps.map(([step, above, below]) => {
        const open = close;
        close = Math.max(500, Math.round((close * (10_000 + step)) / 10_000));
        const [high, low] = [Math.max(open, close) + above, Math.min(open, close) - below];
        return [open / 100, high / 100, low / 100, close / 100] as const;
      }),
    );
  });

const anySettings = fc
  .record({
    percent: fc.integer({ min: 1, max: 12 }),
    method: fc.constantFrom('percent', 'atr'),
    triggerBy: fc.constantFrom('r', 'percent'),
    triggerR: fc.constantFrom('0.5', '1', '2'),
    triggerPercent: fc.integer({ min: 1, max: 10 }),
    trailPercent: fc.constantFrom('0.5', '0.333', '1', '2.5', '3.0625', '5', '8'),
    trailBy: fc.constantFrom('percent', 'atr'),
    minimumStepBps: fc.constantFrom(0, 25, 200),
    placed: fc.constantFrom('with_first_stop', 'when_reached'),
    targetR: fc.constantFrom('0.5', '1', '2'),
  })
  .map(({ percent, method, placed, targetR, ...trailingStop }) =>
    policySettings.parse({
      stopLoss: { percent, method },
      trailingStop,
      partialProfit: { placed, targetR, earliestR: '0.2' },
      advice: { mostTightenPercent: 60 },
    }),
  );

const anyLearned = fc.option(
  fc.record({
    tightenPercent: fc.constantFrom(0, 10, 50, 90),
    partialPercent: fc.constantFrom(50, 80, 100),
  }),
);

/** Other settings that take over on the way, as the adaptive selector has them do. */
const anyChanges = fc
  .array(fc.record({ bar: fc.integer({ min: 1, max: 59 }), other: anySettings }), { maxLength: 3 })
  .map((changes) => [...changes].sort((one, other) => one.bar - other.bar));

describe('not asking where nothing could change', () => {
  it.each<FillSettings['fills']>(['prints', 'levels'])(
    'leads to the trades of asking at every price, filled at %s',
    (fills) => {
      fc.assert(
        fc.property(
          anyBars,
          anySettings,
          anyLearned,
          anyChanges,
          (bars, settings, learned, others) => {
            const play = (asksAlways: boolean) =>
              runFastPath({
                bars,
                guard: { ...guardOf(settings), asksAlways, learned },
                guardChanges: others.map(({ bar, other }) => ({
                  bar,
                  guard: { ...guardOf(other), asksAlways, learned },
                })),
                entries: { kind: 'always', firstBar: 0, againAfterBars: 2 },
                ...{ cash: 1_000_000_000, guardsFrom: 'entry_bar' },
                ...{ fills, spreadBps: 2, costBps: 1 },
              });
            expect(play(false)).toEqual(play(true));
          },
        ),
        { numRuns: 100, endOnFailure: true },
      );
    },
  );
});
