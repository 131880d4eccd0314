import type { Decimal, Quantity } from '../../domain/decimal.ts';
import {
  addShares,
  NO_SHARES,
  sharesLeft,
  smaller,
  text,
  worth,
  ZERO,
} from '../../domain/decimal.ts';
import type { OrderId, Ticker } from '../../domain/ids.ts';
import type { Order, OrderStatus } from '../../domain/order.ts';
import { isTerminal, remainingQuantity, saysItCloses } from '../../domain/order.ts';
import type { Incoherence, Position } from '../../domain/portfolio.ts';
import { exitSide } from '../../domain/side.ts';
import type { EpochMs } from '../../domain/time.ts';
import { coverOf } from './cover.ts';
import { type Held, type Split, splitBetween } from './splits.ts';

/** Every order that was heard of, by its id. */
export type OrderBook = ReadonlyMap<OrderId, Order>;

/**
 * Takes what the broker said, by a read or by the stream and in whatever order it arrived,
 * into what is known. An order that did not change keeps its identity.
 */
export function mergeOrders(known: OrderBook, incoming: readonly Order[]): OrderBook {
  const merged = new Map(known);
  for (const order of incoming)
    merged.set(order.id, mergeOrder(merged.get(order.id) ?? null, order));
  for (const { id } of incoming) closePredecessor(merged, id);
  return merged;
}

/**
 * What is true of one order after another word about it: one that has ended stays ended,
 * else the later word counts. Of two words of the same moment the one that is further on
 * counts, so that an order never goes back.
 *
 * @param known null when the order is new to us
 */
function mergeOrder(known: Order | null, incoming: Order): Order {
  if (known === null) return incoming;
  const hasEnded = isTerminal(known.status);
  if (hasEnded !== isTerminal(incoming.status)) return hasEnded ? known : incoming;
  if (incoming.updatedAt < known.updatedAt) return known;
  // A status that nobody here knows has no place in an order's life: the later word counts.
  const isOdd = known.status === 'unrecognized' || incoming.status === 'unrecognized';
  if (incoming.updatedAt === known.updatedAt && !isOdd && progress(incoming, known) < 0)
    return known;
  return isSame(known, incoming) ? known : incoming;
}

/** How far on an order's life each status lies; what a status interrupts comes before it. */
const STAGES: Record<OrderStatus, number> = {
  pending_new: 0,
  accepted: 1,
  accepted_for_bidding: 1,
  held: 2,
  new: 3,
  partially_filled: 4,
  done_for_day: 5,
  pending_cancel: 5,
  pending_replace: 5,
  stopped: 5,
  suspended: 5,
  calculated: 5,
  unrecognized: 5,
  filled: 6,
  canceled: 6,
  expired: 6,
  replaced: 6,
  rejected: 6,
};

/** Below zero when `a` lies before `b`: fewer shares filled, or an earlier stage. */
const progress = (a: Order, b: Order): number =>
  a.filledQuantity.cmp(b.filledQuantity) || STAGES[a.status] - STAGES[b.status];

/** Statuses in which a successor has proven that it stands in the old order's place. */
const IN_PLACE: ReadonlySet<OrderStatus> = new Set(['new', 'held', 'partially_filled', 'filled']);

/** The word that the old order was replaced may be lost; its successor at work says the same. */
function closePredecessor(merged: Map<OrderId, Order>, id: OrderId): void {
  const successor = merged.get(id);
  if (successor === undefined || successor.replaces === null) return;
  const old = merged.get(successor.replaces);
  if (old === undefined || isTerminal(old.status) || !IN_PLACE.has(successor.status)) return;
  merged.set(old.id, {
    ...old,
    status: 'replaced',
    replacedBy: id,
    updatedAt: Math.max(old.updatedAt, successor.updatedAt),
  });
}

const isSame = (a: Order, b: Order): boolean =>
  a.status === b.status &&
  a.updatedAt === b.updatedAt &&
  a.filledQuantity.eq(b.filledQuantity) &&
  isEqual(a.quantity, b.quantity) &&
  isEqual(a.limitPrice, b.limitPrice) &&
  isEqual(a.stopPrice, b.stopPrice) &&
  a.parentId === b.parentId &&
  a.replacedBy === b.replacedBy &&
  a.expiresAt === b.expiresAt;

const isEqual = (a: Decimal | null, b: Decimal | null): boolean =>
  a === null || b === null ? a === b : a.eq(b);

/** Positions and orders as they were read together. */
export type Reading = {
  /** By the broker's clock, as far as it is known. */
  readonly at: EpochMs;
  /** Whether our clock and the broker's were apart, so that `at` may be wrong by much. */
  readonly isClockOff?: boolean;
  readonly positions: readonly Position[];
  readonly orders: readonly Order[];
};

/**
 * Where positions and orders contradict each other, so that nobody should act on them.
 *
 * Alpaca's endpoints lag behind each other by seconds: a fill that the orders show and the
 * position does not would be sold twice.
 *
 * @param baseline the last reading that was coherent; null when there was none. When
 *   the contradiction outlasts the lag (a transfer moves shares without an order), the
 *   caller takes the new reading as its baseline.
 */
