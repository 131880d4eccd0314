import { type Decimal, decimal, parseDecimal, smaller, ZERO } from '../../domain/decimal.ts';
import type { Decision } from '../../domain/decision.ts';
import type { OrderLine, PlanPart } from '../../domain/plan.ts';
import type { Urgency } from '../../domain/policy.ts';
import type { PositionSide } from '../../domain/portfolio.ts';
import { sharesAdded } from '../../domain/risk-reducing.ts';
import { exitSide, isTighter } from '../../domain/side.ts';
import type { Planning } from '../planning/plan.ts';
import { ADVICE } from './advice.ts';

type Settled = { readonly decision: Decision } & Planning;

/**
 * Holds what comes of a position with advice against what comes of it without. Whatever a
 * policy or the engine made of advice, it counts only where this finds nothing.
 *
 * @returns in words, in what it would be riskier; null when it is in nothing
 */
export function whyRiskier(plain: Settled, advised: Settled): string | null {
  return whyLessWanted(plain, advised) ?? whyWorsePlan(plain, advised);
}

function whyLessWanted({ decision: plain }: Settled, { decision }: Settled): string | null {
  const [before, after] = [plain.target, decision.target];
  if (after.holdQuantity.gt(before.holdQuantity)) return 'more would be held';
  if (after.holdQuantity.eq(ZERO) && !before.holdQuantity.eq(ZERO)) return 'all would be sold';
  if (!isSameAmount(before.repriceLimit, after.repriceLimit)) return 'a triggered stop would wait';
  if (before.sale !== null) {
    const isSame =
      after.sale?.milestone === before.sale.milestone &&
      after.sale.quantity.eq(before.sale.quantity);
    if (!isSame) return 'another sale would take the place of one';
  }
  if (before.cover !== null && after.holdQuantity.gt(ZERO)) {
    if (after.cover === null) return 'what is held would want no stop';
    if (isTighter(after.side, before.cover.stopPrice, after.cover.stopPrice)) {
      return 'its stop would be looser';
    }
  }
  return null;
}

function whyWorsePlan(plain: Settled, advised: Settled): string | null {
  const [before, after] = [plain.part, advised.part];
  if (after === null)
    return before === null ? whyLessDone(plain, advised) : 'nothing would be done';
  if (after.steps.some((step) => !sharesAdded(step, after.basis).eq(ZERO))) {
    return 'it would add shares';
  }
  const isAdviceAlone = advised.decision.chosen.some(({ policy }) => policy === ADVICE);
  if (isAdviceAlone && plain.outcome !== 'nothing_to_do') return 'something else is to be done';
  const rank = before === null ? 'normal' : plain.decision.urgency;
  if (isEarlier(advised.decision.urgency, rank)) return 'its turn would come before others';
  const sells = after.target.sale !== null && plain.decision.target.sale === null;
  if (!sells && after.naked.dollarSeconds.gt(before?.naked.dollarSeconds ?? ZERO)) {
    return 'shares would be without a stop for longer';
  }
  return whyLessCovered(before?.ordersAfter ?? after.ordersBefore, after);
}

const whyLessDone = (plain: Settled, advised: Settled): string | null =>
  plain.outcome === advised.outcome ? null : 'what is true would be called impossible';

const URGENCIES: readonly Urgency[] = ['critical', 'high', 'normal'];
const isEarlier = (one: Urgency, other: Urgency): boolean =>
  URGENCIES.indexOf(one) < URGENCIES.indexOf(other);

/** At each price at which shares are stopped without advice, as many are with it, of those left. */
function whyLessCovered(before: readonly OrderLine[], after: PlanPart): string | null {
  const { side } = after.basis;
  const left = after.target.holdQuantity;
  const levels = before.flatMap((line) => stopIn(line, side) ?? []);
  const isShort = levels.some((level) =>
    stoppedAt(after.ordersAfter, level, side).lt(
      smaller<Decimal>(stoppedAt(before, level, side), left),
    ),
  );
  return isShort ? 'fewer shares would have their stop' : null;
}

const stoppedAt = (lines: readonly OrderLine[], level: Decimal, side: PositionSide): Decimal =>
  lines
    .flatMap((line) => {
      const stop = stopIn(line, side);
      return stop === null || isTighter(side, level, stop) ? [] : [line.quantity];
    })
    .reduce<Decimal>((sum, shares) => sum.plus(parseDecimal(shares) ?? ZERO), ZERO);

const stopIn = ({ side, stopPrice }: OrderLine, held: PositionSide): Decimal | null =>
  side === exitSide(held) && stopPrice !== null ? decimal(stopPrice) : null;

const isSameAmount = (one: Decimal | null, other: Decimal | null): boolean =>
  one === null || other === null ? one === other : one.eq(other);
