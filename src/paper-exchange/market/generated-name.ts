import { toNumber } from '../core/basics/decimal.ts';
import type { Milliseconds } from '../core/basics/types.ts';
import type { Announcement } from '../core/corporate-actions/corporate-actions.ts';
import { BadPrints } from './bad-prints.ts';
import type { News } from './chance.ts';
import { MinuteBars } from './minute-bars.ts';
import { PriceBand } from './price-band.ts';
import type { PathEvent } from './price-path.ts';
import { type Climate, PriceProcess, type Pull, type Step } from './price-process.ts';
import type { Character } from './scenario.ts';
import type { MarketInput } from './source.ts';
import { Tape } from './tape.ts';

/** How names are quoted and traded at an instant. */
export type Showing = {
  readonly at: Milliseconds;
  /** `first` names a price whatever the hour. */
  readonly kind: 'first' | 'opening' | 'regular' | 'closing' | 'extended';
  /** Against usual times. */
  readonly spread: number;
  /** What of a day's volume. */
  readonly volume: number;
  /** How likely it is that somebody trades. */
  readonly probability: number;
  /** What of a day's trading has passed since the last one. */
  readonly days: number;
  /** How long the session still lasts; null where nothing can be halted or paused. */
  readonly untilCloseMs: number | null;
};

/** What the names of a market share. */
export type Surroundings = {
  readonly at: Milliseconds;
  readonly market: Pull;
  readonly climate: Climate;
  readonly untilCloseMs: number | null;
};

/** A corporate action or a delisting, with the instants that matter for the prices. */
export type Scheduled = {
  readonly announcedAt: Milliseconds;
  readonly effectiveAt: Milliseconds;
  /** Null for a delisting that nobody is paid for. */
  readonly announcement: Announcement | null;
};

export type NameOptions = {
  readonly seed: string;
  readonly character: Character;
  /** By time. */
  readonly events: PathEvent[];
  /** By the instant at which they take effect. */
  readonly schedule: readonly Scheduled[];
  readonly newsPerYear: number;
  readonly badPrintsPerDay: number;
};

/** The ids of trades, counted over all names. */
export type Ids = { next: number };

const minuteMs = 60_000;
const sessionMs = 390 * minuteMs;
const pauseMs = 5 * minuteMs;
/** Nothing is stopped so shortly before the close that it could not open again. */
const openBeforeCloseMs = 10 * minuteMs;
const stoppedSpread = 4;
const reopeningVolume = 0.003;

/** One name of a made-up market: its price, and what the tape shows of it. */
export class GeneratedName {
  private symbol: string;
  private readonly character: Character;
  private readonly process: PriceProcess;
  private readonly tape: Tape;
  private readonly bars = new MinuteBars();
  private readonly band: PriceBand;
  private readonly badPrints: BadPrints;
  private stop: { readonly until: Milliseconds; readonly kind: 'halt' | 'pause' } | null = null;
  private toAnnounce: readonly Scheduled[];
  private toHappen: readonly Scheduled[];
  private isGone = false;
  /** One share of the beginning is so many now. */
  private multiple = 1;

  constructor(options: NameOptions) {
    const { character, events, schedule, newsPerYear, badPrintsPerDay } = options;
    const { symbol, isCoin, startPrice } = character;
    const seed = `${options.seed}/${symbol}`;
    this.symbol = symbol;
    this.character = character;
    this.process = new PriceProcess(seed, character, events, newsPerYear);
    this.tape = new Tape(seed, isCoin);
    this.band = new PriceBand(startPrice);
    this.badPrints = new BadPrints(seed, badPrintsPerDay);
    this.toAnnounce = schedule;
    this.toHappen = schedule;
  }

  get sector(): string | null {
    return this.character.sector;
  }

  // ---- The price -----------------------------------------------------------------------------

  step(step: Step, sector: Pull): void {
    this.process.step(step, sector);
  }

  /** Lets part of a day's trading pass, which may bring news, a halt or another price band. */
  advance(days: number, around: Surroundings, sector: Pull, inputs: MarketInput[]): void {
    if (this.isGone) return;
    const { market, climate, untilCloseMs } = around;
    const news = this.process.advance(days, market, sector, climate);
    if (news !== null) this.publish(news, around, inputs);
    if (untilCloseMs === null || !this.isRegulated || this.stop !== null) return;
    const { price } = this.process;
    const notice = this.band.follow(this.symbol, price, days * sessionMs, untilCloseMs);
    if (notice !== null) inputs.push({ kind: 'notice', notice });
  }

  passNight(volatility: number, around: Surroundings, sector: Pull, inputs: MarketInput[]): void {
    if (this.isGone) return;
    const { market, climate } = around;
    const news = this.process.passNight(volatility, market, sector, climate);
    if (news !== null) this.publish(news, around, inputs);
  }

  /** The first price of the session is what the next five minutes are measured by. */
  open(): void {
    this.band.restart(this.process.price);
  }

  private publish(news: News, { at, untilCloseMs }: Surroundings, inputs: MarketInput[]): void {
    const { symbol } = this;
    const { haltMs, jump } = news;
    const isHalted =
      haltMs !== null && untilCloseMs !== null && haltMs + openBeforeCloseMs < untilCloseMs;
    if (isHalted && this.stop === null && !this.character.isCoin) {
      this.stop = { until: at + haltMs, kind: 'halt' };
      inputs.push({ kind: 'halt', symbol, reason: 'News Pending' });
    }
    const percent = 100 * Math.expm1(jump * this.character.dailyVolatility);
    const move = `${percent > 0 ? 'up' : 'down'} ${Math.abs(percent).toFixed(1)}%`;
    inputs.push({
      kind: 'news',
      news: { headline: `${symbol} is ${move} on news`, symbols: [symbol] },
    });
  }

