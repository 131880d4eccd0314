import type { Milliseconds } from './calendar.ts';
import type { Bar, MarketNotice, Quote, Trade, TradingStatus } from './market-types.ts';
import type { TradeUpdate } from './order-types.ts';

export type * from './account-types.ts';
export type * from './calendar.ts';
export type * from './market-types.ts';
export * from './options.ts';
export type * from './order-types.ts';
export * from './switches.ts';

// ---- Events ---------------------------------------------------------------------------------

/** All that happens, in the one order in which it happens. */
export type ExchangeEvent =
  | TradeUpdate
  | { readonly kind: 'quote'; readonly at: Milliseconds; readonly quote: Quote }
  | { readonly kind: 'trade'; readonly at: Milliseconds; readonly trade: Trade }
  | { readonly kind: 'bar'; readonly at: Milliseconds; readonly bar: Bar }
  | { readonly kind: 'status'; readonly at: Milliseconds; readonly status: TradingStatus }
  | { readonly kind: 'notice'; readonly at: Milliseconds; readonly notice: MarketNotice };

/** `more` is how many events of the same command or tick are still to be told after this one. */
export type ExchangeListener = (event: ExchangeEvent, more: number) => void;

// ---- Refusals -------------------------------------------------------------------------------

export type JsonValue =
  | string
  | number
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };

/** A refusal exactly as the wire carries it. Returned, never thrown. */
export class WireError {
  readonly status: number;
  readonly body: { readonly [key: string]: JsonValue };

  constructor(status: number, body: { readonly [key: string]: JsonValue }) {
    this.status = status;
    this.body = body;
  }
}

// ---- Saving ---------------------------------------------------------------------------------

/**
 * Something whose whole state can be written down and taken up again, so that it goes on as if
 * it had never stopped: with the same ids, the same draws and what was due still due.
 */
export interface Resumable {
  save(): JsonValue;
  /** @throws when the state is not one that `save` of the same kind of thing gave */
  restore(state: JsonValue): void;
}
