import { type Decimal, ONE, ZERO } from '../basics/decimal.ts';
import type { DayTradingView } from '../basics/types.ts';
import type { Account } from '../state/account.ts';
import type { Kernel } from '../state/kernel.ts';
import { buyingPowerAt } from './buying-power.ts';

/** The rule that FINRA ended in 2026; all of it is off unless its switch is on. */
const DAYS_COUNTED = 5;
const DAY_TRADES_ALLOWED = 3;
const EQUITY_WITHOUT_LIMIT = 25_000n * ONE;

/** Notes an execution: closing what was opened the same day is a day trade. */
export function noteDayTrade(
  kernel: Kernel,
  account: Account,
  symbol: string,
  closes: boolean,
): void {
  if (!kernel.switches.patternDayTraderRule) return;
  if (!closes) {
    account.openedToday.add(symbol);
  } else if (account.openedToday.delete(symbol)) {
    account.dayTrades.push(kernel.calendar.dateOf(kernel.now));
  }
}

/** A new trading day: nothing was opened on it, and the oldest day counts no longer. */
export function startDayTrades(kernel: Kernel, account: Account, today: string): void {
  let oldest = today;
  for (let days = 1; days < DAYS_COUNTED; days += 1) {
    oldest = kernel.calendar.tradingDayBefore(oldest).date;
  }
  account.openedToday.clear();
  account.dayTrades = account.dayTrades.filter((date) => date >= oldest);
}

/** Whether closing the symbol now would be a day trade too many. */
export function wouldBeRefusedDayTrade(kernel: Kernel, account: Account, symbol: string): boolean {
  return (
    kernel.switches.patternDayTraderRule &&
    account.openedToday.has(symbol) &&
    account.dayTrades.length >= DAY_TRADES_ALLOWED &&
    account.equity < EQUITY_WITHOUT_LIMIT
  );
}

/** The account's fields of the rule; null when it is off. */
export function dayTradingView(kernel: Kernel, account: Account): DayTradingView | null {
  if (!kernel.switches.patternDayTraderRule) return null;
  const count = account.dayTrades.length;
  const isPatternDayTrader = count > DAY_TRADES_ALLOWED;
  const buyingPower: Decimal = isPatternDayTrader ? buyingPowerAt(account, '4') : ZERO;
  return { count, isPatternDayTrader, buyingPower };
}
