import type { NakedTime } from '../../src/domain/answers.ts';
import { type Decimal, larger, type Price, smaller, text } from '../../src/domain/decimal.ts';
import type { Ticker } from '../../src/domain/ids.ts';
import { type Order, remainingQuantity } from '../../src/domain/order.ts';
import type { IntentRecord, Position, PositionContext } from '../../src/domain/portfolio.ts';
import { type EpochMs, isoTime } from '../../src/domain/time.ts';
import { isManaged } from '../../src/engine/account/groups.ts';

/** How well the shares held are protected; `unknown` when the position could not be read whole. */
export type CoverState = 'naked' | 'partly' | 'covered' | 'unknown';

/** What is worth a look first comes first. */
export const attentionRank: Readonly<Record<CoverState, number>> = {
  unknown: 0,
  naked: 1,
  partly: 2,
  covered: 3,
};

export function coverStateOf(context: PositionContext | null): CoverState {
  if (context === null) return 'unknown';
  if (context.cover.nakedQuantity.eq('0')) return 'covered';
  return context.cover.coveredQuantity.eq('0') ? 'naked' : 'partly';
}

/** A position with what is known of it. */
export type Held = {
  readonly symbol: Ticker;
  readonly position: Position;
  readonly context: PositionContext | null;
  readonly cover: CoverState;
};

/** Towards the worse for the owner, so that a shown figure never flatters. */
const roundDown = (value: Decimal): string => value.toFixed(2, value.lt('0') ? 3 : 0);

/** Gain or loss of the whole position in dollars, to the cent below. */
const gainOf = (context: PositionContext): string =>
  roundDown(context.gainPerShare.times(context.position.quantity));

/** The gain in units of the initial risk; null before there was a stop. */
const gainInR = (context: PositionContext): string | null =>
  context.riskPerShare === null || context.riskPerShare.lte('0')
    ? null
    : roundDown(context.gainPerShare.div(context.riskPerShare));

/** The stop that protects last, when there are several. */
function loosestStopOf(context: PositionContext): Price | null {
  const prices = context.cover.stops
    .map((order) => order.stopPrice)
    .filter((stopPrice) => stopPrice !== null);
  const loosest = context.position.side === 'long' ? smaller : larger;
  return prices.length === 0 ? null : prices.reduce((a, b) => loosest<Price>(a, b));
}

export const summaryColumns = [
  'symbol',
  'side',
  'quantity',
  'entry',
  'last',
  'unrealized_pl',
  'r',
  'stop',
  'cover',
] as const;

/** One position in one short row, in the order of `summaryColumns`. */
export function summaryRow(
  held: Omit<Held, 'symbol'> & { readonly naked: NakedTime; readonly now: EpochMs },
): (string | null)[] {
  const { position, context, cover, naked, now } = held;
  const stopPrice = context === null ? null : loosestStopOf(context);
  const seconds = nakedSeconds(naked, now);
  return [
    position.symbol,
    position.side,
    text(position.quantity),
    text(position.averageEntryPrice),
    text(context?.price ?? position.currentPrice),
    context === null ? null : gainOf(context),
    context === null ? null : gainInR(context),
    stopPrice === null ? null : text(stopPrice),
    seconds === null || cover === 'covered' ? cover : `${cover} ${seconds}s`,
  ];
}

/** Everything of one position. */
export function positionFacts(context: PositionContext, naked: NakedTime, now: EpochMs) {
  const { position, episode, cover, market } = context;
  const stopPrice = loosestStopOf(context);
  return {
    symbol: position.symbol,
    side: position.side,
    quantity: text(position.quantity),
    available_quantity: text(position.availableQuantity),
    entry: text(position.averageEntryPrice),
    last: text(context.price),
    bid: market.quote === null ? null : text(market.quote.bid),
    ask: market.quote === null ? null : text(market.quote.ask),
    quote_age_seconds: market.quote === null ? null : secondsBetween(market.quote.at, now),
    halted: market.halted,
    average_true_range: market.averageTrueRange === null ? null : text(market.averageTrueRange),
    unrealized_pl: gainOf(context),
    r: gainInR(context),
    risk_per_share: context.riskPerShare === null ? null : text(context.riskPerShare),
    stop: stopPrice === null ? null : text(stopPrice),
    cover: {
      state: coverStateOf(context),
      covered_quantity: text(cover.coveredQuantity),
      naked_quantity: text(cover.nakedQuantity),
      naked_seconds: nakedSeconds(naked, now),
      naked_share_seconds: naked.shareSeconds,
      naked_dollar_seconds: naked.dollarSeconds,
    },
    episode: {
      id: episode.id,
      opened_at: isoTime(episode.openedAt),
      initial_stop: episode.initialStopPrice === null ? null : text(episode.initialStopPrice),
      best_price: text(episode.highWaterPrice),
      done: [...episode.milestones],
    },
    orders: context.orders.map((order) => orderFacts(order, context)),
  };
}

/** `known`: where the order that a leg hangs on is found, to tell whose it is. */
export function orderFacts(
  order: Order,
  known: { readonly orders: readonly Order[]; readonly intents: readonly IntentRecord[] },
) {
  const remaining = remainingQuantity(order);
  return {
    order_id: order.id,
    side: order.side,
    type: order.type,
    order_class: order.orderClass,
    remaining: remaining === null ? null : text(remaining),
    stop: order.stopPrice === null ? null : text(order.stopPrice),
    limit: order.limitPrice === null ? null : text(order.limitPrice),
    time_in_force: order.timeInForce,
    status: order.status,
    owner: isManaged(order, known.orders, known.intents) ? 'bigbrother' : 'foreign',
  };
}

/** Whole seconds that a position has been without full cover; null when it is covered. */
const nakedSeconds = (naked: NakedTime, now: EpochMs): number | null =>
  naked.nakedSince === null ? null : secondsBetween(naked.nakedSince, now);

const secondsBetween = (from: EpochMs, to: EpochMs): number =>
  Math.max(0, Math.floor((to - from) / 1000));
