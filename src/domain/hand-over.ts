import type { Environment } from './environment.ts';
import type { EpochMs } from './time.ts';

/** One position as it is left behind. Amounts are decimal text. */
export type HandedPosition = {
  readonly symbol: string;
  readonly side: 'long' | 'short';
  readonly quantity: string;
  readonly price: string;
  readonly coveredQuantity: string;
  readonly nakedQuantity: string;
  /** What rests for it, in words with the ids at the broker. */
  readonly stops: readonly string[];
};

/** One order that rests at the broker, with the ids that the next bot needs. */
export type HandedOrder = {
  readonly id: string;
  readonly clientOrderId: string;
  readonly symbol: string;
  readonly side: 'buy' | 'sell';
  readonly type: string;
  readonly quantity: string | null;
  readonly stopPrice: string | null;
  readonly limitPrice: string | null;
  readonly timeInForce: string;
  readonly status: string;
  readonly owner: 'bigbrother' | 'foreign';
};

/** The account as BigBrother gives it back: what is held, what covers it, what is open. */
export type HandOver = {
  readonly accountNumber: string;
  readonly environment: Environment;
  readonly at: EpochMs;
  readonly tookMs: number;
  readonly by: string;
  readonly because: string;
  /** True when no plan is at work any more and the outcome of every step is known. */
  readonly isQuiet: boolean;
  /** True when the account was read after that, and stops rest for every share. */
  readonly isCovered: boolean;
  /** Why the account could not be read; null when it was. */
  readonly unreadBecause: string | null;
  readonly positions: readonly HandedPosition[];
  readonly orders: readonly HandedOrder[];
  /** Steps of which nobody can tell what became of them, in words. */
  readonly unsettled: readonly string[];
  /** What was done about positions without a stop, when that was asked for, in words. */
  readonly protection: readonly string[];
  /** How many records the journal holds; they stay. */
  readonly journalRecords: number;
};
