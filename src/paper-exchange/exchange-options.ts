import type { Clock } from '../ports/clock.ts';
import type { ControlOptions } from './control/api.ts';
import type {
  AccountOptions,
  AssetOptions,
  Calendar,
  Jitter,
  Latencies,
  Milliseconds,
  Switches,
} from './core/basics/types.ts';
import type { FaultRuleInput } from './faults/rule.ts';
import { GeneratedMarket, type GeneratorOptions } from './market/generator.ts';
import { RecordedMarket, type RecordedOptions } from './market/recorded-market.ts';
import type { MarketSource } from './market/source.ts';
import type { OracleViolation } from './oracle/rules.ts';
import type { RestRequest, RestResponse } from './protocol/request.ts';
import type { ReplyLatency } from './wire/gate.ts';
import type { RestOptions } from './wire/rest/rest-api.ts';
import type { RestSettings } from './wire/rest/settings.ts';
import type { StreamSettings } from './wire/streams.ts';

/** Where prices come from. With `silent`, only from what is told to the core. */
export type MarketOptions =
  | ({ readonly kind: 'generated' } & Omit<GeneratorOptions, 'seed' | 'startAt' | 'calendar'>)
  | ({ readonly kind: 'recorded' } & Omit<RecordedOptions, 'startAt' | 'calendar'>)
  | { readonly kind: 'silent'; readonly symbols: readonly string[] };

export type PaperExchangeOptions = {
  /** Prices, ids and draws all follow from it. */
  readonly seed: string;
  /** At least one; the first one's keys are `credentials`. */
  readonly accounts: readonly [AccountOptions, ...AccountOptions[]];
  readonly market: MarketOptions;
  /** What differs from a large, liquid share; every symbol of the market is listed anyway. */
  readonly assets?: readonly AssetOptions[];
  readonly switches?: Partial<Switches>;
  readonly latencies?: Partial<Latencies>;
  readonly jitter?: Jitter;
  /** How long replies take; at once where none of these fits. */
  readonly replies?: readonly ReplyLatency[];
  readonly streams?: Partial<StreamSettings>;
  /** Real time, where the exchange's is faster: clients have ten seconds of it to authenticate. */
  readonly handshakeClock?: Clock;
  readonly rest?: Partial<RestSettings>;
  /** What goes wrong from the start; `faults` of the exchange changes it while it runs. */
  readonly faults?: readonly FaultRuleInput[];
  /** Without it there is no control API. */
  readonly control?: ControlOptions;
  /** Sets an oracle over it: a broken rule of the exchange stops the run with an error. */
  readonly oracle?: boolean;
  /** Told of the broken rule; without it, the violation is thrown out of the clock. */
  readonly onViolation?: (violation: OracleViolation) => void;
  /** Told of every request that was carried out, whatever becomes of its answer. */
  readonly onCarriedOut?: (request: RestRequest, response: RestResponse) => void;
  /** Told of every fault of our own that a client only sees as a 500. */
  readonly onFault?: NonNullable<RestOptions['onFault']>;
};

export function marketFrom(
  market: MarketOptions,
  seed: string,
  calendar: Calendar,
  startAt: Milliseconds,
): MarketSource | null {
  switch (market.kind) {
    case 'generated':
      return new GeneratedMarket({ ...market, seed, calendar, startAt });
    case 'recorded':
      return new RecordedMarket({ ...market, calendar, startAt });
    case 'silent':
      return null;
  }
}

export function assetsOf(
  { assets = [], market }: PaperExchangeOptions,
  source: MarketSource | null,
): readonly AssetOptions[] {
  const described = new Set(assets.map((asset) => asset.symbol));
  const symbols = source?.symbols ?? (market.kind === 'silent' ? market.symbols : []);
  const rest = symbols.filter((symbol) => !described.has(symbol));
  return [...assets, ...rest.map((symbol) => ({ symbol }))];
}

/** @throws when the token of the control API would open an account, or an account the API */
export function checkControl({ control, accounts }: PaperExchangeOptions): void {
  if (control === undefined) return;
  if (control.token.length < 8) throw new Error('a control token has at least 8 characters');
  const isKey = accounts.some(
    ({ keyId, secretKey }) => keyId === control.token || secretKey === control.token,
  );
  if (isKey) throw new Error('the control token must not be a key of an account');
}
