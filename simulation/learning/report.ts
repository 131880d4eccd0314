import { policySettings } from '../../policies/registry.ts';
import type { PriceBars } from '../../src/backtest/price-bars.ts';
import { learningBounds } from '../../src/composition/outside.ts';
import { defaultSettings } from '../../src/config.ts';
import type { LearnedFigures } from '../../src/domain/advice.ts';
import { Draws } from '../draws.ts';
import { type Interval, intervalOf, meanOf, tailLoss } from './figures.ts';
import { type Family, seededBars } from './markets.ts';
import { type Entry, type Played, playInTurn, type Terms } from './trial.ts';

/** What advice came to beside the fixed default, in R; of the losses less is better. */
export type FamilyReport = {
  readonly family: string;
  readonly seeds: number;
  readonly trades: number;
  /** Part of the trades that were advised. */
  readonly advised: number;
  readonly mean_r: { readonly fixed: number; readonly advised: number };
  readonly mean_r_gain: Interval;
  readonly tail_loss: { readonly fixed: number; readonly advised: number };
  readonly tail_loss_change: Interval;
};

/** How far the owner of the trial lets advice go; all else is the default. */
export function trialTerms(fills: Terms['fills']): Terms {
  const { rules } = defaultSettings('execute', '');
  const settings = policySettings.parse({
    advice: { mostTightenPercent: 50 },
    partialProfit: { earliestR: '1' },
  });
  const bounds = learningBounds({ ...rules, policies: settings });
  return { settings, bounds, fills, heldDays: 20, learnsEvery: 5 };
}

/** What is known of a share when it is bought: enough for its average range. */
const KNOWN_DAYS = 30;

/** Positions one after the other, each in another share of one seeded market. */
export function seededEntries(family: Family, seed: number, count: number): readonly Entry[] {
  const { heldDays } = trialTerms('levels');
  return Array.from({ length: count }, (_, index) => {
    const span = { fromDay: index * heldDays, days: KNOWN_DAYS + heldDays };
    return { bars: seededBars(family, `${seed} ${index}`, span), day: KNOWN_DAYS };
  });
}

const MOST_REST_DAYS = 10;

/** Positions in all of these symbols, each bought on days that the seed draws. */
export function drawnEntries(series: readonly PriceBars[], seed: number): readonly Entry[] {
  const { heldDays } = trialTerms('levels');
  const entries = series.flatMap((bars) => {
    const draws = new Draws(`entries ${bars.symbol} ${seed}`);
    const own: Entry[] = [];
    for (let day = draws.between(0, heldDays); day + heldDays <= bars.days.length; ) {
      own.push({ bars, day });
      day += heldDays + draws.between(0, MOST_REST_DAYS);
    }
    return own;
  });
  const dateOf = ({ bars, day }: Entry): string => bars.days[day] ?? '';
  return entries.sort((one, other) => (dateOf(one) < dateOf(other) ? -1 : 1));
}

/** The same positions with and without advice, seed by seed. */
export function compare(
  family: string,
  seeds: readonly number[],
  entriesOf: (seed: number) => readonly Entry[],
  terms: Terms,
): FamilyReport {
  const rows = seeds.map((seed) => {
    const entries = entriesOf(seed);
    const fixed = resultsOf(playInTurn(entries, terms, 'none'));
    const played = playInTurn(entries, terms, 'learned');
    const advised = resultsOf(played);
    return {
      trades: entries.length,
      advised: played.filter(({ learned }) => learned !== null).length,
      mean: { fixed: meanOf(fixed), advised: meanOf(advised) },
      tail: { fixed: tailLoss(fixed), advised: tailLoss(advised) },
    };
  });
  const trades = rows.reduce((sum, row) => sum + row.trades, 0);
  return {
    ...{ family, seeds: seeds.length, trades },
    advised: rows.reduce((sum, row) => sum + row.advised, 0) / Math.max(1, trades),
    mean_r: {
      fixed: meanOf(rows.map(({ mean }) => mean.fixed)),
      advised: meanOf(rows.map(({ mean }) => mean.advised)),
    },
    mean_r_gain: intervalOf(rows.map(({ mean }) => mean.advised - mean.fixed)),
    tail_loss: {
      fixed: meanOf(rows.map(({ tail }) => tail.fixed)),
      advised: meanOf(rows.map(({ tail }) => tail.advised)),
    },
    tail_loss_change: intervalOf(rows.map(({ tail }) => tail.advised - tail.fixed)),
  };
}

export type Hindsight = LearnedFigures & { readonly mean_r_gain: Interval };

/** What each change that may be advised gains when it holds from the first trade on. */
export function inHindsight(
  seeds: readonly number[],
  entriesOf: (seed: number) => readonly Entry[],
  terms: Terms,
): readonly Hindsight[] {
  const { tightenPercents, partialPercents } = terms.bounds;
  const changes: readonly LearnedFigures[] = [
    ...tightenPercents.map((tightenPercent) => ({ tightenPercent, partialPercent: 100 })),
    ...partialPercents.map((partialPercent) => ({ tightenPercent: 0, partialPercent })),
  ];
  const given = seeds.map((seed) => {
    const entries = entriesOf(seed);
    return { entries, fixed: meanOf(resultsOf(playInTurn(entries, terms, 'none'))) };
  });
  return changes.map((change) => ({
    ...change,
    mean_r_gain: intervalOf(
      given.map(
        ({ entries, fixed }) => meanOf(resultsOf(playInTurn(entries, terms, change))) - fixed,
      ),
    ),
  }));
}

const resultsOf = (played: readonly Played[]): readonly number[] =>
  played.map(({ resultR }) => resultR);
