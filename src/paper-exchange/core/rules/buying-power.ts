import { type Decimal, larger, ONE, ZERO } from '../basics/decimal.ts';
import type { Account } from '../state/account.ts';
import { sumOf } from '../state/settlement.ts';

export type Multiplier = Account['multiplier'];

const MINIMUM_MARGIN_EQUITY = 2000n * ONE;
/** In the overnight session there is no buying power of the day ("24/5 Trading"). */
export const OVERNIGHT_MULTIPLIER = '2';

/** The account's multiplier under its own limit; 1 below the margin minimum of 2,000 dollars. */
export function effectiveMultiplier(account: Account): Multiplier {
  if (account.equity < MINIMUM_MARGIN_EQUITY) return '1';
  const limit = account.configuration.maxMarginMultiplier;
  return Number(limit) < Number(account.multiplier) ? limit : account.multiplier;
}

export function mayShort({ multiplier, configuration, equity }: Account): boolean {
  return multiplier !== '1' && !configuration.noShorting && equity >= MINIMUM_MARGIN_EQUITY;
}

/** Dollars that new orders may still take. */
export function buyingPower(account: Account): Decimal {
  return buyingPowerAt(account, effectiveMultiplier(account));
}

export function buyingPowerAt(account: Account, multiplier: Multiplier): Decimal {
  return larger(freeAt(account, multiplier), ZERO);
}

/** Dollars for what cannot be bought on margin. */
export function nonMarginableBuyingPower(account: Account): Decimal {
  const isOnMargin = effectiveMultiplier(account) !== '1';
  return isOnMargin ? buyingPowerAt(account, '2') / 2n : buyingPowerAt(account, '1');
}

/** Dollars that an order for this symbol may take now. */
export function buyingPowerFor(account: Account, symbol: string, isOvernight: boolean): Decimal {
  if (account.cashOnly.has(symbol)) return nonMarginableBuyingPower(account);
  const isOfDay = isOvernight && effectiveMultiplier(account) === '4';
  return isOfDay ? buyingPowerAt(account, OVERNIGHT_MULTIPLIER) : buyingPower(account);
}

/** Whether positions and orders together take more than this multiplier of the equity lets them. */
export function isOverspentAt(account: Account, multiplier: Multiplier): boolean {
  return freeAt(account, multiplier) < ZERO;
}

function freeAt(account: Account, multiplier: Multiplier): Decimal {
  const { equity, cashOnlyValue, cashOnlyReserved, marginMarketValue } = account;
  const unspent = equity - cashOnlyValue - cashOnlyReserved;
  const reservedOnMargin = account.reserved - cashOnlyReserved;
  const free = unspent * BigInt(multiplier) - marginMarketValue - reservedOnMargin;
  return free - sumOf(account.unsettled);
}
