import type { Ticker } from '../domain/ids.ts';
import type { SymbolMarket } from '../domain/market.ts';
import type { Order } from '../domain/order.ts';
import type { PortfolioSnapshot, Position, PositionContext } from '../domain/portfolio.ts';
import type { EpochMs } from '../domain/time.ts';
import { contextFor } from '../engine/context.ts';
import type { Clock } from '../ports/clock.ts';
import type { EpisodeKeeper } from './episode-keeper.ts';
import type { IntentLedger } from './intent-ledger.ts';
import type { MarketFeed } from './market-feed.ts';
import type { SessionCalendar } from './session-calendar.ts';
import type { RuntimeSettings } from './settings.ts';
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

/** What the state manager holds itself. */
type Facts = Pick<PortfolioSnapshot, 'account' | 'positions' | 'orders' | 'incoherences'> & {
  readonly confirmedAt: EpochMs;
  readonly ordersOf: (symbol: Ticker) => readonly Order[];
};

/**
 * Puts snapshots together out of parts that are shared from one to the next, and contexts out
 * of snapshots. Nothing is made before it is asked for.
 */
export class SnapshotMaker {
  readonly #parts: Parts;
  readonly #contexts = new Map<Ticker, PositionContext | null>();
  #held: PortfolioSnapshot | null = null;
  #changed = true;
  #version = 0;
  #positionOf: ReadonlyMap<Ticker, Position> = new Map();
  #ordersOf: Facts['ordersOf'] = () => [];

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Says that the next snapshot differs from the last. */
  touch(): void {
    this.#changed = true;
  }

  make(facts: Facts): PortfolioSnapshot {
    const { account, positions, orders, ordersOf, incoherences, confirmedAt } = facts;
    const { clock, settings, calendar, episodes, ledger, tradingState } = this.#parts;
    const at = clock.now();
    const held = this.#held;
    // Steps are written down, and so change the intents, without anybody calling `touch`.
    if (held?.intents !== ledger.intents()) this.#changed = true;
    if (held !== null && !this.#changed && held.at === at) return held;
    if (this.#changed) this.#version += 1;
    this.#ordersOf = ordersOf;
    if (held?.positions !== positions) this.#positionOf = bySymbol(positions);
    this.#contexts.clear();
    this.#held = Object.freeze({
      version: this.#version,
      at,
      environment: settings.environment,
      account,
      positions,
      orders,
      markets: this.#changed || held === null ? this.#marketsOf(positions) : held.markets,
      session: calendar.sessionAt(at),
      episodes: episodes.open(),
      intents: ledger.intents(),
      tradingState: tradingState.current(),
      tradingStateCauses: tradingState.causes(),
      incoherences,
      confirmedAt: { account: confirmedAt, positions: confirmedAt, orders: confirmedAt },
    });
    this.#changed = false;
    return this.#held;
  }

  /** Out of the snapshot made last; null when nothing is held. */
  contextOf(symbol: Ticker): PositionContext | null {
    const known = this.#contexts.get(symbol);
    if (known !== undefined) return known;
    const context = this.#makeContext(symbol);
    this.#contexts.set(symbol, context);
    return context;
  }

  /** The engine is shown only this symbol's part: it need not search through all the others. */
  #makeContext(symbol: Ticker): PositionContext | null {
    const position = this.#positionOf.get(symbol);
    const episode = this.#held?.episodes.get(symbol);
    if (this.#held === null || position === undefined || episode === undefined) return null;
    return contextFor(
      {
        ...this.#held,
        positions: [position],
        orders: this.#ordersOf(symbol),
        intents: this.#parts.ledger.intentsOf(episode.id),
      },
      symbol,
    );
  }

  #marketsOf(positions: readonly Position[]): ReadonlyMap<Ticker, SymbolMarket> {
    const { market } = this.#parts;
    return new Map(positions.map(({ symbol }) => [symbol, market.of(symbol)]));
  }
}

const bySymbol = (positions: readonly Position[]): ReadonlyMap<Ticker, Position> =>
  new Map(positions.map((position) => [position.symbol, position]));