  // ---- The tape ------------------------------------------------------------------------------

  takeEndedBar(at: Milliseconds, inputs: MarketInput[]): void {
    const bar = this.bars.takeEnded(this.symbol, at);
    if (bar !== null) inputs.push({ kind: 'bar', bar });
  }

  /** A quote and mostly a trade. While the name is stopped there are only quotes. */
  show(showing: Showing, ids: Ids, inputs: MarketInput[]): void {
    if (this.isGone) return;
    this.badPrints.withdraw(inputs);
    const { at, kind } = showing;
    const { price } = this.process;
    if (this.stop !== null && at < this.stop.until) {
      this.quote(at, price, stoppedSpread * showing.spread, inputs);
    } else if (this.stop !== null) {
      this.reopen(showing, price, ids, inputs);
    } else if (this.mustPause(showing, price)) {
      this.pause(showing, price, inputs);
    } else {
      this.quote(at, price, showing.spread, inputs);
      if (kind === 'opening' || kind === 'closing') this.print(showing, kind, ids, inputs);
      else if (this.tape.isTraded(showing.probability)) this.trade(showing, ids, inputs);
    }
  }

  private quote(at: Milliseconds, price: number, spread: number, inputs: MarketInput[]): void {
    const spreadBps = this.character.spreadBps * this.process.nervousness * spread;
    inputs.push({ kind: 'quote', quote: this.tape.quote(this.symbol, at, price, spreadBps) });
  }

  private trade({ at, kind, volume, probability, days }: Showing, ids: Ids, inputs: MarketInput[]) {
    const meanSize = (this.dailyVolume * volume * this.process.nervousness) / probability;
    const isExtended = kind === 'extended';
    const trade = this.tape.trade(this.symbol, at, ids.next, meanSize, isExtended);
    ids.next += 1;
    if (kind !== 'first') this.bars.add(trade, this.tape.lastPrice);
    inputs.push({ kind: 'trade', trade });
    if (kind === 'regular') this.badPrints.after(trade, days, inputs);
  }

  private print(
    { at, volume }: Showing,
    auction: 'opening' | 'reopening' | 'closing',
    ids: Ids,
    inputs: MarketInput[],
  ): void {
    const size = this.dailyVolume * volume * this.process.nervousness;
    const trade = this.tape.auction(this.symbol, at, ids.next, size, auction);
    ids.next += 1;
    this.bars.add(trade, this.tape.lastPrice);
    inputs.push({ kind: 'trade', trade });
  }

  private get dailyVolume(): number {
    return this.character.averageDailyVolume * this.multiple;
  }

  // ---- Halts and pauses ----------------------------------------------------------------------

  private get isRegulated(): boolean {
    return this.character.isLeftToChance && !this.character.isCoin;
  }

  private mustPause({ kind, untilCloseMs }: Showing, price: number): boolean {
    if (kind !== 'regular' || untilCloseMs === null || untilCloseMs < openBeforeCloseMs) {
      return false;
    }
    return this.isRegulated && !this.band.allows(price);
  }

  /** The last quote before a pause stands at the limit. */
  private pause({ at, spread }: Showing, price: number, inputs: MarketInput[]): void {
    this.stop = { until: at + pauseMs, kind: 'pause' };
    this.quote(at, this.band.nearest(price), spread, inputs);
    inputs.push({ kind: 'pause', symbol: this.symbol, pauseMs });
  }

  private reopen(showing: Showing, price: number, ids: Ids, inputs: MarketInput[]): void {
    const { symbol, stop } = this;
    this.stop = null;
    this.band.restart(price);
    this.quote(showing.at, price, showing.spread, inputs);
    if (stop?.kind === 'halt')
      inputs.push({ kind: 'resume', symbol, reason: 'Trading Resumption' });
    this.print({ ...showing, volume: reopeningVolume }, 'reopening', ids, inputs);
  }

  // ---- What companies do ---------------------------------------------------------------------

  /** Announces what is near and lets happen what is due. */
  keepUp(at: Milliseconds, inputs: MarketInput[]): void {
    for (const { announcement } of this.toAnnounce.filter(({ announcedAt }) => announcedAt <= at)) {
      if (announcement !== null) inputs.push({ kind: 'corporate_action', announcement });
    }
    this.toAnnounce = this.toAnnounce.filter(({ announcedAt }) => announcedAt > at);
    const due = this.toHappen.filter(({ effectiveAt }) => effectiveAt <= at);
    this.toHappen = this.toHappen.filter(({ effectiveAt }) => effectiveAt > at);
    for (const { announcement } of due) this.happen(announcement, inputs);
  }

  private happen(announcement: Announcement | null, inputs: MarketInput[]): void {
    if (announcement === null) {
      this.isGone = true;
      inputs.push({ kind: 'delisting', symbol: this.symbol });
      return;
    }
    const { terms } = announcement;
    switch (terms.kind) {
      case 'forward_split':
      case 'reverse_split':
        this.multiple *= terms.newRate / terms.oldRate;
        this.process.scale(terms.oldRate / terms.newRate);
        break;
      case 'cash_dividend':
        this.process.scale(Math.max(0.01, 1 - toNumber(terms.rate) / this.process.price));
        break;
      case 'name_change':
        this.symbol = terms.newSymbol;
        break;
      case 'cash_merger':
      case 'worthless_removal':
        this.isGone = true;
        break;
    }
  }
}
