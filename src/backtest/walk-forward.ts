import type { PolicySettings } from '../../policies/registry.ts';
import { BOOTSTRAP, type PairedDifference, pairedDifference } from './block-bootstrap.ts';
import { type EquityCurve, returnsOf } from './equity.ts';
import { type BacktestFigures, figuresOf } from './figures.ts';
import type { MarketDay } from './market-days.ts';
import { buyAndHold, type Outcome, playFast, type Setup } from './portfolio.ts';
import { barsOfDays, firstBarOf, UNITS_PER_DOLLAR } from './price-bars.ts';
import { byRegime, type RegimeFigures, type StrategySwitch, switchesOn } from './regimes.ts';
import type { Trade } from './trade.ts';

/** Settings that the owner has approved, by the name of their file. */
export type Candidate = { readonly name: string; readonly settings: PolicySettings };

/** The adaptive selector: which bundle holds was settled before, and no window is learned from. */
export type Selector = {
  readonly market: readonly MarketDay[];
  readonly play: (part: Setup) => Outcome;
};

type Days = { readonly from: string; readonly to: string };

type WalkWindow = {
  readonly train: Days;
  readonly test: Days;
  /** What did best in training. */
  readonly chosen: string;
  readonly figures: BacktestFigures;
};

export type WalkForward = {
  readonly windows: readonly WalkWindow[];
  /** All test windows one after the other: what was chosen never saw them. */
  readonly out_of_sample: BacktestFigures;
  /** The same windows by one of the settings throughout. */
  readonly fixed: readonly { readonly name: string; readonly figures: BacktestFigures }[];
  readonly buy_and_hold: BacktestFigures;
  /** Null without an adaptive selector. */
  readonly adaptive: AdaptiveFigures | null;
  readonly curve: EquityCurve;
};

type AdaptiveFigures = {
  readonly figures: BacktestFigures;
  readonly regimes: readonly RegimeFigures[];
  readonly switches: readonly StrategySwitch[];
  readonly bootstrap: typeof BOOTSTRAP;
  /** The selector less each of the others, over the same days. */
  readonly against: readonly ({ readonly name: string } & PairedDifference)[];
};

/**
 * Rolling windows: the days are cut into equal parts; in each part all candidates are played, and
 * the one with the highest total return plays the next part, which it has not seen. Every part
 * begins flat. With fewer days than parts there is nothing to walk through.
 *
 * @param count test windows; the days are cut into one part more
 * @param selector plays the same windows beside them, if there is one
 * @returns null when there are too few days
 */
export function walkForward(
  setup: Setup,
  candidates: readonly Candidate[],
  count: number,
  selector: Selector | null = null,
): WalkForward | null {
  const days = [...new Set(setup.series.flatMap(({ bars }) => bars.days))].sort();
  const parts = partsOf(days, count + 1);
  if (parts === null) return null;
  const tests = parts.slice(1);
  const chosen = parts.slice(0, -1).map((train) => bestIn(setup, candidates, train));
  const walked = playInTurn(
    setup,
    tests,
    (part, index) => chosen[index] && playFast(part, chosen[index].settings),
  );
  const windows = walked.parts.flatMap((figures, index): WalkWindow[] => {
    const [train, test, best] = [parts[index], tests[index], chosen[index]];
    if (train === undefined || test === undefined || best === undefined) return [];
    return [{ train, test, chosen: best.name, figures }];
  });
  const [first, last] = [tests[0], tests.at(-1)];
  const whole = { from: first?.from ?? '', to: last?.to ?? '' };
  const held = buyAndHold(within(setup, whole, setup.cash));
  const fixed = candidates.map(({ name, settings }) => ({
    name,
    ...playInTurn(setup, tests, (part) => playFast(part, settings)),
  }));
  const others = [...fixed, { name: 'buy and hold', ...held }];
  return {
    windows,
    out_of_sample: walked.figures,
    fixed: fixed.map(({ name, figures }) => ({ name, figures })),
    buy_and_hold: held.figures,
    adaptive: selector && adaptiveFigures(setup, tests, selector, others),
    curve: walked.curve,
  };
}

function adaptiveFigures(
  setup: Setup,
  tests: readonly Days[],
  { play, market }: Selector,
  others: readonly { readonly name: string; readonly curve: EquityCurve }[],
): AdaptiveFigures {
  const played = playInTurn(setup, tests, play);
  const returns = returnsOf(played.curve);
  const held = others.at(-1)?.curve ?? played.curve;
  return {
    figures: played.figures,
    regimes: byRegime(played, held, market),
    switches: switchesOn(played.curve.days, market),
    bootstrap: BOOTSTRAP,
    against: others.map(({ name, curve }) => ({
      name,
      ...pairedDifference(returns, returnsOf(curve)),
    })),
  };
}

function partsOf(days: readonly string[], count: number): readonly Days[] | null {
  if (days.length < count) return null;
  return Array.from({ length: count }, (_, part) => {
    const from = days[Math.floor((part * days.length) / count)] ?? '';
    const to = days[Math.floor(((part + 1) * days.length) / count) - 1] ?? '';
    return { from, to };
  });
}

/** The first of those with the highest return. */
function bestIn(setup: Setup, candidates: readonly Candidate[], days: Days): Candidate | undefined {
  const part = within(setup, days, setup.cash);
  const ranked = candidates.map((candidate) => ({
    candidate,
    gain: playFast(part, candidate.settings).figures.total_return,
  }));
  return ranked.sort((one, other) => other.gain - one.gain)[0]?.candidate;
}

/** Part by part, each with the money that the one before it has left. */
function playInTurn(
  setup: Setup,
  parts: readonly Days[],
  play: (part: Setup, index: number) => Outcome | undefined,
) {
  const start = setup.cash / UNITS_PER_DOLLAR;
  const days: string[] = [];
  const equity: number[] = [];
  const trades: Trade[] = [];
  const figures: BacktestFigures[] = [];
  let naked = 0;
  for (const [index, part] of parts.entries()) {
    const cash = Math.floor((equity.at(-1) ?? start) * UNITS_PER_DOLLAR);
    const played = play(within(setup, part, cash), index);
    if (played === undefined) continue;
    days.push(...played.curve.days);
    equity.push(...played.curve.equity);
    trades.push(...played.trades);
    figures.push(played.figures);
    naked += played.figures.naked_share_seconds;
  }
  const curve = { days, equity, start };
  return { curve, trades, figures: figuresOf(curve, trades, naked), parts: figures };
}

/** Only these days; symbols without a bar in them take no part. */
function within(setup: Setup, { from, to }: Days, cash: number): Setup {
  const series = setup.series.flatMap(({ bars, entries }) => {
    const first = bars.days.findIndex((day) => day >= from);
    const end = bars.days.findLastIndex((day) => day <= to) + 1;
    if (first < 0 || end <= first) return [];
    const [skipped, until] = [firstBarOf(bars, first), firstBarOf(bars, end)];
    const moved =
      entries.kind === 'always'
        ? entries
        : {
            ...entries,
            entries: entries.entries
              .filter(({ bar }) => bar >= skipped && bar < until)
              .map((entry) => ({ ...entry, bar: entry.bar - skipped })),
          };
    return [{ bars: barsOfDays(bars, first, end), entries: moved }];
  });
  return { ...setup, series, cash };
}
