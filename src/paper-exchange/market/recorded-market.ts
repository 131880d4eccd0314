import { type Decimal, decimal, larger, truncateTo } from '../core/basics/decimal.ts';
import type { Bar, Calendar, DateText, JsonValue, Milliseconds } from '../core/basics/types.ts';
import type { Announcement } from '../core/corporate-actions/corporate-actions.ts';
import { adjustedSeries, type RecordedDividend, type RecordedSplit } from './adjusted-series.ts';
import type { BarSeries } from './bar-file.ts';
import { comingActions, type Due, pastActions, splitAdjusted } from './recorded-actions.ts';
import type { MarketInput, MarketSource } from './source.ts';

export type RecordedOptions = {
  readonly calendar: Calendar;
  readonly series: readonly BarSeries[];
  /** Bars that have ended by then are history. One that is under way is left out. */
  readonly startAt: Milliseconds;
  /** Bid to ask in hundredths of a percent; 2 when left out. Quotes are rounded outwards. */
  readonly spreadBps?: number;
  /** Known splits, also of other names; one that is left out plays as a jump of the price. */
  readonly splits?: readonly RecordedSplit[];
  /** Known dividends, also of other names. */
  readonly dividends?: readonly RecordedDividend[];
  /**
   * `raw`, the default, plays the prices of the files and lets splits and dividends happen to
   * what is held. `split` plays prices as if all splits had happened before, so none happens;
   * `all` does the same with splits and dividends.
   */
  readonly adjustment?: 'raw' | 'split' | 'all';
};

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
 * is published. Bars outside the regular session are left out. A split that nobody gave plays
 * as a jump of the price.
 */
export class RecordedMarket implements MarketSource {
  readonly symbols: readonly string[];
  readonly history: readonly Bar[];
  readonly past: readonly Announcement[];
  readonly #playable: Playable;
  #startAt: Milliseconds;
  #tracks: readonly Iterator<Cue>[];
  #heads: (Cue | null)[];
  #played = 0;

  /** @throws when there are no bars, a symbol occurs twice or a daily bar lies on a closed day */
  constructor(options: RecordedOptions) {
    const { calendar, series, startAt } = options;
    refuseUnplayable(options);
    const playable = playableOf(options);
    this.symbols = series.map((one) => one.symbol);
    this.history = playable.series.flatMap((one) => historyOf(one, calendar, startAt));
    this.past = pastActions(this.symbols, playable, startAt);
    this.#playable = playable;
    this.#startAt = startAt;
    this.#tracks = tracksOf(playable, startAt);
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
    this.#tracks = tracksOf(this.#playable, startAt);
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

/** The bars as they are played, with what is still to happen beside them. */
type Playable = {
  readonly calendar: Calendar;
  readonly series: readonly BarSeries[];
  readonly halfSpreadBps: bigint;
  readonly splits: readonly RecordedSplit[];
  readonly dividends: readonly RecordedDividend[];
};

function playableOf(options: RecordedOptions): Playable {
  const { calendar, series, spreadBps = 2, adjustment = 'raw' } = options;
  const { splits = [], dividends = [] } = options;
  const halfSpreadBps = BigInt(Math.round(spreadBps));
  const adjusted = (happened: readonly RecordedDividend[]): readonly BarSeries[] =>
    series.map((one) => adjustedSeries(one, { calendar, splits, dividends: happened }));
  const common = { calendar, halfSpreadBps };
  switch (adjustment) {
    case 'raw':
      return { ...common, series, splits, dividends };
    case 'split': {
      const paid = splitAdjusted(dividends, splits);
      return { ...common, series: adjusted([]), splits: [], dividends: paid };
    }
    case 'all':
      return { ...common, series: adjusted(dividends), splits: [], dividends: [] };
  }
}

function tracksOf(playable: Playable, startAt: Milliseconds): readonly Iterator<Cue>[] {
  const { calendar, halfSpreadBps } = playable;
  const ids = { next: 1 };
  return playable.series.map((series) => {
    const due = comingActions(series.symbol, playable, startAt);
    return barCues({ series, calendar, startAt, halfSpreadBps, ids, due });
  });
}

const nextCue = (track: Iterator<Cue>): Cue | null => {
  const step = track.next();
  return step.done === true ? null : step.value;
};

function refuseUnplayable({
  series,
  calendar,
  splits = [],
  dividends = [],
}: RecordedOptions): void {
  if (series.length === 0) throw new Error('no bars to play; give at least one series');
  const seen = new Set<string>();
  for (const { symbol, interval, bars } of series) {
    if (seen.has(symbol)) throw new Error(`the bars of ${symbol} are given twice; give them once`);
    seen.add(symbol);
    const [first] = bars;
    if (first !== undefined) refuseBeforeCalendar(symbol, calendar.dateOf(first.at), calendar);
    if (interval === 'intraday') continue;
    for (const bar of bars) {
      const date = calendar.dateOf(bar.at);
      if (calendar.tradingDay(date) !== null) continue;
      throw new Error(`${symbol} has a daily bar on ${date}, when the exchange was closed`);
    }
  }
  for (const [what, happenings] of Object.entries({ split: splits, 'go ex dividend': dividends })) {
    for (const { symbol, date } of happenings) {
      if (seen.has(symbol) && calendar.tradingDay(date) === null) {
        throw new Error(`${symbol} cannot ${what} on ${date}, when the exchange was closed`);
      }
    }
  }
}

/** No session of such a bar is known, so nothing could be said of when it traded. */
function refuseBeforeCalendar(symbol: string, date: DateText, calendar: Calendar): void {
  if (calendar.tradingDay(date) !== null) return;
  try {
    calendar.tradingDayBefore(date);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`${symbol} has a bar on ${date}: ${reason}; leave such bars out`, { cause });
  }
}

type TrackOptions = {
  readonly series: BarSeries;
  readonly calendar: Calendar;
  readonly startAt: Milliseconds;
  readonly halfSpreadBps: bigint;
  /** What is to happen to this name, oldest first. */
  readonly due: Due[];
  /** Trade ids are counted over all names. */
  readonly ids: { next: number };
};

function* barCues(options: TrackOptions): Generator<Cue> {
  const { series, calendar, startAt, due } = options;
  let lastPrice = priceAtStart(options);
  if (lastPrice !== null) yield tick(options, startAt, lastPrice, 1);
  for (const bar of series.bars) {
    const span = playedSpan(bar, calendar);
    if (span === null || span.from < startAt) continue;
    for (let next = due[0]; next !== undefined && next.at < span.from; next = due[0]) {
      due.shift();
      yield* actionCues(options, next, lastPrice);
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

/** The first price after a split follows at once, so that nothing is marked at the old one. */
function* actionCues(
  options: TrackOptions,
  { at, input, split }: Due,
  lastPrice: Decimal | null,
): Generator<Cue> {
  yield { at, inputs: [input] };
  if (lastPrice === null || split === null) return;
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