export function incoherencesOf(reading: Reading, baseline: Reading | null): Incoherence[] {
  return [
    ...listedTwice(reading),
    ...(baseline === null ? [] : unexplainedShares(reading, baseline)),
    ...hiddenHolders(reading),
  ];
}

const listedTwice = ({ positions }: Reading): Incoherence[] =>
  positions
    .filter(({ symbol }, index) => positions.findIndex((one) => one.symbol === symbol) !== index)
    .map(({ symbol }) => ({ symbol, because: `${symbol} is listed as a position twice` }));

/** The shares a position moved by must be the shares that its orders filled. */
function unexplainedShares(reading: Reading, baseline: Reading): Incoherence[] {
  const isClockOff = reading.isClockOff || baseline.isClockOff;
  const symbols = new Set(
    [...reading.positions, ...baseline.positions, ...reading.orders].map(({ symbol }) => symbol),
  );
  return [...symbols].flatMap((symbol) => {
    const moved = sharesIn(reading, symbol).minus(sharesIn(baseline, symbol));
    const filled = filledSince(reading, baseline, symbol);
    if (moved.eq(filled) || (filled.eq(ZERO) && isSplit(symbol, reading, baseline))) return [];
    if (isClockOff && isByOrdersCalledOld(reading, baseline, symbol, moved.minus(filled)))
      return [];
    return [
      {
        symbol,
        because: `the position moved by ${text(moved)} shares while its orders filled ${text(filled)}`,
      },
    ];
  });
}

/** A split moves shares without any order, and nothing is wrong. */
function isSplit(symbol: Ticker, reading: Reading, baseline: Reading): boolean {
  const [before, after] = [baseline, reading].map(({ positions }) =>
    positions.find((held) => held.symbol === symbol),
  );
  if (before === undefined || after === undefined || before.side !== after.side) return false;
  return splitBetween(heldIn(before), heldIn(after)) !== null;
}

const heldIn = ({ quantity, averageEntryPrice }: Position) => ({
  quantity,
  entryPrice: averageEntryPrice,
});

function sharesIn({ positions }: Reading, symbol: Ticker): Decimal {
  const position = positions.find((held) => held.symbol === symbol);
  if (position === undefined) return ZERO;
  return position.side === 'long' ? position.quantity : position.quantity.neg();
}

/**
 * The split between two readings of one symbol where exits filled in between as well, before
 * it or after it, perhaps not in the positions yet; null when there was none.
 *
 * @returns the split, and the earlier reading on the new scale, which the fills explain
 */
export function splitAmidFills(
  reading: Reading,
  baseline: Reading,
): { readonly split: Split; readonly baseline: Reading } | null {
  const [[before], [after]] = [baseline.positions, reading.positions];
  if (before === undefined || after === undefined || before.side !== after.side) return null;
  const filled = filledSince(reading, baseline, after.symbol);
  const sold = (after.side === 'long' ? filled.neg() : filled) as Quantity;
  if (sold.lte(ZERO)) return null;
  const whole = addShares(after.quantity, sold);
  const [was, is] = [heldIn(before), heldIn(after)];
  const ways = [
    { was, is, quantity: after.quantity },
    { was, is: { ...is, quantity: whole }, quantity: whole },
    { was: { ...was, quantity: sharesLeft(was.quantity, sold) }, is, quantity: whole },
  ].flatMap((way) => {
    const split = splitBetween(way.was, way.is);
    return split === null ? [] : [{ split, quantity: way.quantity, off: costMoved(way) }];
  });
  const [best] = ways.sort((a, b) => a.off.cmp(b.off));
  if (best === undefined) return null;
  const positions = [{ ...after, quantity: best.quantity }];
  return { split: best.split, baseline: { ...baseline, positions } };
}

/**
 * The split between what the fills since the earlier reading have made of it and the position
 * as it is read now; null when there was none.
 *
 * @param carriedOn the position as the fills that were heard of left it
 */
export function splitAfterFills(
  reading: Reading,
  baseline: Reading,
  carriedOn: Position,
): { readonly split: Split; readonly baseline: Reading } | null {
  const [after] = reading.positions;
  const { symbol } = carriedOn;
  if (after === undefined || after.side !== carriedOn.side) return null;
  const moved = sharesIn({ ...reading, positions: [carriedOn] }, symbol).minus(
    sharesIn(baseline, symbol),
  );
  const filled = filledSince(reading, baseline, symbol);
  if (filled.eq(ZERO) || !moved.eq(filled)) return null;
  const split = splitBetween(heldIn(carriedOn), heldIn(after));
  return split === null ? null : { split, baseline: reading };
}

type Way = { readonly was: Held; readonly is: Held };

const costMoved = ({ was, is }: Way): Decimal =>
  worth(is.entryPrice, is.quantity).minus(worth(was.entryPrice, was.quantity)).abs();

