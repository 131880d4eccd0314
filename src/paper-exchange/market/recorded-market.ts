import { type Decimal, decimal, larger, truncateTo } from '../core/decimal.ts';
import type { Bar, Calendar, JsonValue, Milliseconds } from '../core/types.ts';
import type { BarSeries } from './bar-file.ts';
import type { MarketInput, MarketSource, Split } from './source.ts';

export type RecordedOptions = {
  readonly calendar: Calendar;
  readonly series: readonly BarSeries[];
  /** Bars that have ended by then are history. One that is under way is left out. */
  readonly startAt: Milliseconds;
  /** Bid to ask in hundredths of a percent; 2 when left out. Quotes are rounded outwards. */
  readonly spreadBps?: number;
  /** Known splits, also of other names; one that is left out plays as a jump of the price. */
  readonly splits?: readonly RecordedSplit[];
};

/** Takes effect before the open of its `date`. */
export type RecordedSplit = Split & { readonly date: string };

type Cue = { readonly at: Milliseconds; readonly inputs: readonly MarketInput[] };

const cent = decimal('0.01');
const hundredthOfACent = decimal('0.0001');
const lastTradeBeforeEndMs = 1_000;
const wholeInHalfBps = 20_000n;

/**
 * Recorded bars, several names on one time line.
 *
 * Each name has a price from `startAt` on: its last close, or the open that comes next.
 * A bar is played as four trades, each with a quote around it: the open, the extreme nearer to
 * the open, the other extreme, the close. They are spread evenly over that part of the bar
 * which lies in the regular session, the close one second before its end; then the bar itself
 * is published. Bars outside the regular session are left out. Prices are raw: a split that is
 * not given in `splits` plays as a jump of the price.
 */
export class RecordedMarket implements MarketSource {
  readonly symbols: readonly string[];
  readonly history: readonly Bar[];
  readonly #options: RecordedOptions;
  #startAt: Milliseconds;
  #tracks: readonly Iterator<Cue>[];
  #heads: (Cue | null)[];
  #played = 0;

  /** @throws when there are no bars, a symbol occurs twice or a daily bar lies on a closed day */
  constructor(options: RecordedOptions) {
    const { calendar, series, startAt, splits = [] } = options;
    refuseUnplayable(series, splits, calendar);
    this.symbols = series.map((one) => one.symbol);
    this.history = series.flatMap((one) => historyOf(one, calendar, startAt));
    this.#options = options;
    this.#startAt = startAt;
    this.#tracks = tracksOf(options);
    this.#heads = this.#tracks.map(nextCue);
  }

  nextDueAt(): Milliseconds | null {
    let earliest: Milliseconds | null = null;
    for (const head of this.#heads) {
      if (head !== null && (earliest === null || head.at < earliest)) earliest = head.at;
    }
    return earliest;
  }

  next(): readonly MarketInput[] {
    const at = this.nextDueAt();
    const inputs: MarketInput[] = [];
    this.#played += 1;
    for (const [index, track] of this.#tracks.entries()) {
      for (let head = this.#heads[index]; head && head.at === at; head = this.#heads[index]) {
        inputs.push(...head.inputs);
        this.#heads[index] = nextCue(track);
      }
    }
    return inputs;
  }

