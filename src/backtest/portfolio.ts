import type { PolicySettings } from '../../policies/registry.ts';
import { type StrategySettings, withStrategy } from '../../policies/strategies.ts';
import type { EntryPlan } from './entries.ts';
import {
  type EquityCurve,
  heldEquity,
  heldNakedShareSeconds,
  symbolEquity,
  together,
} from './equity.ts';
import { type GuardChange, guardOf, runFastPath, type SymbolRun } from './fast-path.ts';
import { type BacktestFigures, figuresOf, inOrder } from './figures.ts';
import type { FillSettings } from './fills.ts';
import { type MarketDay, marketOn } from './market-days.ts';
import { firstBarOf, type PriceBars } from './price-bars.ts';
import type { Trade } from './trade.ts';

/** Bars of some symbols and who buys them; each symbol has an equal part of the money. */
export type Setup = FillSettings & {
  readonly series: readonly { readonly bars: PriceBars; readonly entries: EntryPlan }[];
  /** Units, for all symbols together. */
  readonly cash: number;
};

export type Outcome = {
  readonly curve: EquityCurve;
  readonly trades: readonly Trade[];
  readonly figures: BacktestFigures;
  readonly skippedEntries: number;
};

export const cashOfEach = ({ cash, series }: Pick<Setup, 'cash' | 'series'>): number =>
  Math.floor(cash / Math.max(1, series.length));

/** @param only the policies that take part; all without it */
export function playFast(
  setup: Setup,
  settings: PolicySettings,
  only?: readonly string[],
): Outcome {
  const guard = guardOf(settings, only);
  return playGuarded(setup, () => [{ bar: 0, guard }]);
}

/** On each day under the bundle of settings that the adaptive selector lets hold. */
export function playAdaptively(
  setup: Setup,
  policies: PolicySettings,
  strategies: StrategySettings,
  market: readonly MarketDay[],
): Outcome {
  const guards = new Map(
    [null, ...Object.keys(strategies.named)].map((active) => [
      active,
      guardOf(withStrategy(policies, { ...strategies, active })),
    ]),
  );
  return playGuarded(setup, (bars) =>
    bars.days.flatMap((day, index): GuardChange[] => {
      const strategyOn = (each = '') => marketOn(market, each)?.strategy ?? strategies.active;
      const strategy = strategyOn(day);
      const guard = guards.get(strategy);
      const isSame = index > 0 && strategyOn(bars.days[index - 1]) === strategy;
      return guard === undefined || isSame ? [] : [{ bar: firstBarOf(bars, index), guard }];
    }),
  );
}

/** @param guardsOf who guards from which bar on, from the first bar on */
function playGuarded(setup: Setup, guardsOf: (bars: PriceBars) => readonly GuardChange[]): Outcome {
  const { fills, spreadBps, costBps } = setup;
  const runs = setup.series.flatMap(({ bars, entries }) => {
    const [first, ...guardChanges] = guardsOf(bars);
    if (first === undefined) return [];
    return runFastPath({
      ...{ bars, entries, guard: first.guard, guardChanges, fills, spreadBps, costBps },
      cash: cashOfEach(setup),
      guardsFrom: 'entry_bar',
    });
  });
  return outcomeOf(
    runs,
    runs.reduce((sum, { nakedShareSeconds }) => sum + nakedShareSeconds, 0),
  );
}

export function outcomeOf(runs: readonly SymbolRun[], nakedShareSeconds: number): Outcome {
  const curve = together(runs.map(symbolEquity));
  const trades = inOrder(runs.flatMap((run) => run.trades));
  return {
    curve,
    trades,
    figures: figuresOf(curve, trades, nakedShareSeconds),
    skippedEntries: runs.reduce((sum, run) => sum + run.skippedEntries, 0),
  };
}

/** The same money in shares from each symbol's first open on, and never sold. */
export function buyAndHold(setup: Setup): Outcome {
  const cash = cashOfEach(setup);
  const { spreadBps } = setup;
  const curve = together(setup.series.map(({ bars }) => heldEquity(bars, cash, spreadBps)));
  const naked = setup.series.reduce(
    (sum, { bars }) => sum + heldNakedShareSeconds(bars, cash, spreadBps),
    0,
  );
  const count = setup.series.length;
  const figures = { ...figuresOf(curve, [], naked), trades: count, open_at_end: count };
  return { curve, trades: [], figures, skippedEntries: 0 };
}

/** A stop at the same part of the entry price that never moves, and no taking of profits. */
export const fixedStop = (setup: Setup, settings: PolicySettings): Outcome =>
  playFast(setup, settings, ['gap-rescue', 'stop-loss']);