/**
 * Shares that a replacement shows as filled although the order in whose place it is filled them.
 * One that stands there and shows fewer than that order has filled shows its own alone.
 */
export function inheritedFills(order: Order, before: Order | undefined): Quantity {
  if (before === undefined) return NO_SHARES;
  const { status, filledQuantity } = order;
  const isThere = IN_PLACE.has(status) || isTerminal(status);
  if (isThere && filledQuantity.lt(before.filledQuantity)) return NO_SHARES;
  return smaller(before.filledQuantity, filledQuantity);
}

function filledSince(reading: Reading, baseline: Reading, symbol: Ticker): Decimal {
  return fillsSince(reading, baseline, symbol, false).reduce<Decimal>(
    (sum, { shares }) => sum.plus(shares),
    ZERO,
  );
}

/**
 * Whether the position is read as it was before the last of the fills that the orders tell of,
 * all of which are younger than `longestMs`, while it was carried on by every one of them.
 */
export function isBehindFills(
  reading: Reading,
  baseline: Reading,
  carriedOn: Position | null,
  symbol: Ticker,
  longestMs: number,
): boolean {
  const fills = fillsSince(reading, baseline, symbol, false)
    .filter(({ shares }) => !shares.eq(ZERO))
    .sort((a, b) => a.at - b.at);
  const before = sharesIn(baseline, symbol);
  const told = sharesIn({ ...reading, positions: carriedOn === null ? [] : [carriedOn] }, symbol);
  const read = sharesIn(reading, symbol);
  const after = fills.reduce<Decimal>((sum, { shares }) => sum.plus(shares), before);
  if (!told.eq(after) || read.eq(after)) return false;
  let shown = before;
  return fills.some(({ at, shares }) => {
    const isHere = shown.eq(read) && reading.at - at < longestMs;
    shown = shown.plus(shares);
    return isHere;
  });
}

/**
 * Whether orders that came into view and count as old explain what the others do not: where
 * the clocks are apart, those of just now may seem to be of before the earlier reading. The
 * later one of them was told of last, the likelier it is new.
 */
function isByOrdersCalledOld(
  reading: Reading,
  baseline: Reading,
  symbol: Ticker,
  unexplained: Decimal,
): boolean {
  const old = fillsSince(reading, baseline, symbol, true).sort((a, b) => b.at - a.at);
  let left = unexplained;
  for (const { shares } of old) {
    left = left.minus(shares);
    if (left.eq(ZERO)) return true;
  }
  return false;
}

/**
 * Clocks that nobody calls apart may differ by this much: an order of ours that filled just
 * before a reading in which it was not yet must not pass for one whose shares were in it.
 */
const CLOCKS_AGREE_MS = 2_000;

type Fill = { readonly at: EpochMs; readonly shares: Decimal };

/** What orders have filled since; `old` ones merely came into view again, or count as such. */
function fillsSince(reading: Reading, baseline: Reading, symbol: Ticker, old: boolean): Fill[] {
  const before = new Map(baseline.orders.map((order) => [order.id, order.filledQuantity]));
  const now = new Map(reading.orders.map((order) => [order.id, order]));
  return reading.orders.flatMap((order) => {
    if (order.symbol !== symbol) return [];
    const known = before.get(order.id);
    const isBefore = baseline.at - order.updatedAt >= CLOCKS_AGREE_MS;
    if ((known === undefined && isBefore) !== old) return [];
    const replaced = order.replaces === null ? undefined : now.get(order.replaces);
    const grown = order.filledQuantity.minus(known ?? inheritedFills(order, replaced));
    return [{ at: order.updatedAt, shares: order.side === 'buy' ? grown : grown.neg() }];
  });
}

/**
 * Shares that the broker calls held while no order we know of holds them: an exit is
 * missing from the list. Only said when every order is older than the reading, since an
 * order that has just ended may have freed shares that the position still shows as held.
 */
function hiddenHolders({ positions, orders, at }: Reading): Incoherence[] {
  return positions.flatMap((position) => {
    const own = orders.filter(({ symbol }) => symbol === position.symbol);
    if (own.some(({ updatedAt }) => updatedAt >= at)) return [];
    const held = position.quantity.minus(position.availableQuantity);
    const known = addShares(coverOf(position, own).exitQuantity, staleQuantity(position, own));
    if (held.lte(known)) return [];
    return [
      {
        symbol: position.symbol,
        because:
          `${text(held)} shares are held by orders, but the orders that are listed hold only ` +
          text(known),
      },
    ];
  });
}

/** Exits of a position that has changed sides since: the broker may count them as holders. */
const staleQuantity = ({ side, quantity }: Position, orders: readonly Order[]): Quantity =>
  orders
    .filter(
      (order) => order.side !== exitSide(side) && !isTerminal(order.status) && saysItCloses(order),
    )
    .reduce((sum, order) => addShares(sum, remainingQuantity(order) ?? quantity), NO_SHARES);
