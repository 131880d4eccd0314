import { z } from 'zod';
import { type Decimal, larger, text } from '../../src/domain/decimal.ts';
import type { Ticker } from '../../src/domain/ids.ts';
import type { Concentration, PortfolioRisk, TailRisk } from '../../src/domain/risk.ts';
import { isoTime } from '../../src/domain/time.ts';

const MOST_BUCKETS = 5;
const MOST_ASSUMED = 8;

/** Open on purpose: the list of tools has to stay short, and the names say what they are. */
export const riskSchema = z.unknown();

/**
 * For every answer: the expected shortfall of a day at 95 % (the larger of history and the normal
 * model), all stops at once with a gap, how far below the highest equity, beta, and what the
 * statistics rest on: days of bars, and names of which too little is known.
 */
export function riskLine(risk: PortfolioRisk) {
  const { tails, worstLoss, drawdown, beta, basis } = risk;
  const [tail] = tails;
  const worse =
    tail === undefined ? null : larger(tail.historicalShortfall, tail.parametricShortfall);
  return {
    shortfall_95: worse === null ? 'unknown' : text(worse),
    worst_loss_with_gap: text(worstLoss.withGap),
    drawdown_percent: drawdown === null ? null : text(drawdown.percent),
    beta: beta === null ? null : beta.toFixed(2),
    days: basis.days,
    assumed_names: basis.assumed.length,
  };
}

/** All of it, as a person would ask for it. */
export function riskFacts(risk: PortfolioRisk) {
  const { exposure, drawdown, worstLoss, basis, beta } = risk;
  return {
    exposure: {
      ...{ long: cents(exposure.long), short: cents(exposure.short) },
      ...{ gross: cents(exposure.gross), net: cents(exposure.net) },
    },
    names: largest(risk.names),
    sectors: largest(risk.sectors),
    clusters: largest(risk.clusters),
    asset_classes: largest(risk.assetClasses),
    one_day_loss: risk.tails.map((tail) => ({
      level_percent: tail.level,
      historical: text(tail.historical),
      historical_shortfall: text(tail.historicalShortfall),
      parametric: text(tail.parametric),
      parametric_shortfall: text(tail.parametricShortfall),
    })),
    drawdown: drawdown && { dollars: cents(drawdown.dollars), percent: text(drawdown.percent) },
    worst_loss: {
      at_stops: worstLoss.atStop && text(worstLoss.atStop),
      with_gap: text(worstLoss.withGap),
      gap_percent: worstLoss.gapPercent,
    },
    stress: risk.stress.map(({ scenario, loss, day }) => ({
      ...{ scenario, loss: text(loss) },
      day: day === null ? null : isoTime(day).slice(0, 10),
    })),
    basis: {
      ...{ benchmark: basis.benchmark, beta: beta === null ? null : beta.toFixed(2) },
      ...{ days: basis.days, shrinkage: basis.shrinkage.toFixed(2) },
      assumed: basis.assumed.slice(0, MOST_ASSUMED),
      assumed_left_out: Math.max(0, basis.assumed.length - MOST_ASSUMED),
    },
  };
}

/** What one entry changes of it: each figure before and after. */
export function effectFacts(symbol: Ticker, before: PortfolioRisk, after: PortfolioRisk) {
  const both = (figure: (risk: PortfolioRisk) => unknown) => ({
    before: figure(before),
    after: figure(after),
  });
  return {
    gross: both(({ exposure }) => cents(exposure.gross)),
    net: both(({ exposure }) => cents(exposure.net)),
    name_percent: both(({ names }) => percentIn(names, symbol)),
    one_day_loss: before.tails.map(({ level }) => ({
      level_percent: level,
      value_at_risk: both(({ tails }) => tailAt(tails, level, 'historical', 'parametric')),
      expected_shortfall: both(({ tails }) =>
        tailAt(tails, level, 'historicalShortfall', 'parametricShortfall'),
      ),
    })),
    beta: both(({ beta }) => (beta === null ? null : beta.toFixed(2))),
    /** True where too little is known of its moves: then it counts as moving much. */
    assumed: after.basis.assumed.includes(symbol),
  };
}

const percentIn = (all: readonly Concentration[], name: string) => {
  const percent = all.find(({ bucket }) => bucket === name)?.percentOfEquity ?? null;
  return percent === null ? '0' : text(percent);
};

type Loss = Exclude<keyof TailRisk, 'level'>;

/** The larger of history and the normal model. */
function tailAt(tails: readonly TailRisk[], level: number, one: Loss, other: Loss): string | null {
  const tail = tails.find((each) => each.level === level);
  return tail === undefined ? null : text(larger(tail[one], tail[other]));
}

const largest = (all: readonly Concentration[]) =>
  all.slice(0, MOST_BUCKETS).map(({ bucket, exposure, percentOfEquity }) => ({
    name: bucket ?? 'unknown',
    gross: cents(exposure.gross),
    net: cents(exposure.net),
    percent_of_equity: percentOfEquity && text(percentOfEquity),
  }));

/** Rounded away from zero: risk is never shown too small. */
const cents = (value: Decimal): string => value.toFixed(2, 3);
