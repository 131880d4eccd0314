import { NO_SHARES, sharesLeft, smaller, text, ZERO } from '../domain/decimal.ts';
import type { Decision, Overruled, TakeProfit, Target } from '../domain/decision.ts';
import type { Action, Evaluation, Recommendation, Urgency } from '../domain/policy.ts';
import type { PositionContext } from '../domain/portfolio.ts';
import { isThrough, isTighter } from '../domain/side.ts';
import { keyFor, saleMeaning, whySpent } from './intents.ts';
import type { LiveStop, LiveStops } from './live-stops.ts';
import { liveStopsOf } from './live-stops.ts';
import type { PlanningSettings } from './planning-settings.ts';

type Kind = Action['kind'];
type Wish<K extends Kind> = Recommendation & { readonly action: Extract<Action, { kind: K }> };
type Cover = NonNullable<Target['cover']>;

/** Who overrules when it is not another policy. */
const ENGINE = 'engine';
const NEVER_LOOSENS = 'stop never loosens';

/**
 * Settles what the policies want for one symbol into one target.
 *
 * Precedence: an exit overrules everything; a new limit for a triggered stop overrules
 * protection and profit; of several stops the tightest wins, and none below the live one;
 * a reduction is carried out beside the protection of what is left. Among equals the
 * first evaluation wins, so the outcome never depends on timing.
 *
 * @param foreignOrders whether stops that BigBrother did not place count as its own
 */
export function decide(
  context: PositionContext,
  evaluations: readonly Evaluation[],
  foreignOrders: PlanningSettings['foreignOrders'] = 'respect',
): Decision {
  const wanted = evaluations.flatMap((each) =>
    each.outcome === 'recommends' ? [each.recommendation] : [],
  );
  const live = liveStopsOf(context, foreignOrders);
  const settled =
    settleExit(context, wanted) ??
    settleReprice(context, wanted, live) ??
    settleCoverAndSale(context, wanted, live);
  return {
    symbol: context.position.symbol,
    at: context.now,
    snapshotVersion: context.snapshotVersion,
    evaluations,
    target: settled.target,
    chosen: settled.chosen,
    overruled: settled.overruled,
    urgency: mostUrgent(settled.chosen),
  };
}

type Settled = Pick<Decision, 'target' | 'chosen' | 'overruled'>;

function settleExit(context: PositionContext, wanted: readonly Recommendation[]): Settled | null {
  const winner = ofKind(wanted, 'exit').find((wish) => spentExit(context, wish) === null);
  if (winner === undefined) return null;
  const { position } = context;
  return {
    target: {
      ...keepEverything(context),
      holdQuantity: NO_SHARES,
      cover: null,
      sale: { quantity: position.quantity, milestone: winner.action.milestone },
    },
    chosen: [winner],
    overruled: without(wanted, winner).map((recommendation) =>
      recommendation.action.kind === 'exit'
        ? (spentExit(context, recommendation) ??
          overrule(recommendation, winner.policy, 'the exit is decided already'))
        : overrule(recommendation, winner.policy, 'the whole position is to be closed'),
    ),
  };
}

function settleReprice(
  context: PositionContext,
  wanted: readonly Recommendation[],
  live: LiveStops,
): Settled | null {
  const [winner] = ofKind(wanted, 'reprice');
  if (winner === undefined || live.triggered.length === 0) return null;
  return {
    target: { ...keepEverything(context), cover: null, repriceLimit: winner.action.limitPrice },
    chosen: [winner],
    overruled: without(wanted, winner).map(
      (recommendation) =>
        spentExit(context, recommendation) ??
        overrule(
          recommendation,
          winner.policy,
          'a triggered stop-limit has to fill before anything else',
        ),
    ),
  };
}

function settleCoverAndSale(
  context: PositionContext,
  wanted: readonly Recommendation[],
  live: LiveStops,
): Settled {
  const cover = settleCover(context, ofKind(wanted, 'protect'), live.tightest);
  const sale = settleSale(context, ofKind(wanted, 'reduce'));
  const profit = settleTakeProfit(context, ofKind(wanted, 'take_profit'), cover.price, sale.winner);
  const exits = ofKind(wanted, 'exit').flatMap((wish) => spentExit(context, wish) ?? []);
  const reprices = ofKind(wanted, 'reprice').map((wish) =>
    overrule(wish, ENGINE, 'no stop-limit of ours has triggered and waits to fill'),
  );
  const { position } = context;
  const sold = sale.winner ? smaller(sale.winner.action.quantity, position.quantity) : NO_SHARES;
  const left = sharesLeft(position.quantity, sold);
  const isClosed = left.eq(ZERO);
  const closers = isClosed && cover.winner && sale.winner ? [cover.winner] : [];
  const chosen = [isClosed ? null : cover.winner, sale.winner, profit.winner].filter(
    (each) => each !== null,
  );
  const overruled = [
    ...exits,
    ...reprices,
    ...cover.overruled,
    ...closers.map((wish) =>
      overrule(wish, sale.winner?.policy ?? ENGINE, 'nothing is left to protect'),
    ),
    ...sale.overruled,
    ...profit.overruled,
  ];
  return {
    target: {
      ...keepEverything(context),
      holdQuantity: left,
      cover: isClosed ? null : cover.price,
      sale: sale.winner ? { quantity: sold, milestone: sale.winner.action.milestone } : null,
      takeProfit: profit.winner ? takeProfitOf(profit.winner) : null,
    },
    chosen: wanted.filter((each) => chosen.some((one) => one === each)),
    overruled: wanted.flatMap(
      (each) => overruled.find(({ recommendation }) => recommendation === each) ?? [],
    ),
  };
}

