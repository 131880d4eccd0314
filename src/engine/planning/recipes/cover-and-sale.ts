import {
  addShares,
  isWhole,
  NO_SHARES,
  sharesLeft,
  wholeShares,
  ZERO,
} from '../../../domain/decimal.ts';
import type { Target } from '../../../domain/decision.ts';
import type { RecipeName } from '../../../domain/recipe.ts';
import { exitSide } from '../../../domain/side.ts';
import { marketOrder } from '../../account/orders.ts';
import type { Candidate, Draft } from '../candidate.ts';
import { hasRunOut } from '../entry-orders.ts';
import type { Situation } from '../situation.ts';
import { coverableQuantity, sharesOf } from '../situation.ts';
import { makeMarketable } from './exit.ts';
import { exitGroupOptions } from './exit-groups.ts';
import { fractionStopOptions } from './fraction-stops.ts';
import { type Cover, cancel, fractionOf, placeStop } from './moves.ts';
import type { Option } from './option.ts';
import { wholeStopOptions } from './whole-stops.ts';

/**
 * Every way to give the shares that stay their stops and to sell the others.
 *
 * Stops come first, the sale last: when it is sent, all that is kept is covered, and only
 * the shares on sale are without a stop until they are sold.
 */
export function coverAndSale(situation: Situation): readonly Candidate[] {
  const { cover, sale } = situation.target;
  if (sale?.fromTakeProfit === true) return takeProfitNow(situation, sale);
  const ways = cover === null ? [[]] : coverOptions(situation, cover);
  const guarded = [
    ...ways.map((options) => candidate(options, situation)),
    ...aroundGroups(situation),
  ];
  const all = [...guarded.flatMap((each) => withoutRest(each, situation)), ...guarded];
  if (situation.stale.length === 0) return all;
  return [...all.map((each) => withoutStale(each, situation)), ...aroundStale(situation), ...all];
}

/**
 * The sale is the take-profit that rests for these very shares: its limit comes to the market, and
 * its stop stays until it fills. Any other way would sell the shares beside it, and leave it.
 */
function takeProfitNow(
  situation: Situation,
  { quantity: shares, milestone }: NonNullable<Target['sale']>,
): readonly Candidate[] {
  const { cover } = situation.target;
  const group = situation.groups.find(
    ({ takeProfit, quantity }) => takeProfit !== null && quantity.eq(shares),
  );
  if (group === undefined || cover === null) return [];
  const groups = situation.groups.filter((each) => each !== group);
  return coverOptions({ ...situation, groups }, cover).map((options) => {
    const sale = makeMarketable(group, situation, milestone);
    const { recipes, drafts } = candidate(options, situation, sale);
    return { recipes: [...recipes, 'marketable-take-profit'], drafts };
  });
}

/** What guards nothing goes first: it holds shares, or would open a position. */
const withoutStale = ({ recipes, drafts }: Candidate, { stale }: Situation): Candidate => ({
  recipes: ['cancel-stale-stop', ...recipes],
  drafts: [...stale.map(cancel), ...drafts],
});

/** What has been bought gets its stop first; then nothing more is added to it. */
function withoutRest({ recipes, drafts }: Candidate, situation: Situation): Candidate[] {
  const over = situation.entries.filter((order) => hasRunOut(order, situation.context));
  if (over.length === 0) return [];
  return [{ recipes: [...recipes, 'cancel-entry'], drafts: [...drafts, ...over.map(cancel)] }];
}

/** A cancel may take its time: the shares that a stale order does not hold have their stop first. */
function aroundStale(situation: Situation): readonly Candidate[] {
  const { stale, context, target } = situation;
  const { cover } = target;
  const exits = stale.filter(({ side }) => side === exitSide(target.side));
  const held = exits.map((order) => sharesOf(order, context)).reduce(addShares, NO_SHARES);
  if (cover === null || target.sale !== null || held.eq(ZERO)) return [];
  const fixedQuantity = addShares(situation.fixedQuantity, held);
  return coverOptions({ ...situation, stale: [], fixedQuantity }, cover).flatMap((options) => {
    const { recipes, drafts } = candidate(options, situation);
    const rest = [wholeShares(held), fractionOf(held)].filter((shares) => shares.gt(ZERO));
    const placed = rest.map((shares) => placeStop(situation, cover, shares));
    const all = [...drafts, ...stale.map(cancel), ...placed];
    return [{ recipes: [...recipes, 'cancel-stale-stop', 'place-stop'], drafts: all }];
  });
}

/** The same where a group goes, whose cancel may be refused: what nothing holds has its stop first. */
function aroundGroups(situation: Situation): readonly Candidate[] {
  const { groups, stops, context, target } = situation;
  const { cover } = target;
  if (cover === null || groups.length === 0) return [];
  const held = [
    ...groups.map(({ quantity }) => quantity),
    ...stops.map((order) => sharesOf(order, context)),
  ].reduce(addShares, NO_SHARES);
  const bare = wholeShares(sharesLeft(coverableQuantity(situation), held));
  if (bare.eq(ZERO)) return [];
  const fixedQuantity = addShares(situation.fixedQuantity, bare);
  return coverOptions({ ...situation, fixedQuantity }, cover)
    .filter((options) => options.some(({ cancels }) => cancels.length > 0))
    .map((options) => {
      const { recipes, drafts } = candidate(options, situation);
      return {
        recipes: ['place-stop', ...recipes],
        drafts: [placeStop(situation, cover, bare), ...drafts],
      };
    });
}

function coverOptions(situation: Situation, cover: Cover): (readonly Option[])[] {
  const { context, stops } = situation;
  const fractional = stops.filter((order) => !isWhole(sharesOf(order, context)));
  const whole = stops.filter((order) => isWhole(sharesOf(order, context)));
  const wanted = coverableQuantity(situation);
  return exitGroupOptions(situation, cover, wanted).flatMap((groups) => {
    const simple = sharesLeft(wanted, groups.holds);
    return fractionStopOptions(situation, cover, fractional, simple).flatMap((fraction) => {
      const rest = wholeShares(sharesLeft(simple, fraction.holds));
      return wholeStopOptions(situation, cover, whole, rest).map((each) => [
        groups,
        fraction,
        each,
      ]);
    });
  });
}

/** Tighten and shrink, cancel, place whole shares before the fraction, then sell. */
function candidate(
  options: readonly Option[],
  situation: Situation,
  sale: readonly Draft[] = saleOf(situation),
): Candidate {
  const recipes: RecipeName[] = [];
  const drafts: Draft[] = [];
  for (const { recipe } of options) if (recipe !== null) recipes.push(recipe);
  for (const { kind } of sale) if (kind === 'submit') recipes.push('sell');
  for (const { shrinks } of options) drafts.push(...shrinks);
  for (const { cancels } of options) drafts.push(...cancels);
  for (const { grows } of options.toReversed()) drafts.push(...grows);
  drafts.push(...sale);
  return { recipes, drafts };
}

function saleOf({ target }: Situation): readonly Draft[] {
  if (target.sale === null) return [];
  return [
    {
      kind: 'submit',
      purpose: 'reduce',
      order: marketOrder(target, target.sale.quantity),
      until: 'filled',
      meaning: target.sale.milestone,
    },
  ];
}
