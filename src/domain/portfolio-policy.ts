import type { Decimal, Price, Quantity } from './decimal.ts';
import type { Ticker } from './ids.ts';
import type { ExitGroup, ExitReason } from './plan.ts';
import type { Account, PositionSide } from './portfolio.ts';
import type { EpochMs } from './time.ts';

/** A position among all others, as a policy over several of them sees it. */
export type GroupedPosition = {
  readonly symbol: Ticker;
  readonly side: PositionSide;
  readonly quantity: Quantity;
  readonly price: Price;
  /** The best price since the entry. */
  readonly bestPrice: Price;
  /** The close of the last whole day; null where its bars were not read. */
  readonly lastClose: Price | null;
  /** Null where nobody knows. */
  readonly sector: string | null;
  readonly cluster: string | null;
};

/** All that a policy over the whole portfolio may see. */
export type PortfolioContext = {
  readonly now: EpochMs;
  readonly isOpen: boolean;
  readonly account: Account;
  /** Paid in less paid out since the last close; null where that was not read. */
  readonly netDepositsToday: Decimal | null;
  readonly positions: readonly GroupedPosition[];
};

/** Several positions that a policy wants to be left together. */
export type GroupExit = {
  readonly group: ExitGroup;
  readonly reason: ExitReason;
  /** A sentence with the numbers, for the journal and for people. */
  readonly because: string;
};

/** Pure, like a policy over one position: it recommends, and nothing is remembered. */
export type PortfolioPolicy = {
  readonly name: string;
  /** One sentence in the words of the account's owner. */
  readonly promise: string;
  /** False while its owner has not set its limit: then nothing is read for it. */
  isOn(): boolean;
  evaluate(context: PortfolioContext): readonly GroupExit[];
};
