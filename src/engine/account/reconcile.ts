import type { Decimal, Quantity } from '../../domain/decimal.ts';
import { addShares, NO_SHARES, text, ZERO } from '../../domain/decimal.ts';
import type { Ticker } from '../../domain/ids.ts';
import type { Order } from '../../domain/order.ts';
import { isTerminal, remainingQuantity, saysItCloses } from '../../domain/order.ts';
import type { Incoherence, Position } from '../../domain/portfolio.ts';
import { exitSide } from '../../domain/side.ts';
import { coverOf } from './cover.ts';
import { unlessChanged } from './kept.ts';
import { filledSince, fillsSince, type Reading, sharesIn } from './readings.ts';
import { isSplit } from './splits-amid-fills.ts';

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
 * Shares that the broker calls held while no order we know of holds them: an exit is
 * missing from the list. Only said when every order is older than the reading, since an
 * order that has just ended may have freed shares that the position still shows as held.
 */
function hiddenHolders({ positions, orders, at }: Reading): Incoherence[] {
  return positions.flatMap((position) => {
    const isOwn = ({ symbol }: Order) => symbol === position.symbol;
    // The same list as it was given, so that what is made of it is found again.
    const own = orders.every(isOwn) ? orders : orders.filter(isOwn);
    if (own.some(({ updatedAt }) => updatedAt >= at)) return [];
    const held = position.quantity.minus(position.availableQuantity);
    const known = heldBy(own, position);
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

const heldBy = unlessChanged((own: readonly Order[], position: Position) =>
  addShares(coverOf(position, own).exitQuantity, staleQuantity(position, own)),
);

/** Exits of a position that has changed sides since: the broker may count them as holders. */
const staleQuantity = ({ side, quantity }: Position, orders: readonly Order[]): Quantity =>
  orders
    .filter(
      (order) => order.side !== exitSide(side) && !isTerminal(order.status) && saysItCloses(order),
    )
    .reduce((sum, order) => addShares(sum, remainingQuantity(order) ?? quantity), NO_SHARES);
