import type { Price, Quantity } from '../../domain/decimal.ts';
import {
  addShares,
  basisPointsOf,
  sharesLeft,
  tickDown,
  tickUp,
  ZERO,
} from '../../domain/decimal.ts';
import type { Target } from '../../domain/decision.ts';
import type { Order, OrderRequest } from '../../domain/order.ts';
import type { RecipeName } from '../../domain/recipe.ts';
import type { Candidate, Draft } from '../candidate.ts';
import { saleMeaning } from '../intents.ts';
import { limitOrder, marketOrder } from '../orders.ts';
import type { ExitGroup, Situation } from '../situation.ts';
import { sharesOf } from '../situation.ts';
import { dissolve } from './exit-groups.ts';
import { cancel, isFaced } from './moves.ts';
import { isPatchable, moveLimit } from './reprice.ts';

type Pushed = { readonly groups: readonly ExitGroup[]; readonly limits: readonly Order[] };
type Sale = (target: Target, shares: Quantity) => OrderRequest;

/**
 * Every way to be flat: make the take-profits of our groups and the limits of our exits
 * marketable, so that nothing has to be canceled, or cancel everything, wait, and close. At
 * the market; where an order of somebody else rests on the other side, which a market order
 * would count as a wash trade with, also at a limit that fills at once.
 */
export function exits(situation: Situation): readonly Candidate[] {
  const pushed = {
    groups: situation.groups.filter(({ takeProfit }) => takeProfit !== null),
    limits: situation.otherExits.filter(
      (order) => order.type === 'limit' && isPatchable(order, situation),
    ),
  };
  const closing = waysToClose(situation, { groups: [], limits: [] }, 'cancel-and-close');
  return pushed.groups.length + pushed.limits.length === 0
    ? closing
    : [...waysToClose(situation, pushed, 'marketable-take-profit'), ...closing];
}

function waysToClose(situation: Situation, pushed: Pushed, recipe: RecipeName): Candidate[] {
  const atMarket = closeAll(situation, pushed, recipe, marketOrder);
  if (!isFaced(situation)) return [atMarket];
  const limitPrice = marketablePrice(situation);
  const atLimit = closeAll(situation, pushed, recipe, (target, shares) =>
    limitOrder(target, shares, limitPrice),
  );
  return [atMarket, { ...atLimit, recipes: [...atLimit.recipes, 'close-at-limit'] }];
}

function closeAll(
  situation: Situation,
  pushed: Pushed,
  recipe: RecipeName,
  saleOf: Sale,
): Candidate {
  const { target, context, fixedQuantity } = situation;
  const dissolved = situation.groups.filter((group) => !pushed.groups.includes(group));
  const taken = [
    ...pushed.groups.map(({ quantity }) => quantity),
    ...pushed.limits.map((order) => sharesOf(order, context)),
  ].reduce(addShares, fixedQuantity);
  const atMarket = sharesLeft(context.position.quantity, taken);
  const cancels = [
    ...situation.stale,
    ...situation.entries,
    ...situation.stops,
    ...situation.triggered,
    ...situation.otherExits.filter((order) => !pushed.limits.includes(order)),
  ].map(cancel);
  return {
    recipes: [cancels.length + situation.groups.length === 0 ? 'close' : recipe],
    drafts: [
      ...pushed.groups.flatMap((group) => makeMarketable(group, situation)),
      ...pushed.limits.map((order) => moveLimit(order, marketablePrice(situation))),
      ...cancels,
      ...dissolved.flatMap(dissolve),
      ...(atMarket.gt(ZERO) && target.sale !== null
        ? [
            {
              kind: 'submit',
              purpose: 'exit',
              order: saleOf(target, atMarket),
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
