import type { PlanningNote } from '../../domain/answers.ts';
import type { Quantity } from '../../domain/decimal.ts';
import { addShares, NO_SHARES, sharesLeft, text, ZERO } from '../../domain/decimal.ts';
import type { Decision, Target } from '../../domain/decision.ts';
import type { NakedEstimate, PlanPart, Step } from '../../domain/plan.ts';
import type { PositionContext } from '../../domain/portfolio.ts';
import { type NakedCause, recipeText } from '../../domain/recipe.ts';
import { isStop } from '../account/cover.ts';
import { orderLines } from '../account/orders.ts';
import type { PlanningSettings } from '../planning-settings.ts';
import { Book, bookOf, booksAlong } from './book.ts';
import type { Candidate } from './candidate.ts';
import { identify } from './candidate.ts';
import { brokenRules, whyUnsettled } from './constraints.ts';
import { holdsNothingInDoubt, onlyLeaves, protectsMore } from './doubt.ts';
import { basisOf } from './drift.ts';
import { hasRunOut } from './entry-orders.ts';
import { estimateNaked } from './naked-estimate.ts';
import { coverAndSale } from './recipes/cover-and-sale.ts';
import { exits } from './recipes/exit.ts';
import { isTightEnough } from './recipes/moves.ts';
import { reprices } from './recipes/reprice.ts';
import type { Situation } from './situation.ts';
import { sharesOf, situationOf } from './situation.ts';
import { worstLoss } from './worst-loss.ts';

/**
 * What planning came to.
 *
 * planned: `part` is the legal way with the least naked dollar-seconds.
 * nothing_to_do: the live orders already make the target true.
 * impossible: something is missing, and no legal way leads there now; the notes say why.
 */
export type Planning = {
  readonly outcome: 'planned' | 'nothing_to_do' | 'impossible';
  readonly part: PlanPart | null;
  readonly notes: readonly PlanningNote[];
};

type Legal = {
  readonly situation: Situation;
  readonly candidate: Candidate;
  readonly steps: readonly Step[];
  readonly after: Book;
  /** Shares that would still not be as the target wants them. */
  readonly unmet: Quantity;
  readonly naked: NakedEstimate;
};

/** Compiles the difference between a decision's target and the live orders into steps. */
export function planFor(
  decision: Decision,
  context: PositionContext,
  settings: PlanningSettings,
): Planning {
  const unsettled = whyUnsettled(context);
  if (unsettled !== null) {
    return { outcome: 'impossible', part: null, notes: [{ recipe: 'wait', because: unsettled }] };
  }
  const situation = situationOf(context, decision, settings);
  const notes: PlanningNote[] = noteFixedExits(situation);
  const legal: Legal[] = [];
  let refused = 0;
  for (const scene of [situation, ...withoutSale(situation)]) {
    for (const candidate of candidatesFor(scene)) {
      const judged = judge(candidate, scene, situation.target.holdQuantity);
      if (typeof judged !== 'string') legal.push(judged);
      else {
        refused += 1;
        notes.push({ recipe: recipeText(candidate.recipes), because: judged });
      }
    }
  }
  const [best, ...others] = legal.sort(compare);
  if (best === undefined || best.steps.length === 0) {
    return withoutSteps(situation, best, refused, notes);
  }
  notes.push(...others.flatMap((each) => (each.steps.length > 0 ? turnedDown(each, best) : [])));
  return { outcome: 'planned', part: partOf(best, decision), notes };
}

/** A sale that cannot be made now must not keep the position from its stop. */
function withoutSale(situation: Situation): Situation[] {
  const { target, context } = situation;
  if (target.sale === null || target.cover === null) return [];
  const holdQuantity = context.position.quantity;
  return [{ ...situation, target: { ...target, holdQuantity, sale: null } }];
}

function candidatesFor(situation: Situation): readonly Candidate[] {
  const { target } = situation;
  if (target.repriceLimit !== null) return reprices(situation, target.repriceLimit);
  return target.holdQuantity.eq(ZERO) ? exits(situation) : coverAndSale(situation);
}

/** A candidate with all that ranks it, or the rules it breaks in words. */
function judge(candidate: Candidate, situation: Situation, hold: Quantity): Legal | string {
  const { context, settings } = situation;
  const { drafts } = candidate;
  const { side } = context.position;
  const isHarmless =
    drafts.every((draft) => protectsMore(draft, side)) ||
    (holdsNothingInDoubt(context) && onlyLeaves(drafts, hold));
  if (context.isInDoubt && !isHarmless) {
    return 'what became of an earlier order is not known yet, and this does more than protect';
  }
  const books = booksAlong(drafts, context);
  const broken = brokenRules(drafts, context, settings, books);
  if (broken.length > 0) return broken.join('; ');
  const identified = identify(candidate, context);
  if (identified.outcome === 'spent') return identified.because;
  const after = books.at(-1) ?? bookOf(context);
  return {
    situation,
    candidate,
    steps: identified.steps,
    after,
    unmet: unmetShares(candidate, after, situation, hold),
    naked: estimateNaked(drafts, context, settings, books),
  };
}

