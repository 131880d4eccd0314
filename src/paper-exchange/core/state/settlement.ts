import type { DateText } from '../basics/calendar.ts';
import { type Decimal, ZERO } from '../basics/decimal.ts';
import type { Order } from '../basics/order-types.ts';
import type { Account } from './account.ts';
import type { Kernel } from './kernel.ts';

/** The proceeds of sales that a cash account may not spend yet, by the date from which it may. */
export type Unsettled = { readonly settlesOn: DateText; readonly amount: Decimal };

/** Keeps the proceeds of a sale from being spent until they settle, where the switch says so. */
export function holdProceeds(
  kernel: Kernel,
  account: Account,
  order: Order,
  amount: Decimal,
): void {
  if (kernel.switches.unsettledFunds === 'may_be_spent' || account.multiplier !== '1') return;
  if (order.side !== 'sell' || order.assetClass === 'crypto') return;
  const { calendar, now } = kernel;
  // The night counts as the day that it is before.
  const day = calendar.tradingDayAt(now) ?? calendar.tradingDayAfter(calendar.dateOf(now));
  account.unsettled = [...account.unsettled, { settlesOn: day.settlementDate, amount }];
}

export function settle(account: Account, today: DateText): void {
  account.unsettled = account.unsettled.filter(({ settlesOn }) => settlesOn > today);
}

export function sumOf(unsettled: readonly Unsettled[]): Decimal {
  return unsettled.reduce((sum, { amount }) => sum + amount, ZERO);
}
