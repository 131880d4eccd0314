import { decimal, larger, type Price, type Quantity, worth } from '../../domain/decimal.ts';
import type { Order } from '../../domain/order.ts';
import type { Episode } from '../../domain/portfolio.ts';

/** Shares as the broker shows them: how many, and what one of them cost on average. */
export type Held = { readonly quantity: Quantity; readonly entryPrice: Price };

/** `to` shares are what `from` shares were. */
export type Split = { readonly from: Quantity; readonly to: Quantity };

/** Brokers round the average entry to the cent, before the split and after it. */
const CENT = decimal('0.01');

/**
 * The split that makes one holding of another: other shares at another price, which cost the
 * same together; null when none does. Whether shares were traded in between, the caller knows.
 */
export function splitBetween(before: Held, after: Held): Split | null {
  const [from, to] = [before.quantity, after.quantity];
  if (from.eq(to) || from.eq('0') || to.eq('0')) return null;
  if (after.entryPrice.minus(before.entryPrice).abs().lte(CENT)) return null;
  const costMoved = worth(after.entryPrice, to).minus(worth(before.entryPrice, from)).abs();
  return costMoved.lte(CENT.times(larger(from, to))) ? { from, to } : null;
}

/** What a price of before is afterwards, with all the digits a division keeps. */
export const rescaled = (before: Price, { from, to }: Split): Price =>
  before.times(from).div(to) as Price;

/**
 * True while a price is nearer to what it was before the split than to what that comes to
 * after it, counted in ratios.
 */
export function isOnOldScale(now: Price, before: Price, { from, to }: Split): boolean {
  const middle = before.times(before).times(from);
  const squared = now.times(now).times(to);
  return to.gt(from) ? squared.gt(middle) : squared.lt(middle);
}

/** No market moves so far between two looks; a split of three for two does. */
const JUMP_PERCENT = decimal('140');

/** True where one price is so far from the other that a split may lie between them. */
export function isOffScale(now: Price, before: Price): boolean {
  const [low, high] = now.lt(before) ? [now, before] : [before, now];
  return high.times('100').gt(low.times(JUMP_PERCENT));
}

/**
 * True for an order that nobody has adjusted since its symbol was split: by its time, or, where
 * that lies around the split, by its price.
 */
export function isOnScaleBefore(
  { createdAt, updatedAt, stopPrice, limitPrice }: Order,
  { splitAfter, splitSeenAt }: Pick<Episode, 'splitAfter' | 'splitSeenAt'>,
  price: Price,
): boolean {
  if (splitAfter === undefined) return false;
  if (updatedAt <= splitAfter) return true;
  const at = stopPrice ?? limitPrice;
  return createdAt <= (splitSeenAt ?? splitAfter) && at !== null && isOffScale(at, price);
}
