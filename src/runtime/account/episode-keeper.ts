import { type Price, parseDecimal, price, text } from '../../domain/decimal.ts';
import type { JournalRecord } from '../../domain/event.ts';
import { type Ticker, ticker } from '../../domain/ids.ts';
import type { Trade } from '../../domain/market.ts';
import type { Order } from '../../domain/order.ts';
import type { Episode, Incoherence, IntentRecord, Position } from '../../domain/portfolio.ts';
import { textAt } from '../../domain/record-body.ts';
import { isTighter } from '../../domain/side.ts';
import type { EpochMs } from '../../domain/time.ts';
import {
  type EpisodeEvent,
  episodesFromJournal,
  foldEpisodes,
} from '../../engine/account/episodes.ts';
import { milestonesDone } from '../../engine/account/intents.ts';
import { rescaled, type Split } from '../../engine/account/splits.ts';
import type { EventLogger } from '../journal/event-logger.ts';
import type { IntentLedger } from './intent-ledger.ts';
import { ScaleWatch } from './scale-watch.ts';

/** A better price is journalled once it is better by this much; a restart may lose less. */
const HIGH_WATER_STEP = '0.001';
/** The same for a worse price, which no stop follows. */
const LOW_WATER_STEP = '0.005';

/** What is true of one symbol. */
export type Holding = {
  readonly position: Position | null;
  readonly orders: readonly Order[];
  /** The current price where it may count as the best so far; else null. */
  readonly mark: Price | null;
  /** True when its orders filled shares since the last time. */
  readonly traded: boolean;
  /** The split that a reading showed amid fills. */
  readonly split: Split | null;
};

/** What an episode is carried on by. */
type Quiet = Pick<Holding, 'position' | 'orders'> & {
  readonly before: Episode | undefined;
  readonly best: Price | null;
  readonly intents: readonly IntentRecord[];
};

const NONE: ReadonlyMap<Ticker, never> = new Map<Ticker, never>();
const NO_INTENTS: readonly IntentRecord[] = [];

/** The lives of positions, carried on with every reading and kept in the journal. */
export class EpisodeKeeper {
  readonly #logger: EventLogger;
  readonly #ledger: IntentLedger;
  #open: ReadonlyMap<Ticker, Episode> = NONE;
  readonly #lastNumbers = new Map<Ticker, number>();
  readonly #journalled = new Map<Ticker, Episode>();
  /** The last price that counted: after a split it tells which scale a price is on. */
  readonly #marks = new Map<Ticker, Price>();
  readonly #scales = new ScaleWatch();
  /** The price that stood worst for each episode: what came of it is measured against this. */
  readonly #worst = new Map<Ticker, Price>();
  readonly #journalledWorst = new Map<Ticker, Price>();
  /** What the last look at a symbol saw, where nothing came of it. */
  readonly #quiet = new Map<Ticker, Quiet>();

  constructor(parts: { readonly logger: EventLogger; readonly ledger: IntentLedger }) {
    this.#logger = parts.logger;
    this.#ledger = parts.ledger;
  }

  /** Takes up where the journal left off. */
  restore(records: readonly JournalRecord[]): void {
    const { open, lastNumbers } = episodesFromJournal(records);
    this.#open = open;
    for (const [symbol, episode] of open) this.#journalled.set(symbol, episode);
    for (const [symbol, number] of lastNumbers) this.#lastNumbers.set(symbol, number);
    for (const { symbol, body } of records) {
      const worst = parseDecimal(textAt(body, 'worstPrice') ?? '');
      if (symbol === null || worst === null || !open.has(ticker(symbol))) continue;
      this.#worst.set(ticker(symbol), price(worst));
      this.#journalledWorst.set(ticker(symbol), price(worst));
    }
  }

  open(): ReadonlyMap<Ticker, Episode> {
    return this.#open;
  }

