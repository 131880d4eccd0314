import type { Ticker } from '../../domain/ids.ts';
import type { SymbolMarket } from '../../domain/market.ts';
import type { PortfolioSnapshot, Position } from '../../domain/portfolio.ts';
import type { EpochMs } from '../../domain/time.ts';
import type { Clock } from '../../ports/clock.ts';
import type { RuntimeSettings } from '../settings/settings.ts';
import type { EpisodeKeeper } from './episode-keeper.ts';
import type { IntentLedger } from './intent-ledger.ts';
import type { MarketFeed } from './market-feed.ts';
import type { SessionCalendar } from './session-calendar.ts';
import type { TradingStateLevels } from './trading-state.ts';

type Parts = {
  readonly market: MarketFeed;
  readonly calendar: SessionCalendar;
  readonly episodes: EpisodeKeeper;
  readonly ledger: IntentLedger;
  readonly tradingState: TradingStateLevels;
  readonly clock: Clock;
  readonly settings: RuntimeSettings;
};

/** What the account's picture holds itself. */
type Facts = Pick<PortfolioSnapshot, 'account' | 'positions' | 'orders' | 'incoherences'> & {
  readonly confirmedAt: EpochMs;
};

/**
 * Puts snapshots together out of parts that are shared from one to the next. Nothing is made
 * before it is asked for, and who asks how often changes nothing: the version counts changes.
 */
export class SnapshotMaker {
  readonly #parts: Parts;
  #held: PortfolioSnapshot | null = null;
  #touches = 0;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Says that the next snapshot differs from the last. */
  touch(): void {
    this.#touches += 1;
  }

  make({ account, positions, orders, incoherences, confirmedAt }: Facts): PortfolioSnapshot {
    const { clock, settings, calendar, episodes, ledger, tradingState } = this.#parts;
    const at = clock.now();
    const held = this.#held;
    const version = this.#touches + ledger.revision;
    if (held !== null && held.version === version && held.at === at) return held;
    this.#held = Object.freeze({
      version,
      at,
      environment: settings.environment,
      account,
      positions,
      orders,
      markets: held?.version === version ? held.markets : this.#marketsOf(positions),
      session: calendar.sessionAt(at),
      episodes: episodes.open(),
      intents: ledger.intents(),
      tradingState: tradingState.current(),
      tradingStateCauses: tradingState.causes(),
      incoherences,
      confirmedAt: { account: confirmedAt, positions: confirmedAt, orders: confirmedAt },
    });
    return this.#held;
  }

  #marketsOf(positions: readonly Position[]): ReadonlyMap<Ticker, SymbolMarket> {
    const { market } = this.#parts;
    const symbols = [...positions.map(({ symbol }) => symbol), ...market.followed()];
    return new Map(symbols.map((symbol) => [symbol, market.of(symbol)]));
  }
}
