import {
  addShares,
  type Decimal,
  larger,
  NO_SHARES,
  notional,
  type Price,
  price,
  type Quantity,
  quantity,
  worth,
  ZERO,
} from '../../domain/decimal.ts';
import type { Target } from '../../domain/decision.ts';
import { orderId } from '../../domain/ids.ts';
import type { Order, OrderRequest } from '../../domain/order.ts';
import { opposite } from '../../domain/order.ts';
import type {
  NakedEstimate,
  OpenIntent,
  PlanPart,
  SubmitStep,
  WorstLoss,
} from '../../domain/plan.ts';
import type { PositionContext } from '../../domain/portfolio.ts';
import { orderLines } from '../account/orders.ts';
import { Book, bookOf } from '../planning/book.ts';
import { basisOf } from '../planning/drift.ts';
import { worstLoss } from '../planning/worst-loss.ts';
import type { PlanningSettings } from '../planning-settings.ts';

export type Cover = { readonly stopPrice: Price; readonly limitPrice: Price };

/** The prices of an entry's order group. */
export type Terms = {
  readonly entryPrice: Price;
  readonly cover: Cover;
  readonly takeProfit: Price | null;
};

/** An OTO, or with a take-profit a bracket; good till canceled, as its stop has to be. */
export const groupOf = (
  { symbol, side }: OpenIntent,
  { position }: PositionContext,
  { entryPrice, cover, takeProfit }: Terms,
  shares: Quantity,
): OrderRequest => ({
  ...{ symbol, side, type: 'limit', timeInForce: 'gtc', quantity: shares },
  ...{ limitPrice: entryPrice, stopPrice: null },
  orderClass: takeProfit === null ? 'oto' : 'bracket',
  takeProfitLimitPrice: takeProfit,
  stopLoss: cover,
  positionIntent: position.side === 'long' ? 'buy_to_open' : 'sell_to_open',
});

export const targetOf = (
  { position }: PositionContext,
  cover: Cover,
  shares: Quantity,
): Target => ({
  symbol: position.symbol,
  side: position.side,
  holdQuantity: addShares(position.quantity, shares),
  cover,
  sale: null,
  takeProfit: null,
  repriceLimit: null,
});

/** What is shown of the entry, and carried out: one order group. */
export function entryPart(made: {
  readonly context: PositionContext;
  readonly settings: PlanningSettings;
  readonly terms: Terms;
  readonly step: SubmitStep;
  readonly target: Target;
  readonly because: readonly string[];
}): PlanPart {
  const { context, settings, terms, step, target, because } = made;
  const before = bookOf(context);
  const { currentPrice } = before.position;
  const isLong = target.side === 'long';
  const at = isLong ? price(larger<Decimal>(currentPrice, terms.entryPrice)) : currentPrice;
  // What is sold short below the market has lost the difference before anything moves.
  const ahead = isLong ? ZERO : larger<Decimal>(currentPrice.minus(terms.entryPrice), ZERO);
  const after = new Book({ ...before.position, currentPrice: at, quantity: target.holdQuantity }, [
    ...before.orders,
    ...legsOf(step, terms),
  ]);
  return {
    symbol: target.symbol,
    episodeId: context.episode.id,
    recipe: terms.takeProfit === null ? 'enter-with-stop' : 'enter-with-stop-and-target',
    cause: 'position_opened',
    target,
    steps: [step],
    basis: basisOf(context),
    ordersBefore: orderLines(before.orders, context),
    ordersAfter: orderLines(after.orders, context),
    naked: nakedWhile(step, at, settings),
    worstLoss: withMore(
      worstLoss(
        new Book({ ...before.position, currentPrice: at }, before.orders),
        after,
        settings.gapPercent,
      ),
      ahead.times(step.order.quantity),
    ),
    wantedBy: ['host'],
    because,
  };
}

/** Rounded up: a loss is never told smaller than it is. */
const withMore = ({ atStop, withGap, gapPercent }: WorstLoss, more: Decimal): WorstLoss => ({
  atStop: atStop === null ? null : notional(atStop.plus(more).round(2, 3)),
  withGap: notional(withGap.plus(more).round(2, 3)),
  gapPercent,
});

/** The exits of the group as they stand once the entry has filled. */
function legsOf({ order, clientOrderId }: SubmitStep, { cover, takeProfit }: Terms): Order[] {
  const leg = {
    symbol: order.symbol,
    side: opposite(order.side),
    orderClass: order.orderClass,
    timeInForce: order.timeInForce,
    positionIntent: order.side === 'buy' ? 'sell_to_close' : 'buy_to_close',
    quantity: order.quantity,
    filledQuantity: NO_SHARES,
    filledAveragePrice: null,
    extendedHours: false,
    ...{ createdAt: 0, updatedAt: 0, expiresAt: null, replaces: null, replacedBy: null },
    parentId: orderId('planned-entry'),
    clientOrderId,
  } as const;
  const stop: Order = {
    ...leg,
    ...{ id: orderId('planned-stop'), type: 'stop_limit', ...cover },
    status: takeProfit === null ? 'new' : 'held',
  };
  if (takeProfit === null) return [stop];
  const target = { id: orderId('planned-target'), type: 'limit', stopPrice: null } as const;
  return [{ ...leg, ...target, limitPrice: takeProfit, status: 'new' }, stop];
}

/** The group guards what is filled whole; a part has to wait for a stop of its own. */
function nakedWhile(
  { order }: SubmitStep,
  at: Price,
  { submitMs }: PlanningSettings,
): NakedEstimate {
  const seconds = submitMs / 1000;
  const shareSeconds = quantity(order.quantity.times(String(seconds)));
  return {
    seconds,
    shareSeconds,
    dollarSeconds: worth(at, shareSeconds),
    because:
      'none where the entry fills whole: the stop of its group wakes with the last share. What is ' +
      `filled of it in part is bare for up to ${submitMs} ms, until a stop of its own rests`,
  };
}
