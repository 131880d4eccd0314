import type { Kernel } from './kernel.ts';
import type { Asset, Milliseconds, TimeInForce } from './types.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const GTC_DAYS = 90;
const CLOSE_OF_DAY_MS = 16 * 60 * MINUTE_MS;
/** Fractional orders of the morning are released at 09:23 in New York. */
const FRACTIONS_BEFORE_OPEN_MS = 7 * MINUTE_MS;

/** When an order entered now reaches the venue: whole shares from 04:00 of its trading day. */
export function releaseAtOf(
  kernel: Kernel,
  extendedHours: boolean,
  fractional: boolean,
): Milliseconds {
  const { now, orderDay, session } = kernel;
  if (extendedHours && session !== 'closed') return now;
  const opensAt =
    fractional && !extendedHours ? orderDay.openAt - FRACTIONS_BEFORE_OPEN_MS : orderDay.preOpenAt;
  return Math.max(now, opensAt);
}

/** A day order ends with its session, a GTC order at the close of its ninetieth day; null: at once. */
export function expiryOf(
  kernel: Kernel,
  { class: assetClass }: Pick<Asset, 'class'>,
  timeInForce: TimeInForce,
  extendedHours: boolean,
): Milliseconds | null {
  const { calendar, now, orderDay, session } = kernel;
  if (timeInForce === 'gtc') {
    const lastDate = calendar.dateOf(now + GTC_DAYS * DAY_MS);
    return calendar.midnightOf(lastDate) + CLOSE_OF_DAY_MS;
  }
  if (assetClass === 'crypto') return null;
  if (!extendedHours) return orderDay.closeAt;
  const today = session === 'post' ? calendar.tradingDay(calendar.dateOf(now)) : null;
  return (today ?? orderDay).postCloseAt;
}
