import type { LearnedFigures } from '../../domain/advice.ts';
import { type GroupSample, sampleOf, shrunkMeans } from './shrinkage.ts';

/** What may be compared with what: nothing that was learned in one counts in another. */
export type TradeGroup = {
  readonly policy: string;
  readonly symbolClass: string;
  readonly regime: string;
  /** Which settings of the owner were in force, by name or digest. */
  readonly setting: string;
};

/**
 * One position from flat to flat, in units of its initial risk. `adverseR` and `favourableR` are
 * how far the price ever went against it and for it, while it was held; both at least 0.
 */
export type Trade = {
  readonly id: string;
  readonly group: TradeGroup;
  readonly resultR: number;
  readonly adverseR: number;
  readonly favourableR: number;
  /** Part of the shares that leave with the first profit; 0 where none is taken. */
  readonly partialFraction: number;
  /** The gain at which the owner has it taken. */
  readonly targetR: number;
  /** What the shares that were kept beyond it came to. */
  readonly restR: number;
  /** How much worse than its stop the sale went, in the same units; null where no stop filled. */
  readonly slippageR: number | null;
};

/** What learning may choose from, out of the owner's bounds, and what it takes to choose. */
export type LearningBounds = {
  /** Whole percents of the initial risk that a stop may take back, ascending, without 0. */
  readonly tightenPercents: readonly number[];
  /** Whole percents of the owner's target at which the profit may be taken, without 100. */
  readonly partialPercents: readonly number[];
  /** Fewer trades of a group are no evidence. */
  readonly leastTrades: number;
};

/** One thing that could have been done in every trade, and what it would have come to. */
type Lesson = {
  readonly figures: LearnedFigures;
  readonly trades: number;
  /** Mean gain in R for each trade against what was done, shrunk; and how sure that is. */
  readonly effectR: number;
  readonly lowerR: number;
  /** The trades that it rests on. */
  readonly from: readonly string[];
};

/** `lesson` is null where the evidence is not enough to say anything. */
export type Learned = {
  readonly group: TradeGroup;
  readonly trades: number;
  readonly lesson: Lesson | null;
};

/** One-sided chance of a wrong lesson, shared among all that could be chosen. */
const CHANCE_OF_ERROR = 0.05;

/**
 * What each group of trades teaches: the one change, within the bounds, that would have gained
 * the most for sure; none where nothing would have for sure. Each change is held against the
 * same trades, so that the market they ran in cancels out.
 */
export function learnFrom(trades: readonly Trade[], bounds: LearningBounds): readonly Learned[] {
  const groups = groupedTrades(trades);
  const changes: readonly LearnedFigures[] = [
    ...bounds.tightenPercents.map((tightenPercent) => ({ tightenPercent, partialPercent: 100 })),
    ...bounds.partialPercents.map((partialPercent) => ({ tightenPercent: 0, partialPercent })),
  ];
  const slips = groups.map(({ trades: own }) => slippageOf(own, trades));
  const judged = changes.map((figures) => {
    const samples = groups.map(({ trades: own }, index) => {
      const gains = own.map((one) => gainFrom(one, figures, slips[index] ?? 0));
      return sampleOf([...gains, spoiled(own, figures)]);
    });
    return { figures, samples, estimates: shrunkMeans(samples) };
  });
  const quantile = normalQuantile(1 - CHANCE_OF_ERROR / Math.max(1, changes.length));
  return groups.map(({ group, trades: own }, index) => {
    const lessons = judged.flatMap(({ figures, samples, estimates }) => {
      const estimate = estimates?.[index];
      const sample = samples[index];
      if (estimate === undefined || sample === undefined || !isEnough(sample, bounds)) return [];
      const lowerR = estimate.mean - widened(quantile, sample.count) * estimate.deviation;
      const from = own.map(({ id }) => id);
      return [{ figures, trades: own.length, effectR: estimate.mean, lowerR, from }];
    });
    const best = lessons.reduce<Lesson | null>(
      (most, next) => (next.lowerR > (most?.lowerR ?? 0) ? next : most),
      null,
    );
    return { group, trades: own.length, lesson: best };
  });
}

/**
 * One more trade, the worst that the change can do: it ends the best trade that there was, or one
 * that would have reached the target, just before. What hurts seldom is missing from a short
 * record, and would let every change look better than it is (the rule of succession).
 */
