import type { AccountConfiguration } from './account-types.ts';
import type { Calendar, Milliseconds } from './calendar.ts';
import type { Duration } from './duration.ts';
import type { AssetClass } from './market-types.ts';
import type { Switches } from './switches.ts';

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
  /** 0 to 3; 3, as recorded, when left out. Options themselves are not traded here. */
  readonly optionsApprovedLevel?: number;
  /** 1 to 8, by which fees for coins are charged; 1, as recorded, when left out. */
  readonly cryptoTier?: number;
  readonly configuration?: Partial<AccountConfiguration>;
};

export type OpeningPosition = {
  readonly symbol: string;
  readonly qty: string;
  readonly averageEntryPrice: string;
};

/** Everything but the symbol has the default of a large, liquid US share, or of a coin. */
export type AssetOptions = {
  /** A pair, for example `BTC/USD`, is crypto unless `class` says otherwise. */
  readonly symbol: string;
  readonly class?: AssetClass;
  readonly name?: string;
  readonly exchange?: string;
  readonly tradable?: boolean;
  readonly marginable?: boolean;
  readonly shortable?: boolean;
  readonly easyToBorrow?: boolean;
  readonly fractionable?: boolean;
  readonly overnightTradable?: boolean;
  readonly overnightHalted?: boolean;
  /** Only limit orders until its first print. */
  readonly ipo?: boolean;
  /** Decimal digits, as the next two: the smallest order, step of quantity and step of price. */
  readonly minOrderSize?: string;
  readonly minTradeIncrement?: string;
  readonly priceIncrement?: string;
  /** What can be located for selling short; none when left out. */
  readonly locate?: { readonly availableQty: number; readonly feePerShare: string };
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