  /** How far it has been played: the bars themselves are not part of it. */
  save(): JsonValue {
    return { symbols: this.symbols, startAt: this.#startAt, played: this.#played };
  }

  /** @throws when the state is that of other bars */
  restore(state: JsonValue): void {
    const { symbols, startAt, played } = savedState(state);
    if (symbols !== this.symbols.join()) {
      throw new Error(`the saved market played ${symbols}; start it with the same bars`);
    }
    this.#startAt = startAt;
    this.#tracks = tracksOf({ ...this.#options, startAt });
    this.#heads = this.#tracks.map(nextCue);
    this.#played = 0;
    while (this.#played < played && this.nextDueAt() !== null) this.next();
  }
}

function savedState(state: JsonValue) {
  if (typeof state === 'object' && state !== null && 'played' in state) {
    const { symbols, startAt, played } = state;
    if (typeof startAt === 'number' && typeof played === 'number' && Array.isArray(symbols)) {
      return { symbols: symbols.join(), startAt, played };
    }
  }
  throw new Error('this is not the saved state of recorded bars');
}

function tracksOf(options: RecordedOptions): readonly Iterator<Cue>[] {
  const { calendar, series, startAt, spreadBps = 2, splits = [] } = options;
  const ids = { next: 1 };
  const halfSpreadBps = BigInt(Math.round(spreadBps));
  return series.map((one) => {
    const ofThisName = splits.filter((split) => split.symbol === one.symbol);
    return barCues({ series: one, calendar, startAt, halfSpreadBps, ids, splits: ofThisName });
  });
}

const nextCue = (track: Iterator<Cue>): Cue | null => {
  const step = track.next();
  return step.done === true ? null : step.value;
};

function refuseUnplayable(
  series: readonly BarSeries[],
  splits: readonly RecordedSplit[],
  calendar: Calendar,
): void {
  if (series.length === 0) throw new Error('no bars to play; give at least one series');
  const seen = new Set<string>();
  for (const { symbol, interval, bars } of series) {
    if (seen.has(symbol)) throw new Error(`the bars of ${symbol} are given twice; give them once`);
    seen.add(symbol);
    if (interval === 'intraday') continue;
    for (const bar of bars) {
      const date = calendar.dateOf(bar.at);
      if (calendar.tradingDay(date) !== null) continue;
      throw new Error(`${symbol} has a daily bar on ${date}, when the exchange was closed`);
    }
  }
  for (const { symbol, date } of splits) {
    if (seen.has(symbol) && calendar.tradingDay(date) === null) {
      throw new Error(`${symbol} cannot split on ${date}, when the exchange was closed`);
    }
  }
}

type TrackOptions = {
  readonly series: BarSeries;
  readonly calendar: Calendar;
  readonly startAt: Milliseconds;
  readonly halfSpreadBps: bigint;
  /** Those of this name. */
  readonly splits: readonly RecordedSplit[];
  /** Trade ids are counted over all names. */
  readonly ids: { next: number };
};

function* barCues(options: TrackOptions): Generator<Cue> {
  const { series, calendar, startAt } = options;
  const splits = dueSplits(options);
  let lastPrice = priceAtStart(options);
  if (lastPrice !== null) yield tick(options, startAt, lastPrice, 1);
  for (const bar of series.bars) {
    const span = playedSpan(bar, calendar);
    if (span === null || span.from < startAt) continue;
    for (let next = splits[0]; next !== undefined && next.at < span.from; next = splits[0]) {
      splits.shift();
      yield* splitCues(options, next, lastPrice);
    }
    const size = Math.max(1, Math.floor(bar.volume / 4));
    const step = (span.to - lastTradeBeforeEndMs - span.from) / 3;
    for (const [index, price] of pricesInOrder(bar).entries()) {
      yield tick(options, span.from + Math.floor(index * step), price, size);
    }
    yield { at: span.to, inputs: [{ kind: 'bar', bar }] };
    lastPrice = bar.close;
  }
}

type DueSplit = { readonly at: Milliseconds; readonly split: Split };

/** The splits after the start, oldest first, each before its day's first trade. */
function dueSplits({ splits, calendar, startAt }: TrackOptions): DueSplit[] {
  const due = splits.flatMap(({ date, symbol, newShares, oldShares }) => {
    const at = calendar.tradingDay(date)?.preOpenAt ?? 0;
    return at < startAt ? [] : [{ at, split: { symbol, newShares, oldShares } }];
  });
  return due.sort((one, other) => one.at - other.at);
}

/** The first price after a split follows at once, so that nothing is marked at the old one. */
function* splitCues(
  options: TrackOptions,
  { at, split }: DueSplit,
  lastPrice: Decimal | null,
): Generator<Cue> {
  yield { at, inputs: [{ kind: 'split', at, split }] };
  if (lastPrice === null) return;
  const after = (lastPrice * BigInt(split.oldShares)) / BigInt(split.newShares);
  yield tick(options, at, truncateTo(after, 4), 1);
}

function historyOf(series: BarSeries, calendar: Calendar, startAt: Milliseconds): readonly Bar[] {
  return series.bars.filter((bar) => {
    const span = playedSpan(bar, calendar);
    return span !== null && span.to <= startAt;
  });
}

/** The last close, else the open that the next session brings, else null. */
function priceAtStart({ series, calendar, startAt }: TrackOptions): Decimal | null {
  const past = historyOf(series, calendar, startAt).at(-1);
  if (past !== undefined) return past.close;
  const first = series.bars.find((bar) => (playedSpan(bar, calendar)?.from ?? 0) >= startAt);
  return first !== undefined && first.at < calendar.nextClose(startAt) ? first.open : null;
}

function tick(options: TrackOptions, at: Milliseconds, price: Decimal, size: number): Cue {
  const { series, halfSpreadBps, ids } = options;
  const trade = { symbol: series.symbol, at, price, size, id: ids.next };
  ids.next += 1;
  const quote = quoteAround(series.symbol, at, price, halfSpreadBps);
  return {
    at,
    inputs: [
      { kind: 'quote', quote },
      { kind: 'trade', trade },
    ],
  };
}

/** The part of the bar in the regular session; null when there is none. */
function playedSpan(bar: Bar, calendar: Calendar) {
  const day = calendar.tradingDay(calendar.dateOf(bar.at));
  if (day === null) return null;
  const from = Math.max(bar.at, day.openAt);
  const to = Math.min(bar.at + bar.durationMs, day.closeAt);
  return to - from > lastTradeBeforeEndMs ? { from, to } : null;
}

function pricesInOrder({ open, high, low, close }: Bar): readonly Decimal[] {
  return high - open < open - low ? [open, high, low, close] : [open, low, high, close];
}

/** Half the spread on each side, the bid rounded down and the ask up to the tick. */
function quoteAround(symbol: string, at: Milliseconds, price: Decimal, halfSpreadBps: bigint) {
  const tick = price >= decimal('1') ? cent : hundredthOfACent;
  const half = (price * halfSpreadBps) / wholeInHalfBps;
  const bid = ((price - half) / tick) * tick;
  const ask = ((price + half + tick - 1n) / tick) * tick;
  const bidPrice = larger(bid, tick);
  const askPrice = larger(ask, bidPrice + tick);
  return { symbol, at, bidPrice, askPrice, bidSize: 100, askSize: 100 };
}
