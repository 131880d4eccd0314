import type { Price } from '../domain/decimal.ts';
import type { JournalRecord } from '../domain/event.ts';
import type { Ticker } from '../domain/ids.ts';
import type { Trade } from '../domain/market.ts';
import type { Order } from '../domain/order.ts';
import type { Episode, Position } from '../domain/portfolio.ts';
import { isTighter } from '../domain/side.ts';
import type { EpochMs } from '../domain/time.ts';
import {
  type EpisodeBook,
  type EpisodeEvent,
  episodesFromJournal,
  foldEpisodes,
  noEpisodes,
} from '../engine/episodes.ts';
import { milestonesDone } from '../engine/intents.ts';
import type { EventLogger } from './event-logger.ts';
import type { IntentLedger } from './intent-ledger.ts';

/** A better price is journalled once it is better by this much; a restart may lose less. */
const HIGH_WATER_STEP = '0.001';

/** The lives of positions, carried on with every reading and kept in the journal. */
export class EpisodeKeeper {
  readonly #logger: EventLogger;
  readonly #ledger: IntentLedger;
  #book: EpisodeBook = noEpisodes;
  /** The best price of each symbol since the last fold: none may slip between two looks. */
  readonly #best = new Map<Ticker, Price>();
  readonly #journalled = new Map<Ticker, Episode>();

  constructor(parts: { readonly logger: EventLogger; readonly ledger: IntentLedger }) {
    this.#logger = parts.logger;
    this.#ledger = parts.ledger;
  }

  /** Takes up where the journal left off. */
  restore(records: readonly JournalRecord[]): void {
    this.#book = episodesFromJournal(records);
    for (const [symbol, episode] of this.#book.open) this.#journalled.set(symbol, episode);
  }

  open(): ReadonlyMap<Ticker, Episode> {
    return this.#book.open;
  }

  /** Keeps the trade in mind when it is the best price of an episode so far. */
  noteTrade(symbol: Ticker, { price }: Trade): void {
    const episode = this.#book.open.get(symbol);
    if (episode === undefined) return;
    const best = this.#best.get(symbol) ?? episode.highWaterPrice;
    if (isTighter(episode.side, price, best)) this.#best.set(symbol, price);
  }

  /** True when a trade was noted that `carryOn` has not taken in yet. */
  hasNews(): boolean {
    return this.#best.size > 0;
  }

  carryOn(facts: {
    readonly at: EpochMs;
    readonly positions: readonly Position[];
    readonly orders: readonly Order[];
    readonly accountNumber: string;
  }): void {
    const { at, positions, orders, accountNumber } = facts;
    const { book, events } = foldEpisodes(this.#book, {
      at,
      positions,
      orders,
      marks: this.#best,
      milestonesOf: (episode) =>
        milestonesDone(this.#ledger.intentsOf(episode), accountNumber, episode),
    });
    this.#book = book;
    this.#best.clear();
    for (const event of events) this.#journal(event);
  }

  #journal({ type, episode }: EpisodeEvent): void {
    const { symbol } = episode;
    if (type === 'episode_changed' && !this.#isWorthWriting(episode)) return;
    if (type === 'episode_closed') {
      this.#journalled.delete(symbol);
      this.#ledger.forget(episode.id);
    } else this.#journalled.set(symbol, episode);
    this.#logger.log({ type, actor: 'system', symbol, body: { episode } });
  }

  /** A price that creeps up with every trade would fill the journal. */
  #isWorthWriting(episode: Episode): boolean {
    const before = this.#journalled.get(episode.symbol);
    if (before === undefined) return true;
    const moved = episode.highWaterPrice.minus(before.highWaterPrice).abs();
    return (
      moved.gte(before.highWaterPrice.times(HIGH_WATER_STEP)) ||
      before.milestones.length !== episode.milestones.length ||
      before.initialStopPrice !== episode.initialStopPrice ||
      !before.entryPrice.eq(episode.entryPrice)
    );
  }
}
