import type { Decimal, Quantity } from '../../domain/decimal.ts';
import { addShares, sharesLeft, worth, ZERO } from '../../domain/decimal.ts';
import type { Ticker } from '../../domain/ids.ts';
import type { Position } from '../../domain/portfolio.ts';
import { filledSince, type Reading, sharesIn } from './readings.ts';
import { type Held, type Split, splitBetween } from './splits.ts';

/** A split moves shares without any order, and nothing is wrong. */
export function isSplit(symbol: Ticker, reading: Reading, baseline: Reading): boolean {
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
