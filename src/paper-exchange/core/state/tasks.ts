import type { Decimal } from '../basics/decimal.ts';
import type { ExchangeEvent, TradingDay } from '../basics/types.ts';
import type { Account } from './account.ts';
import type { OrderRecord } from './order-record.ts';

/** The instants at which a trading day changes the exchange. */
export type Boundary = 'night' | 'start' | 'open' | 'close' | 'cancel_aged' | 'end';

/** What falls due later. It is data and not a function, so that it can be saved. */
export type Task =
  | { readonly kind: 'release'; readonly record: OrderRecord }
  | { readonly kind: 'become_new'; readonly record: OrderRecord }
  | { readonly kind: 'fill'; readonly record: OrderRecord }
  | { readonly kind: 'fill_anyway'; readonly record: OrderRecord; readonly percent: number }
  | { readonly kind: 'finish_cancel'; readonly record: OrderRecord }
  | {
      readonly kind: 'finish_replace';
      readonly record: OrderRecord;
      readonly successor: OrderRecord;
    }
  | {
      readonly kind: 'show_position';
      readonly account: Account;
      readonly symbol: string;
      readonly shown: { readonly qty: Decimal; readonly cost: Decimal };
      /** How often the shares had changed without an execution by then. */
      readonly reshapings: number;
    }
  | { readonly kind: 'publish'; readonly event: ExchangeEvent }
  | { readonly kind: 'cross'; readonly boundary: Boundary; readonly day: TradingDay }
  | { readonly kind: 'resume'; readonly symbol: string };
