import {
  type Decimal,
  decimal,
  larger,
  NO_DOLLARS,
  type Notional,
  notional,
  text,
  ZERO,
} from '../../domain/decimal.ts';
import { type Exposure, exposureIn, type Holding, holdingsOf } from '../../domain/exposure.ts';
import type { Ticker } from '../../domain/ids.ts';
import type { WorstLoss } from '../../domain/plan.ts';
import type { Position, PositionContext } from '../../domain/portfolio.ts';
import type { Concentration, PortfolioRisk } from '../../domain/risk.ts';
import { bookOf } from '../planning/book.ts';
import { worstLoss } from '../planning/worst-loss.ts';
import { betaDollars, stakesOf, stressesOf, tailsOf } from './market-risk.ts';
import type { RiskModel } from './risk-model.ts';

export type RiskInput = {
  readonly positions: readonly Position[];
  /** One for each position that could be read whole. */
  readonly contexts: readonly PositionContext[];
  readonly equity: Notional;
  /** The highest equity so far, payments taken out; null where it is not known. */
  readonly peakEquity: Notional | null;
  /** Null for a name of no known sector. */
  readonly sectorOf: (symbol: Ticker) => string | null;
  readonly model: RiskModel;
  /** How far past a stop a gap is assumed to fill. */
  readonly gapPercent: string;
};

/** What the whole portfolio risks; pure. The order of the positions does not matter. */
export function assessRisk(input: RiskInput): PortfolioRisk {
  const { positions, equity, peakEquity, sectorOf, model } = input;
  const holdings = holdingsOf(positions);
  const exposure = exposureIn(holdings);
  const stakes = stakesOf(holdings);
  const by = (bucket: (holding: Holding) => string | null) => inBuckets(holdings, equity, bucket);
  return {
    exposure,
    names: by(({ symbol }) => symbol),
    sectors: by(({ symbol }) => sectorOf(symbol)),
    clusters: by(({ symbol }) => model.clusters.get(symbol) ?? null).filter(
      ({ bucket }) => bucket !== null,
    ),
    assetClasses: by(({ assetClass }) => assetClass),
    tails: tailsOf(stakes, model),
    drawdown: peakEquity === null ? null : drawdownFrom(peakEquity, equity),
    worstLoss: worstLossOf(input),
    beta: equity.gt(ZERO) ? betaDollars(stakes, model) / Number(text(equity)) : null,
    stress: stressesOf(stakes, exposure.net, model),
    basis: {
      benchmark: model.benchmark,
      days: model.returns.days.length,
      assumed: holdings.map(({ symbol }) => symbol).filter((one) => model.movesOf(one).isAssumed),
      shrinkage: model.correlations.shrinkage,
    },
  };
}

function inBuckets(
  holdings: readonly Holding[],
  equity: Notional,
  bucketOf: (holding: Holding) => string | null,
): readonly Concentration[] {
  const buckets = new Map<string | null, Holding[]>();
  for (const holding of holdings) {
    const bucket = bucketOf(holding);
    const members = buckets.get(bucket);
    if (members === undefined) buckets.set(bucket, [holding]);
    else members.push(holding);
  }
  return [...buckets]
    .map(([bucket, members]) => {
      const exposure = exposureIn(members);
      return { bucket, exposure, percentOfEquity: percentOf(exposure, equity) };
    })
    .sort(
      (one, other) =>
        other.exposure.gross.cmp(one.exposure.gross) || compare(one.bucket, other.bucket),
    );
}

const percentOf = ({ gross }: Exposure, equity: Notional): Decimal | null =>
  equity.gt(ZERO) ? gross.times('100').div(equity).round(1, 3) : null;

const compare = (one: string | null, other: string | null): number =>
  (one ?? '') < (other ?? '') ? -1 : 1;

/** `(peak - equity) / peak`, rounded up; nothing at a new high. */
function drawdownFrom(peak: Notional, equity: Notional): PortfolioRisk['drawdown'] {
  const dollars = notional(larger<Decimal>(peak.minus(equity), ZERO));
  const percent = peak.gt(ZERO) ? dollars.times('100').div(peak).round(1, 3) : decimal('0');
  return { dollars, percent };
}

/**
 * All stops at once: the sum of each position's worst loss. A position that could not be read
 * whole has no stop that is known of, and may lose all that a gap takes.
 */
function worstLossOf({ positions, contexts, gapPercent }: RiskInput): PortfolioRisk['worstLoss'] {
  const read = new Map(contexts.map((context) => [context.position.symbol, context]));
  let [atStop, withGap]: [Decimal | null, Decimal] = [NO_DOLLARS, NO_DOLLARS];
  for (const position of positions) {
    const context = read.get(position.symbol);
    const loss =
      context === undefined ? gapLoss(position, gapPercent) : lossIn(context, gapPercent);
    atStop = atStop === null || loss.atStop === null ? null : atStop.plus(loss.atStop);
    withGap = withGap.plus(loss.withGap);
  }
  return {
    atStop: atStop === null ? null : notional(atStop),
    withGap: notional(withGap),
    gapPercent,
  };
}

function lossIn(context: PositionContext, gapPercent: string): WorstLoss {
  const book = bookOf(context);
  return worstLoss(book, book, gapPercent);
}

function gapLoss({ currentPrice, quantity }: Position, gapPercent: string): WorstLoss {
  const loss = currentPrice.times(quantity).times(gapPercent).div('100');
  return { atStop: null, withGap: notional(loss.round(2, 3)), gapPercent };
}
