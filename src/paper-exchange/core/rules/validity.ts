import type { Asset, Milliseconds, TimeInForce } from '../basics/types.ts';
import type { Account } from '../state/account.ts';
import type { Kernel } from '../state/kernel.ts';
import type { OrderRequest } from './order-request.ts';
import { isFractional } from './order-rules.ts';
import { tradesOvernight } from './overnight.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const GTC_DAYS = 90;
const CLOSE_OF_DAY_MS = 16 * 60 * MINUTE_MS;
/** Fractional orders of the morning are released at 09:23 in New York. */
const FRACTIONS_BEFORE_OPEN_MS = 7 * MINUTE_MS;

/** When an order for shares that is entered now reaches the venue. */
export function releaseAtOf(kernel: Kernel, account: Account, request: OrderRequest): Milliseconds {
  const { now, orderDay } = kernel;
  if (request.extendedHours) return extendedReleaseAt(kernel, account, request.symbol);
  const isEarly = !isFractional(request);
  return Math.max(now, isEarly ? orderDay.preOpenAt : orderDay.openAt - FRACTIONS_BEFORE_OPEN_MS);
}

/** In the first session, from now on, that the account may trade the symbol in. */
function extendedReleaseAt(kernel: Kernel, account: Account, symbol: string): Milliseconds {
  const { now, orderDay, session } = kernel;
  if (session !== 'closed' && session !== 'overnight') return now;
  const isOvernight = tradesOvernight(kernel, account, symbol);
  return Math.max(now, isOvernight ? orderDay.overnightOpenAt : orderDay.preOpenAt);
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
