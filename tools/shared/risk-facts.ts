import { z } from 'zod';
import { type Decimal, larger, text } from '../../src/domain/decimal.ts';
import type { Concentration, PortfolioRisk } from '../../src/domain/risk.ts';
import { isoTime } from '../../src/domain/time.ts';

const MOST_BUCKETS = 5;
const MOST_ASSUMED = 8;

/** Dollars that a day may cost, and what the figures rest on. */
export const riskLineSchema = z.object({
  /** Expected shortfall at 95 %, the larger of history and the normal model. */
  shortfall_95: z.string(),
  worst_loss_with_gap: z.string(),
  drawdown_percent: z.string().nullable(),
  beta: z.string().nullable(),
  /** Of these days of bars; names with too few are assumed to move much. */
  days: z.number(),
  assumed_names: z.number(),
});

/** For every answer: four figures. */
export function riskLine(risk: PortfolioRisk): z.input<typeof riskLineSchema> {
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

const bucketSchema = z.object({
  name: z.string(),
  gross: z.string(),
  net: z.string(),
  percent_of_equity: z.string().nullable(),
});

export const riskFactsSchema = z.object({
  exposure: z.object({ long: z.string(), short: z.string(), gross: z.string(), net: z.string() }),
  /** The largest of each; `unknown` for what belongs to no known sector. */
  names: z.array(bucketSchema),
  sectors: z.array(bucketSchema),
  clusters: z.array(bucketSchema),
  asset_classes: z.array(bucketSchema),
  one_day_loss: z.array(
    z.object({
      level_percent: z.number(),
      historical: z.string(),
      historical_shortfall: z.string(),
      parametric: z.string(),
      parametric_shortfall: z.string(),
    }),
  ),
  drawdown: z.object({ dollars: z.string(), percent: z.string() }).nullable(),
  worst_loss: z.object({
    at_stops: z.string().nullable(),
    with_gap: z.string(),
    gap_percent: z.string(),
  }),
  stress: z.array(z.object({ scenario: z.string(), loss: z.string(), day: z.string().nullable() })),
  basis: z.object({
    benchmark: z.string(),
    beta: z.string().nullable(),
    days: z.number(),
    shrinkage: z.string(),
    assumed: z.array(z.string()),
    assumed_left_out: z.number(),
  }),
});

/** All of it, as a person would ask for it. */
export function riskFacts(risk: PortfolioRisk): z.input<typeof riskFactsSchema> {
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

const largest = (all: readonly Concentration[]) =>
  all.slice(0, MOST_BUCKETS).map(({ bucket, exposure, percentOfEquity }) => ({
    name: bucket ?? 'unknown',
    gross: cents(exposure.gross),
    net: cents(exposure.net),
    percent_of_equity: percentOfEquity && text(percentOfEquity),
  }));

/** Rounded away from zero: risk is never shown too small. */
const cents = (value: Decimal): string => value.toFixed(2, 3);
