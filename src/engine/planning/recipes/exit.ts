import type { Price, Quantity } from '../../../domain/decimal.ts';
import {
  addShares,
  basisPointsOf,
  decimal,
  larger,
  sharesLeft,
  ZERO,
} from '../../../domain/decimal.ts';
import type { Target } from '../../../domain/decision.ts';
import type { Order, OrderRequest } from '../../../domain/order.ts';
import type { RecipeName } from '../../../domain/recipe.ts';
import { isTighter, tickWider, towardsLoss } from '../../../domain/side.ts';
import { saleMeaning } from '../../account/intents.ts';
import { exitPair, limitOrder, marketOrder } from '../../account/orders.ts';
import type { Candidate, Draft } from '../candidate.ts';
import type { ExitGroup, Situation } from '../situation.ts';
import { sharesOf } from '../situation.ts';
import { dissolve } from './exit-groups.ts';
import { type Cover, cancel, isFaced } from './moves.ts';
import { isPatchable, moveLimit } from './reprice.ts';

const CENT = decimal('0.01');

type Pushed = { readonly groups: readonly ExitGroup[]; readonly limits: readonly Order[] };
type Sale = (target: Target, shares: Quantity) => OrderRequest;

/**
 * Every way to be flat: make the take-profits of our groups and the limits of our exits
 * marketable, so that nothing has to be canceled, or cancel everything, wait, and close. At
 * the market; where an order of somebody else rests on the other side, which a market order
 * would count as a wash trade with, also at a limit that fills at once, and where that counts as
 * one too, as an OCO, which never does.
 */
export function exits(situation: Situation): readonly Candidate[] {
  const pushed = pushable(situation);
  const closing = waysToClose(situation, { groups: [], limits: [] }, 'cancel-and-close');
  return pushed.groups.length + pushed.limits.length === 0
    ? closing
    : [...waysToClose(situation, pushed, 'marketable-take-profit'), ...closing];
}

/** As many as the position has shares for: a broker that fills too much leaves exits too large. */
function pushable(situation: Situation): Pushed {
  const { context, fixedQuantity } = situation;
  let room = sharesLeft(context.position.quantity, fixedQuantity);
  const fits = (shares: Quantity): boolean => {
    if (shares.gt(room)) return false;
    room = sharesLeft(room, shares);
    return true;
  };
  return {
    groups: situation.groups.filter(
      ({ takeProfit, quantity }) => takeProfit !== null && fits(quantity),
    ),
    limits: situation.otherExits.filter(
      (order) =>
        order.type === 'limit' && isPatchable(order, situation) && fits(sharesOf(order, context)),
    ),
  };
}

function waysToClose(situation: Situation, pushed: Pushed, recipe: RecipeName): Candidate[] {
  const atMarket = closeAll(situation, pushed, recipe, marketOrder);
  if (!isFaced(situation)) return [atMarket];
  const limitPrice = marketablePrice(situation);
  const atLimit = closeAll(situation, pushed, recipe, (target, shares) =>
    limitOrder(target, shares, limitPrice),
  );
  const asPair = closeAll(situation, pushed, recipe, (target, shares) =>
    exitPair(target, stopBeyond(limitPrice, situation), shares, limitPrice),
  );
  return [
    atMarket,
    { ...atLimit, recipes: [...atLimit.recipes, 'close-at-limit'] },
    { ...asPair, recipes: [...asPair.recipes, 'close-as-oco'] },
  ];
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

/** Its take-profit at a limit that fills at once; its stop stays beside it until then. */
export function makeMarketable(
  group: ExitGroup,
  situation: Situation,
  meaning = `group/${group.key}/take-profit`,
): Draft[] {
  if (group.takeProfit === null) return [];
  return [
    {
      kind: 'replace',
      purpose: 'exit',
      before: group.takeProfit,
      change: { quantity: null, stopPrice: null, limitPrice: marketablePrice(situation) },
      meaning,
    },
  ];
}

/** Through the far side of the quote, so that the limit fills at once. */
function marketablePrice(situation: Situation): Price {
  const { context, target } = situation;
  const { quote } = context.market;
  const far = target.side === 'long' ? quote?.bid : quote?.ask;
  return worseThan(far ?? context.price, situation);
}

/** The stop that an OCO has to have, a cent at least beyond both its limit and the market. */
function stopBeyond(limitPrice: Price, situation: Situation): Cover {
  const { context, target } = situation;
  const isWorse = isTighter(target.side, limitPrice, context.price);
  const stopPrice = worseThan(isWorse ? context.price : limitPrice, situation, CENT);
  return { stopPrice, limitPrice: worseThan(stopPrice, situation) };
}

/** A step further to where the position loses. */
function worseThan(from: Price, { settings, target }: Situation, least = ZERO): Price {
  const step = larger(basisPointsOf(from, settings.marketableBps), least);
  return tickWider(target.side, towardsLoss(target.side, from, step));
}
