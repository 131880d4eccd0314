import type { Price } from '../../domain/decimal.ts';
import {
  addShares,
  basisPointsOf,
  sharesLeft,
  tickDown,
  tickUp,
  ZERO,
} from '../../domain/decimal.ts';
import type { RecipeName } from '../../domain/recipe.ts';
import type { Candidate, Draft } from '../candidate.ts';
import { saleMeaning } from '../intents.ts';
import { marketOrder } from '../orders.ts';
import type { ExitGroup, Situation } from '../situation.ts';
import { dissolve } from './exit-groups.ts';
import { cancel } from './moves.ts';

/**
 * Every way to be flat: make the take-profits of our groups marketable, so that their
 * stops stand by until they fill, or cancel everything, wait, and close at the market.
 */
export function exits(situation: Situation): readonly Candidate[] {
  const closing = closeAll(situation, [], 'cancel-and-close');
  const pushed = situation.groups.filter(({ takeProfit }) => takeProfit !== null);
  return pushed.length === 0
    ? [closing]
    : [closeAll(situation, pushed, 'marketable-take-profit'), closing];
}

function closeAll(
  situation: Situation,
  pushed: readonly ExitGroup[],
  recipe: RecipeName,
): Candidate {
  const { target, context, fixedQuantity } = situation;
  const dissolved = situation.groups.filter((group) => !pushed.includes(group));
  const taken = pushed.reduce((sum, { quantity }) => addShares(sum, quantity), fixedQuantity);
  const atMarket = sharesLeft(context.position.quantity, taken);
  const cancels = [
    ...situation.stale,
    ...situation.entries,
    ...situation.stops,
    ...situation.triggered,
    ...situation.otherExits,
  ].map(cancel);
  return {
    recipes: [cancels.length + situation.groups.length === 0 ? 'close' : recipe],
    drafts: [
      ...pushed.flatMap((group) => makeMarketable(group, situation)),
      ...cancels,
      ...dissolved.flatMap(dissolve),
      ...(atMarket.gt(ZERO) && target.sale !== null
        ? [
            {
              kind: 'submit',
              purpose: 'exit',
              order: marketOrder(target, atMarket),
              until: 'filled',
              meaning: saleMeaning(target.sale.milestone, context.position.quantity),
            } as const,
          ]
        : []),
    ],
  };
}

function makeMarketable(group: ExitGroup, situation: Situation): Draft[] {
  if (group.takeProfit === null) return [];
  return [
    {
      kind: 'replace',
      purpose: 'exit',
      before: group.takeProfit,
      change: { quantity: null, stopPrice: null, limitPrice: marketablePrice(situation) },
      meaning: `group/${group.key}/take-profit`,
    },
  ];
}

/** Through the far side of the quote, so that the limit fills at once. */
function marketablePrice({ context, settings, target }: Situation): Price {
  const { quote } = context.market;
  if (target.side === 'long') {
    const bid = quote?.bid ?? context.price;
    return tickDown(bid.minus(basisPointsOf(bid, settings.marketableBps)));
  }
  const ask = quote?.ask ?? context.price;
  return tickUp(ask.plus(basisPointsOf(ask, settings.marketableBps)));
}