  /**
   * Takes in a trade at once: no best price may slip between two looks. It is journalled
   * with the next of them, so that reading never writes.
   *
   * @returns true when it is the best price of an episode so far
   */
  noteTrade(symbol: Ticker, { price: paid }: Trade): boolean {
    const episode = this.#open.get(symbol);
    if (episode === undefined || this.#scales.isInDoubt(symbol)) return false;
    if (this.hasJumped(symbol, paid)) return false;
    this.#noteWorst(episode, paid);
    if (!isTighter(episode.side, paid, episode.highWaterPrice)) return false;
    this.#open = new Map(this.#open).set(symbol, { ...episode, highWaterPrice: paid });
    return true;
  }

  /** True for a price that only a split explains, or a crash: the shares have to be read anew. */
  hasJumped(symbol: Ticker, price: Price): boolean {
    return this.#scales.hasJumped(symbol, price);
  }

  /** Symbols whose price does not fit their shares since a split, in words. */
  scaleDoubts(positions: readonly Position[], at: EpochMs, openAt: EpochMs | null): Incoherence[] {
    return this.#scales.judge(positions, at, openAt);
  }

  /**
   * Carries the episodes of some symbols on, each by what is true of it alone.
   *
   * @param lastLookAt when the account was read last before now: what has not changed since is
   *   of before a split that shows now
   * @param holdingOf the position and the orders of a symbol; no position once it is flat
   * @returns symbols that were split since the last time
   */
  carryOn(
    symbols: Iterable<Ticker>,
    accountNumber: string,
    { at, lastLookAt }: { readonly at: EpochMs; readonly lastLookAt: EpochMs },
    holdingOf: (symbol: Ticker) => Holding,
  ): readonly Ticker[] {
    const events: EpisodeEvent[] = [];
    let next: Map<Ticker, Episode> | null = null;
    for (const symbol of symbols) {
      const { position, orders, mark, traded, split: shown } = holdingOf(symbol);
      const before = (next ?? this.#open).get(symbol);
      const isOff = mark !== null && this.hasJumped(symbol, mark);
      const best = isOff || this.#scales.isInDoubt(symbol) ? null : mark;
      const intents = before === undefined ? NO_INTENTS : this.#ledger.intentsOf(before.id);
      const facts = { before, position, orders, best, intents };
      const mayBeQuiet = before !== undefined && !traded && shown === null;
      if (mayBeQuiet && this.#isQuiet(symbol, facts)) {
        this.#journal(changed(before));
        continue;
      }
      this.#quiet.delete(symbol);
      const folded = foldEpisodes(
        {
          open: before === undefined ? NONE : new Map([[symbol, before]]),
          lastNumbers: new Map([[symbol, this.#lastNumbers.get(symbol) ?? 0]]),
        },
        {
          at,
          lastLookAt,
          positions: position === null ? [] : [position],
          orders,
          marks: best === null ? NONE : new Map([[symbol, best]]),
          traded: new Set(traded ? [symbol] : []),
          splits: shown === null ? NONE : new Map([[symbol, shown]]),
          milestonesOf: (id) => milestonesDone(this.#ledger.intentsOf(id), accountNumber, id),
        },
      );
      for (const { split } of folded.events) {
        if (split === null || before === undefined) continue;
        const priceBefore = this.#marks.get(symbol) ?? before.highWaterPrice;
        this.#scales.note(symbol, { split, priceBefore, since: at });
        const worst = this.#worst.get(symbol);
        if (worst !== undefined) this.#worst.set(symbol, rescaled(worst, split));
      }
      if (best !== null && !this.#scales.isInDoubt(symbol)) this.#marks.set(symbol, best);
      const isScaled = folded.events.some(({ split }) => split !== null);
      if (best !== null && before !== undefined && !isScaled) this.#noteWorst(before, best);
      if (folded.events.length === 0) {
        if (before !== undefined) this.#journal(changed(before));
        if (mayBeQuiet) this.#quiet.set(symbol, facts);
        continue;
      }
      events.push(...folded.events);
      this.#lastNumbers.set(symbol, folded.book.lastNumbers.get(symbol) ?? 0);
      const after = folded.book.open.get(symbol);
      next ??= new Map(this.#open);
      if (after === undefined) next.delete(symbol);
      else next.set(symbol, after);
    }
    if (next === null) return [];
    this.#open = next;
    for (const event of events) this.#journal(event);
    return events.flatMap(({ split, episode }) => (split === null ? [] : [episode.symbol]));
  }

  /** Whether nothing came of the very same the last time, so that nothing comes of it now. */
  #isQuiet(symbol: Ticker, facts: Quiet): boolean {
    const last = this.#quiet.get(symbol);
    return (
      last !== undefined &&
      last.before === facts.before &&
      last.position === facts.position &&
      last.orders === facts.orders &&
      last.best === facts.best &&
      last.intents === facts.intents
    );
  }

  /** Ends the episode of a symbol that is known to have been flat; what is held now begins another. */
  close(symbol: Ticker): void {
    const episode = this.#open.get(symbol);
    if (episode === undefined) return;
    const open = new Map(this.#open);
    open.delete(symbol);
    this.#open = open;
    this.#journal({ type: 'episode_closed', episode, split: null });
  }

  #journal({ type, episode, split }: EpisodeEvent): void {
    const { symbol } = episode;
    if (type === 'episode_changed' && !this.#isWorthWriting(episode)) return;
    if (type === 'episode_closed') {
      this.#journalled.delete(symbol);
      this.#ledger.forget(episode.id);
      this.#marks.delete(symbol);
    } else this.#journalled.set(symbol, episode);
    const worstPrice = this.#worst.get(symbol) ?? episode.entryPrice;
    this.#journalledWorst.set(symbol, worstPrice);
    if (type === 'episode_closed') {
      this.#worst.delete(symbol);
      this.#journalledWorst.delete(symbol);
    }
    const because = split === null ? {} : { because: wordsFor(split) };
    const body = { episode, worstPrice, ...because };
    this.#logger.log({ type, actor: 'system', symbol, body });
  }

  /** A price that creeps up with every trade would fill the journal. */
  #isWorthWriting(episode: Episode): boolean {
    const before = this.#journalled.get(episode.symbol);
    if (before === undefined) return true;
    if (this.#hasWorsened(episode)) return true;
    const moved = episode.highWaterPrice.minus(before.highWaterPrice).abs();
    return (
      moved.gte(before.highWaterPrice.times(HIGH_WATER_STEP)) ||
      before.milestones.length !== episode.milestones.length ||
      before.initialStopPrice !== episode.initialStopPrice ||
      !before.quantity.eq(episode.quantity) ||
      !before.entryPrice.eq(episode.entryPrice)
    );
  }

  #noteWorst({ symbol, side, entryPrice }: Episode, at: Price): void {
    const worst = this.#worst.get(symbol) ?? entryPrice;
    if (isTighter(side, worst, at)) this.#worst.set(symbol, at);
  }

  #hasWorsened({ symbol, entryPrice }: Episode): boolean {
    const before = this.#journalledWorst.get(symbol) ?? entryPrice;
    const now = this.#worst.get(symbol) ?? entryPrice;
    return now.minus(before).abs().gte(before.times(LOW_WATER_STEP));
  }
}

const changed = (episode: Episode): EpisodeEvent => ({
  type: 'episode_changed',
  episode,
  split: null,
});

const wordsFor = ({ from, to }: Split): string =>
  `a split made ${text(to)} shares of ${text(from)}: entry, first stop and best price are on the ` +
  'new scale';