/** The tightest stop that the broker takes, and never one looser than ours that lives. */
function settleCover(
  context: PositionContext,
  wishes: readonly Wish<'protect'>[],
  live: LiveStop | null,
) {
  const { side } = context.position;
  const placeable = wishes.filter(
    ({ action }) => !isThrough(side, action.stopPrice, context.price),
  );
  const tightest = placeable.reduce<Wish<'protect'> | null>(
    (best, wish) =>
      best === null || isTighter(side, wish.action.stopPrice, best.action.stopPrice) ? wish : best,
    null,
  );
  const loosens =
    live !== null &&
    tightest !== null &&
    isTighter(side, live.stopPrice, tightest.action.stopPrice);
  const winner = loosens ? null : tightest;
  const keepsLive =
    live !== null && !(winner && isTighter(side, winner.action.stopPrice, live.stopPrice));
  const price = keepsLive ? priceOf(live, tightest) : winner ? coverOfWish(winner) : null;
  const overruled = wishes
    .filter((wish) => wish !== winner)
    .map((wish) => overruleStop(context, wish, winner, live));
  return { winner, price, overruled };
}

function overruleStop(
  context: PositionContext,
  wish: Wish<'protect'>,
  winner: Wish<'protect'> | null,
  live: LiveStop | null,
): Overruled {
  const { side } = context.position;
  const { stopPrice } = wish.action;
  if (isThrough(side, stopPrice, context.price)) {
    return overrule(
      wish,
      ENGINE,
      `the price ${text(context.price)} is already through the stop ${text(stopPrice)}: ` +
        'only an exit could do what it asks',
    );
  }
  if (winner === null && live !== null) {
    return overrule(
      wish,
      NEVER_LOOSENS,
      `the live stop at ${text(live.stopPrice)} is tighter than ${text(stopPrice)}`,
    );
  }
  const best = winner === null ? text(stopPrice) : text(winner.action.stopPrice);
  return overrule(
    wish,
    winner?.policy ?? ENGINE,
    `its stop at ${best} is ${winner?.action.stopPrice.eq(stopPrice) ? 'the same' : 'tighter'}`,
  );
}

/** One sale at a time, the first that is not done yet. */
function settleSale(context: PositionContext, wishes: readonly Wish<'reduce'>[]) {
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
function settleTakeProfit(
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

const takeProfitOf = ({ action }: Wish<'take_profit'>): TakeProfit => ({
  quantity: action.quantity,
  limitPrice: action.limitPrice,
  milestone: action.milestone,
});

const keepEverything = ({ position }: PositionContext): Target => ({
  symbol: position.symbol,
  side: position.side,
  holdQuantity: position.quantity,
  cover: null,
  sale: null,
  takeProfit: null,
  repriceLimit: null,
});

/** A live stop without a limit lends its price only; the limit then comes from the wish. */
function priceOf(live: LiveStop, wish: Wish<'protect'> | null): Cover {
  return {
    stopPrice: live.stopPrice,
    limitPrice: live.limitPrice ?? wish?.action.limitPrice ?? live.stopPrice,
  };
}

const coverOfWish = ({ action }: Wish<'protect'>): Cover => ({
  stopPrice: action.stopPrice,
  limitPrice: action.limitPrice,
});

function whyMilestoneSpent(context: PositionContext, milestone: string): string | null {
  const { account, episode, intents, position } = context;
  const meaning = saleMeaning(milestone, position.quantity);
  if (episode.milestones.includes(meaning)) return `${meaning} is done already in this episode`;
  return whySpent(keyFor(account.accountNumber, episode.id, meaning), intents);
}

function spentExit(context: PositionContext, wish: Recommendation): Overruled | null {
  if (wish.action.kind !== 'exit') return null;
  const spent = whyMilestoneSpent(context, wish.action.milestone);
  return spent === null ? null : overrule(wish, ENGINE, spent);
}

const overrule = (recommendation: Recommendation, by: string, because: string): Overruled => ({
  recommendation,
  by,
  because,
});

const without = (all: readonly Recommendation[], one: Recommendation): Recommendation[] =>
  all.filter((each) => each !== one);

const ofKind = <K extends Kind>(all: readonly Recommendation[], kind: K): Wish<K>[] =>
  all.filter((each): each is Wish<K> => each.action.kind === kind);

const URGENCIES: readonly Urgency[] = ['critical', 'high', 'normal'];
const mostUrgent = (chosen: readonly Recommendation[]): Urgency =>
  URGENCIES.find((urgency) => chosen.some((each) => each.urgency === urgency)) ?? 'normal';
