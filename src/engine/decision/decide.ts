import { NO_SHARES, sharesLeft, smaller, ZERO } from '../../domain/decimal.ts';
import type { Decision, Target } from '../../domain/decision.ts';
import type { Evaluation, Recommendation, Urgency } from '../../domain/policy.ts';
import type { PositionContext } from '../../domain/portfolio.ts';
import type { LiveStops } from '../account/live-stops.ts';
import { liveStopsOf } from '../account/live-stops.ts';
import type { PlanningSettings } from '../planning-settings.ts';
import { settleCover } from './decide-cover.ts';
import { saleOf, settleSale, settleTakeProfit, spentExit, takeProfitOf } from './decide-sales.ts';
import { ENGINE, ofKind, overrule, without } from './wishes.ts';

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
      sale: sale.winner ? saleOf(sale.winner, sold) : null,
      takeProfit: profit.winner ? takeProfitOf(profit.winner) : null,
    },
    chosen: wanted.filter((each) => chosen.some((one) => one === each)),
    overruled: wanted.flatMap(
      (each) => overruled.find(({ recommendation }) => recommendation === each) ?? [],
    ),
  };
}

const keepEverything = ({ position }: PositionContext): Target => ({
  symbol: position.symbol,
  side: position.side,
  holdQuantity: position.quantity,
  cover: null,
  sale: null,
  takeProfit: null,
  repriceLimit: null,
});

const URGENCIES: readonly Urgency[] = ['critical', 'high', 'normal'];
const mostUrgent = (chosen: readonly Recommendation[]): Urgency =>
  URGENCIES.find((urgency) => chosen.some((each) => each.urgency === urgency)) ?? 'normal';
