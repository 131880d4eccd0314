import { type Decimal, NO_DOLLARS, type Notional } from './decimal.ts';
import type { PlanPart, WorstLoss } from './plan.ts';

/** What all parts may lose together; `atStop` is null where one of them has no stop. */
export function worstLossOf(parts: readonly PlanPart[]): WorstLoss {
  const gap = parts.reduce<Decimal>((sum, part) => sum.plus(part.worstLoss.withGap), NO_DOLLARS);
  const stops = parts.flatMap(({ worstLoss }) => worstLoss.atStop ?? []);
  const atStop = stops.reduce<Decimal>((sum, each) => sum.plus(each), NO_DOLLARS);
  return {
    atStop: stops.length === parts.length ? (atStop as Notional) : null,
    withGap: gap as Notional,
    gapPercent: parts[0]?.worstLoss.gapPercent ?? '0',
  };
}