function spoiled(
  own: readonly Trade[],
  { tightenPercent, partialPercent }: LearnedFigures,
): number {
  const best = own.reduce((most, { resultR, targetR }) => Math.max(most, resultR, targetR), 0);
  if (tightenPercent > 0) return -(1 - tightenPercent / 100) - best;
  const [fraction, targetR] = own.reduce(
    ([part, target], each) => [
      Math.max(part, each.partialFraction),
      Math.max(target, each.targetR),
    ],
    [0, 0],
  );
  return -fraction * (targetR * (1 - partialPercent / 100));
}

/** Trades that the change would have left as they were teach nothing by being many. */
const isEnough = ({ count, variance }: GroupSample, { leastTrades }: LearningBounds): boolean =>
  count > leastTrades && variance > 0;

/** Of the group's own stops, else of all; a tighter stop that fills at its price would be a gift. */
function slippageOf(own: readonly Trade[], all: readonly Trade[]): number {
  for (const trades of [own, all]) {
    const slips = trades.flatMap(({ slippageR }) => slippageR ?? []);
    if (slips.length > 0) return Math.max(0, sampleOf(slips).mean);
  }
  return 0;
}

/** A variance that was itself estimated from few figures makes every bound wider (Student). */
const widened = (quantile: number, count: number): number => {
  const freedom = Math.max(1, count - 1);
  return quantile * (1 + (quantile ** 2 + 1) / (4 * freedom));
};

/**
 * How much better a trade would have gone with the change, in R. A tighter stop ends every trade
 * that ever went as far against it, also those that came back, and slips as stops do there.
 *
 * @param slippageR how much worse than its price a stop of the group fills
 */
export function gainFrom(
  trade: Trade,
  { tightenPercent, partialPercent }: LearnedFigures,
  slippageR: number,
): number {
  const stopR = 1 - tightenPercent / 100;
  if (tightenPercent > 0) {
    if (trade.adverseR < stopR) return 0;
    // What was sold before the price turned is not known, so a part that was taken stays taken.
    return -stopR - slippageR - trade.resultR;
  }
  const earlierR = (trade.targetR * partialPercent) / 100;
  if (trade.partialFraction === 0 || trade.favourableR < earlierR) return 0;
  const wasTaken = trade.favourableR >= trade.targetR;
  const takenR = wasTaken ? trade.targetR : trade.restR;
  return trade.partialFraction * (earlierR - takenR);
}

function groupedTrades(trades: readonly Trade[]) {
  const groups = new Map<string, { readonly group: TradeGroup; readonly trades: Trade[] }>();
  for (const trade of trades) {
    const { policy, symbolClass, regime, setting } = trade.group;
    const key = JSON.stringify([policy, symbolClass, regime, setting]);
    const group = groups.get(key) ?? { group: trade.group, trades: [] };
    group.trades.push(trade);
    groups.set(key, group);
  }
  return [...groups.values()];
}

/** The quantile of the standard normal distribution (Acklam's rational form), to 1e-9. */
export function normalQuantile(p: number): number {
  if (!(p > 0 && p < 1)) throw new RangeError('a quantile is of a chance between 0 and 1');
  if (p > 0.5) return -normalQuantile(1 - p);
  if (p < 0.02425) {
    const q = Math.sqrt(-2 * Math.log(p));
    return ratio(q, TAIL_ABOVE, TAIL_BELOW);
  }
  const q = p - 0.5;
  const r = q * q;
  return q * ratio(r, MIDDLE_ABOVE, MIDDLE_BELOW);
}

const polynomial = (x: number, factors: readonly number[]): number =>
  factors.reduce((sum, factor) => sum * x + factor, 0);
const ratio = (x: number, above: readonly number[], below: readonly number[]): number =>
  polynomial(x, above) / polynomial(x, below);

const MIDDLE_ABOVE = [
  -39.69683028665376, 220.9460984245205, -275.9285104469687, 138.357751867269, -30.66479806614716,
  2.506628277459239,
];
const MIDDLE_BELOW = [
  -54.47609879822406, 161.5858368580409, -155.6989798598866, 66.80131188771972, -13.28068155288572,
  1,
];
const TAIL_ABOVE = [
  -0.007784894002430293, -0.3223964580411365, -2.400758277161838, -2.549732539343734,
  4.374664141464968, 2.938163982698783,
];
const TAIL_BELOW = [
  0.007784695709041462, 0.3224671290700398, 2.445134137142996, 3.754408661907416, 1,
];
