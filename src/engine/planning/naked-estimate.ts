import type { Quantity } from '../../domain/decimal.ts';
import { larger, NO_DOLLARS, NO_SHARES, sharesLeft, smaller, worth } from '../../domain/decimal.ts';
import type { NakedEstimate } from '../../domain/plan.ts';
import type { PositionContext } from '../../domain/portfolio.ts';
import { secondsOf } from '../account/naked-time.ts';
import type { PlanningSettings } from '../planning-settings.ts';
import type { Book } from './book.ts';
import type { Draft } from './candidate.ts';

/**
 * The worst naked time the steps lead to, one after the other, under the stated latencies.
 * While a step is under way the lesser cover of before and after counts.
 *
 * @param books the book before the first step and after each
 */
export function estimateNaked(
  drafts: readonly Draft[],
  context: PositionContext,
  settings: PlanningSettings,
  books: readonly Book[],
): NakedEstimate {
  let shareSeconds = NO_SHARES;
  let nakedMs = 0;
  let worstShares = NO_SHARES;
  for (const [index, draft] of drafts.entries()) {
    const naked = nakedDuring(books[index], books[index + 1]);
    const lastsMs = lastsFor(draft, settings);
    if (naked.gt('0') && lastsMs > 0) {
      nakedMs += lastsMs;
      worstShares = larger(worstShares, naked);
      shareSeconds = shareSeconds.plus(naked.times(secondsOf(lastsMs))) as Quantity;
    }
  }
  if (!context.session.isOpen) {
    return nothing('the session is closed, so no stop could trigger meanwhile');
  }
  if (nakedMs === 0) return nothing('every share keeps a stop through every step');
  return {
    seconds: nakedMs / 1000,
    shareSeconds,
    dollarSeconds: worth(context.price, shareSeconds),
    because:
      `at most ${worstShares.toFixed()} shares, while ${drafts.length} steps take up to ` +
      `${settings.cancelConfirmMs} ms for a cancel, ${settings.submitMs} ms for an order to ` +
      `be live, ${settings.fillMs} ms to fill and ${settings.patchMs} ms for a PATCH`,
  };
}

/** The position is counted as before the step: what is being sold is still at risk. */
function nakedDuring(before: Book | undefined, after: Book | undefined): Quantity {
  if (before === undefined || after === undefined) throw new RangeError('a book for each draft');
  const covered = smaller(before.cover.coveredQuantity, after.cover.coveredQuantity);
  return sharesLeft(before.position.quantity, covered);
}

function lastsFor(draft: Draft, settings: PlanningSettings): number {
  switch (draft.kind) {
    case 'submit':
      return draft.until === 'filled' ? settings.fillMs : settings.submitMs;
    case 'replace':
      return settings.patchMs;
    case 'cancel':
      return settings.cancelConfirmMs;
  }
}

const nothing = (because: string): NakedEstimate => ({
  seconds: 0,
  shareSeconds: NO_SHARES,
  dollarSeconds: NO_DOLLARS,
  because,
});