/** @param hold shares that should be left, which a plan without its sale exceeds */
function unmetShares(
  { drafts }: Candidate,
  planned: Book,
  { target, context, stale }: Situation,
  hold: Quantity,
): Quantity {
  const after = afterProfit(planned, drafts, target);
  const left = after.position.quantity;
  if (target.repriceLimit !== null) return NO_SHARES;
  if (target.holdQuantity.eq(ZERO)) {
    // A take-profit that was made marketable sells its shares without a further step.
    return drafts.reduce(
      (shares, draft) =>
        draft.kind === 'replace' ? sharesLeft(shares, draft.before.quantity ?? shares) : shares,
      left,
    );
  }
  const harmful = stale.filter(({ id }) => after.orders.some((order) => order.id === id));
  const staleShares = harmful.map((order) => sharesOf(order, context)).reduce(addShares, NO_SHARES);
  const { cover } = target;
  const rest = unendedEntries(after, context);
  if (cover === null) return addShares(staleShares, rest);
  const tight = after.orders.filter(
    (order) => !isStop(order) || isTightEnough(order, cover, target.side),
  );
  const isAllTight = tight.length === after.orders.length;
  const { coveredQuantity } = (isAllTight ? after : new Book(after.position, tight)).cover;
  const bare = sharesLeft(left, coveredQuantity);
  const unsold = sharesLeft(left, hold);
  const oversold = sharesLeft(after.cover.exitQuantity, left);
  return [unsold, oversold, unplacedProfit(target, after), staleShares, rest].reduce(
    addShares,
    bare,
  );
}

/** Without the shares whose own take-profit comes to the market: it fills without a further step. */
function afterProfit(after: Book, drafts: Candidate['drafts'], { sale }: Target): Book {
  const filling = drafts.flatMap((draft) =>
    draft.kind === 'replace' && draft.purpose === 'exit' ? [draft.before] : [],
  );
  if (sale?.fromTakeProfit !== true || filling.length === 0) return after;
  const ids = new Set(filling.map(({ id }) => id));
  const { position } = after;
  const quantity = sharesLeft(position.quantity, sale.quantity);
  const orders = after.orders.filter(
    ({ id, parentId }) => !ids.has(id) && (parentId === null || !ids.has(parentId)),
  );
  return new Book({ ...position, quantity }, orders);
}

/** Shares that entries would still add which have run out. */
const unendedEntries = ({ orders }: Book, context: PositionContext): Quantity =>
  orders
    .filter((order) => hasRunOut(order, context))
    .map((order) => sharesOf(order, context))
    .reduce(addShares, NO_SHARES);

/** Shares whose take-profit the target wants and the plan does not place. */
function unplacedProfit({ takeProfit }: Target, after: Book): Quantity {
  if (takeProfit === null) return NO_SHARES;
  const rests = after.cover.takeProfits.some(
    ({ limitPrice }) => limitPrice?.eq(takeProfit.limitPrice) === true,
  );
  return rests ? NO_SHARES : takeProfit.quantity;
}

/** Closest to the target first, then the least naked dollar-seconds, then the fewest steps. */
function compare(a: Legal, b: Legal): number {
  return (
    a.unmet.cmp(b.unmet) ||
    a.naked.dollarSeconds.cmp(b.naked.dollarSeconds) ||
    a.steps.length - b.steps.length
  );
}

function partOf(best: Legal, decision: Decision): PlanPart {
  const { context, settings, target } = best.situation;
  return {
    symbol: context.position.symbol,
    episodeId: context.episode.id,
    recipe: recipeText(best.candidate.recipes),
    cause: causeOf(best.situation),
    target,
    steps: best.steps,
    basis: basisOf(context),
    ordersBefore: orderLines(context.orders, context),
    ordersAfter: orderLines(best.after.orders, context),
    naked: best.naked,
    worstLoss: worstLoss(bookOf(context), best.after, settings.gapPercent),
    wantedBy: [...new Set(decision.chosen.map(({ policy }) => policy))],
    because: decision.chosen
      .filter(({ action }) => action.kind !== 'reduce' || target.sale !== null)
      .map(({ because }) => because),
  };
}

function causeOf({ context, target }: Situation): NakedCause {
  if (target.repriceLimit !== null) return 'stop_triggered';
  if (target.holdQuantity.eq(ZERO)) return 'position_left';
  if (context.cover.nakedQuantity.gt(ZERO)) return 'uncovered_shares';
  return target.sale === null ? 'stop_moved' : 'part_sold';
}

function withoutSteps(
  { context, target }: Situation,
  best: Legal | undefined,
  refused: number,
  notes: readonly PlanningNote[],
): Planning {
  const isBare = target.cover !== null && context.cover.nakedQuantity.gt(ZERO);
  const isShort = target.holdQuantity.eq(ZERO) || refused > 0 || isBare;
  if (best !== undefined && !isShort) {
    const because = 'the live orders already make the target true';
    return { outcome: 'nothing_to_do', part: null, notes: [...notes, { recipe: 'none', because }] };
  }
  const because = 'no legal way leads to the target now';
  return { outcome: 'impossible', part: null, notes: [...notes, { recipe: 'none', because }] };
}

function noteFixedExits({ fixed, fixedQuantity, context }: Situation): PlanningNote[] {
  if (fixed.length === 0) return [];
  const ids = fixed.map(({ id, status }) => `${id} (${status})`).join(', ');
  const because =
    `${text(fixedQuantity)} of ${text(context.position.quantity)} shares are held by orders ` +
    `that are not ours to change or are changing this moment: ${ids}`;
  return [{ recipe: 'leave', because }];
}

function turnedDown(worse: Legal, best: Legal): PlanningNote {
  const because = worse.unmet.gt(best.unmet)
    ? `would leave ${text(worse.unmet)} shares short of the target`
    : `${text(worse.naked.dollarSeconds)} naked dollar-seconds in ${worse.steps.length} steps, ` +
      `against ${text(best.naked.dollarSeconds)} in ${best.steps.length}`;
  return { recipe: recipeText(worse.candidate.recipes), because };
}
