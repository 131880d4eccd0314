import type { Calendar, Milliseconds } from './calendar.ts';
import type { Duration } from './duration.ts';
import type { AccountConfiguration } from './types.ts';

export type AccountOptions = {
  readonly keyId: string;
  readonly secretKey: string;
  /** Decimal digits, for example `100000`. */
  readonly cash: string;
  /** 4 for intraday margin, 2 for Regulation T, 1 for a cash account, which cannot short. */
  readonly multiplier: '1' | '2' | '4';
  /** Made from the seed when left out. */
  readonly accountNumber?: string;
  /** Held from the start, beside the cash. `qty` is negative for a short. */
  readonly positions?: readonly OpeningPosition[];
  readonly configuration?: Partial<AccountConfiguration>;
};

export type OpeningPosition = {
  readonly symbol: string;
  readonly qty: string;
  readonly averageEntryPrice: string;
};

/** Everything but the symbol has the default of a large, liquid US share. */
export type AssetOptions = {
  readonly symbol: string;
  readonly name?: string;
  readonly exchange?: string;
  readonly tradable?: boolean;
  readonly marginable?: boolean;
  readonly shortable?: boolean;
  readonly easyToBorrow?: boolean;
  readonly fractionable?: boolean;
};

/** Where Alpaca's sources differ or are silent, one switch each. */
export type Switches = {
  /** Scope in which a client order id may occur once. */
  readonly clientOrderIdUniqueness: 'forever' | 'active';
  /** Answer to cancelling an order that is already canceled. */
  readonly cancelOfCanceled: 'accept' | 'refuse';
  /** Whether an extended-hours limit order may be GTC. */
  readonly extendedHoursGtc: boolean;
  /** Whether a replacement shows what its chain has filled. */
  readonly replacementInheritsFills: boolean;
  /** Whether a held stop leg that dies with its sibling is announced on the stream. */
  readonly announceHeldLegCancel: boolean;
  /** Whether a stop leg shrinks when its take-profit fills in part. */
  readonly shrinkStopLeg: boolean;
  readonly washTradeStatus: 403 | 422;
  /** Every tenth eligible order fills in part first, drawn from the seed. */
  readonly randomPartialFills: boolean;
  /** Whether the print that reopens a halted symbol may elect stops. */
  readonly electOnReopening: boolean;
  /** Which prints elect a stop. */
  readonly electingPrints: 'all' | 'round_lots_inside_quote';
  /** More than 500 orders asked for at once. */
  readonly listLimitAbove500: 'refuse' | 'clamp';
};

export const defaultSwitches: Switches = {
  clientOrderIdUniqueness: 'forever',
  cancelOfCanceled: 'accept',
  extendedHoursGtc: false,
  replacementInheritsFills: true,
  announceHeldLegCancel: true,
  shrinkStopLeg: true,
  washTradeStatus: 403,
  randomPartialFills: false,
  electOnReopening: true,
  electingPrints: 'all',
  listLimitAbove500: 'refuse',
};

/** How long each step takes, in milliseconds. All zero: everything settles within the command. */
export type Latencies = {
  /** From the accepted POST to `new`. */
  readonly newMs: number;
  /** From `new`, or a marketable price, to the execution. */
  readonly fillMs: number;
  /** From the accepted DELETE to `canceled`. */
  readonly cancelMs: number;
  /** From the accepted PATCH to `replaced`. */
  readonly replaceMs: number;
  /** From an execution to the position that shows it. */
  readonly positionVisibilityMs: number;
  /** From an event to the listeners. */
  readonly streamMs: number;
};

/** What chance adds to the latencies, each time anew; drawn from a stream of its own. */
export type Jitter = Partial<Readonly<Record<keyof Latencies, Duration>>>;

export const defaultLatencies: Latencies = {
  newMs: 0,
  fillMs: 0,
  cancelMs: 0,
  replaceMs: 0,
  positionVisibilityMs: 0,
  streamMs: 0,
};

export type ExchangeCoreOptions = {
  /** Every id and every draw comes from it. */
  readonly seed: string;
  readonly startAt: Milliseconds;
  readonly calendar: Calendar;
  readonly accounts: readonly AccountOptions[];
  readonly assets: readonly AssetOptions[];
  readonly switches?: Partial<Switches>;
  readonly latencies?: Partial<Latencies>;
  readonly jitter?: Jitter;
  /** How many quotes, and how many trades, of each symbol can be asked for later; 5,000. */
  readonly ticksKept?: number;
};
