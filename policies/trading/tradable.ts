import { isTerminal } from '../../src/domain/order.ts';
import type { PositionContext } from '../../src/domain/portfolio.ts';

/** True while an order that should fill now can fill: coins trade at all hours. */
export const isTradable = ({ market, session, position }: PositionContext): boolean =>
  !market.halted && (session.isOpen || position.assetClass === 'crypto');

/**
 * True unless all that is known of the symbol's price is from before the open: a market order would
 * wait for its first trade, and a profit may be none by then.
 */
export function isPricedInSession({ market, session }: PositionContext): boolean {
  const { quote, lastTrade } = market;
  if (session.openAt === null || (quote === null && lastTrade === null)) return true;
  return Math.max(quote?.at ?? 0, lastTrade?.at ?? 0) >= session.openAt;
}

/**
 * True while a split has left orders or shares that do not fit: the guardrail refuses a sale then,
 * and with it the stop of the same plan.
 */
export const isAmidSplit = ({ orders, episode, position }: PositionContext): boolean =>
  orders.some(({ isBeforeSplit, status }) => isBeforeSplit === true && !isTerminal(status)) ||
  (episode.splitAfter !== undefined && !episode.quantity.eq(position.quantity));
