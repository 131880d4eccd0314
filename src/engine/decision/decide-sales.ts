import { type Quantity, text, ZERO } from '../../domain/decimal.ts';
import type { Overruled, TakeProfit, Target } from '../../domain/decision.ts';
import type { Recommendation } from '../../domain/policy.ts';
import type { PositionContext } from '../../domain/portfolio.ts';
import { isTighter } from '../../domain/side.ts';
import { keyFor, saleMeaning, whySpent } from '../account/intents.ts';
import type { Cover } from './decide-cover.ts';
import { ENGINE, overrule, type Wish } from './wishes.ts';

/** One sale at a time, the first that is not done yet. */
export function settleSale(context: PositionContext, wishes: readonly Wish<'reduce'>[]) {
  const winner =
    wishes.find(
      ({ action }) =>
        action.quantity.gt(ZERO) && whyMilestoneSpent(context, action.milestone) === null,
    ) ?? null;
  const overruled = wishes
    .filter((wish) => wish !== winner)
    .map((wish) => {
      if (wish.action.quantity.lte(ZERO)) return overrule(wish, ENGINE, 'there is nothing to sell');
      const spent = whyMilestoneSpent(context, wish.action.milestone);
      return spent === null
        ? overrule(wish, winner?.policy ?? ENGINE, 'one sale at a time; it comes first')
        : overrule(wish, ENGINE, spent);
    });
  return { winner, overruled };
}

/** A limit beside the stop of part of the shares, once each milestone, and never beside a sale. */
export function settleTakeProfit(
  context: PositionContext,
  wishes: readonly Wish<'take_profit'>[],
  cover: Cover | null,
  sale: Wish<'reduce'> | null,
) {
  const { side, quantity } = context.position;
  const why = ({ action }: Wish<'take_profit'>): string | null => {
    if (sale !== null) return 'one sale at a time; what is sold now comes first';
    if (cover === null) return 'there is no stop to rest beside';
    if (!isTighter(side, action.limitPrice, context.price)) {
      return `the price ${text(context.price)} has reached ${text(action.limitPrice)} already`;
    }
    if (action.quantity.lte(ZERO) || action.quantity.gte(quantity)) {
      return `${text(action.quantity)} of ${text(quantity)} shares is not a part of them`;
    }
    return whyMilestoneSpent(context, action.milestone);
  };
  const winner = wishes.find((wish) => why(wish) === null) ?? null;
  const overruled = wishes
    .filter((wish) => wish !== winner)
    .map((wish) => overrule(wish, winner?.policy ?? ENGINE, why(wish) ?? 'another comes first'));
  return { winner, overruled };
}

export const saleOf = (
  { action: { milestone, fromTakeProfit } }: Wish<'reduce'>,
  quantity: Quantity,
): NonNullable<Target['sale']> => ({
  quantity,
  milestone,
  ...(fromTakeProfit === true ? { fromTakeProfit } : {}),
});

export const takeProfitOf = ({ action }: Wish<'take_profit'>): TakeProfit => ({
  quantity: action.quantity,
  limitPrice: action.limitPrice,
  milestone: action.milestone,
});

/** Why an exit is not carried out again; null for one that is not done yet, and for other wishes. */
export function spentExit(context: PositionContext, wish: Recommendation): Overruled | null {
  if (wish.action.kind !== 'exit') return null;
  const spent = whyMilestoneSpent(context, wish.action.milestone);
  return spent === null ? null : overrule(wish, ENGINE, spent);
}

function whyMilestoneSpent(context: PositionContext, milestone: string): string | null {
  const { account, episode, intents, position } = context;
  const meaning = saleMeaning(milestone, position.quantity);
  if (episode.milestones.includes(meaning)) return `${meaning} is done already in this episode`;
  return whySpent(keyFor(account.accountNumber, episode.id, meaning), intents);
}
