import { type Decimal, decimal, toNumber } from '../core/decimal.ts';
import type { Bar, Calendar, Milliseconds, Quote, Trade } from '../core/types.ts';
import { dailyHistory } from './daily-history.ts';
import { MinuteBars } from './minute-bars.ts';
import { type PathEvent, PricePath } from './price-path.ts';
import { MarketRandom } from './random.ts';
import type { MarketInput, MarketSource } from './source.ts';

export type SymbolScenario = {
  readonly symbol: string;
  /** Decimal digits, for example `187.50`. */
  readonly startPrice: string;
  /** What a year brings on average; 0 when left out. */
  readonly annualDriftPercent?: number;
  /** 30 when left out. */
  readonly annualVolatilityPercent?: number;
  /** Bid to ask in usual times, in hundredths of a percent; 2 when left out, a tick at least. */
  readonly spreadBps?: number;
  /**
   * What must happen to this name, on top of the seed; times are milliseconds after
   * `startAt`. While the exchange is closed nothing moves: a gap then shows at the open.
   */
  readonly events?: readonly PathEvent[];
};

export type GeneratorOptions = {
  readonly seed: string;
  readonly startAt: Milliseconds;
  readonly calendar: Calendar;
  readonly symbols: readonly SymbolScenario[];
  /** Session time from one quote and trade of a name to the next; 1,000 when left out. */
  readonly cadenceMs?: number;
  /** Daily bars from before the start; 60 when left out. */
  readonly historyDays?: number;
};

const sessionMs = 6.5 * 3_600_000;
const tradingDaysPerYear = 252;
const cent = decimal('0.01');
const hundredthOfACent = decimal('0.0001');

/**
 * A made-up market: drift, clusters of volatility, quiet spells, jumps within the day and
 * overnight, spreads that widen when prices run, names that move together. Everything follows
 * from the seed. It quotes and trades in the regular session, and once at `startAt` whatever
 * the hour, so that every name has a price from the start.
 */
export class GeneratedMarket implements MarketSource {
  readonly symbols: readonly string[];
  readonly history: readonly Bar[];
  readonly #startAt: Milliseconds;
  readonly #cadenceMs: number;
  readonly #calendar: Calendar;
  readonly #marketRandom: MarketRandom;
  readonly #names: readonly GeneratedName[];
  #dueAt: Milliseconds;
  #lastDate: string;
  #trades = 0;

  /** @throws when a scenario makes no sense; the message names it */
  constructor(options: GeneratorOptions) {
    const { seed, startAt, calendar, symbols, cadenceMs = 1_000, historyDays = 60 } = options;
    if (!(cadenceMs >= 1)) throw new RangeError(`cadenceMs is ${cadenceMs}; it must be at least 1`);
    this.symbols = symbols.map((scenario) => scenario.symbol);
    this.#startAt = startAt;
    this.#cadenceMs = cadenceMs;
    this.#calendar = calendar;
    this.#marketRandom = new MarketRandom(`${seed}/market`);
    this.#names = symbols.map(
      (scenario) => new GeneratedName(scenario, seed, sessionMs / cadenceMs),
    );
    this.history = symbols.flatMap((scenario) =>
      dailyHistory({ scenario, seed, calendar, before: startAt, days: historyDays }),
    );
    this.#dueAt = startAt;
    this.#lastDate = calendar.dateOf(startAt);
  }

  nextDueAt(): Milliseconds {
    return this.#dueAt;
  }

  next(): readonly MarketInput[] {
    const at = this.#dueAt;
    this.#dueAt = this.#instantAfter(at);
    const bars = this.#names.flatMap((name) => name.takeEndedBar(at));
    const isOpen = this.#isOpen(at);
    if (!isOpen && at > this.#startAt) return bars;
    if (at > this.#startAt) this.#move(at);
    const ticks = this.#names.flatMap((name) => {
      this.#trades += 1;
      return name.tick(at, this.#trades, isOpen);
    });
    return [...bars, ...ticks];
  }

  #move(at: Milliseconds): void {
    const date = this.#calendar.dateOf(at);
    const isNewDay = date !== this.#lastDate;
    this.#lastDate = date;
    const marketNormal = this.#marketRandom.normal();
    const ticksUntil = (until: Milliseconds): number => this.#countTicks(at, until);
    for (const name of this.#names) {
      name.move({ marketNormal, isNewDay, elapsedMs: at - this.#startAt, ticksUntil });
    }
  }

  #isOpen(at: Milliseconds): boolean {
    return this.#calendar.sessionAt(at) === 'regular';
  }

  /** The next tick, or the close that comes before it, which ends the last bar. */
  #instantAfter(at: Milliseconds): Milliseconds {
    if (!this.#isOpen(at)) return this.#calendar.nextOpen(at);
    return Math.min(at + this.#cadenceMs, this.#calendar.nextClose(at));
  }

  /** Ticks from `from` to `elapsedMs` after the start, both included; at least one. */
  #countTicks(from: Milliseconds, elapsedMs: number): number {
    let ticks = 1;
    const until = this.#startAt + elapsedMs;
    for (let at = this.#instantAfter(from); at <= until; at = this.#instantAfter(at)) {
      if (this.#isOpen(at)) ticks += 1;
    }
    return ticks;
  }
}

type Move = {
  readonly marketNormal: number;
  readonly isNewDay: boolean;
  readonly elapsedMs: number;
  readonly ticksUntil: (elapsedMs: number) => number;
};

class GeneratedName {
  readonly #symbol: string;
  readonly #spreadBps: number;
  readonly #random: MarketRandom;
  readonly #path: PricePath;
  readonly #events: PathEvent[];
  readonly #bars = new MinuteBars();

  constructor(scenario: SymbolScenario, seed: string, stepsPerDay: number) {
    const { annualDriftPercent = 0, annualVolatilityPercent = 30, spreadBps = 2 } = scenario;
    this.#symbol = scenario.symbol;
    this.#spreadBps = spreadBps;
    this.#random = new MarketRandom(`${seed}/${scenario.symbol}`);
    this.#events = inOrder(scenario);
    this.#path = new PricePath({
      startPrice: toNumber(decimal(scenario.startPrice)),
      dailyVolatility: annualVolatilityPercent / 100 / Math.sqrt(tradingDaysPerYear),
      dailyDrift: annualDriftPercent / 100 / tradingDaysPerYear,
      stepsPerDay,
      random: this.#random,
    });
  }

  move({ marketNormal, isNewDay, elapsedMs, ticksUntil }: Move): void {
    if (isNewDay) this.#path.passNight(marketNormal);
    for (let event = this.#events[0]; event !== undefined; event = this.#events[0]) {
      if (beginsAt(event) > elapsedMs) break;
      this.#events.shift();
      if ('gapPercent' in event) this.#path.gap(event.gapPercent);
      else this.#path.leadTo(event.driftPercent, ticksUntil(event.toMs));
    }
    this.#path.step(marketNormal);
  }

  takeEndedBar(at: Milliseconds): readonly MarketInput[] {
    const bar = this.#bars.takeEnded(at);
    return bar === null ? [] : [{ kind: 'bar', bar }];
  }

  /** A quote, and a trade at its bid or its ask; bars hold the trades of the session. */
  tick(at: Milliseconds, tradeId: number, isOpen: boolean): readonly MarketInput[] {
    const { price: middle, nervousness } = this.#path;
    // The smallest step of a price on US exchanges.
    const [tick, ticksPerDollar] = middle >= 1 ? [cent, 100] : [hundredthOfACent, 10_000];
    const spread = Math.max(
      1,
      Math.round((middle * ticksPerDollar * this.#spreadBps * nervousness) / 10_000),
    );
    const bid = Math.max(1, Math.round(middle * ticksPerDollar - spread / 2));
    const isBuy = this.#random.uniform() < 0.5;
    const amount = (ticks: number): Decimal => BigInt(ticks) * tick;
    const quote: Quote = {
      symbol: this.#symbol,
      at,
      bidPrice: amount(bid),
      askPrice: amount(bid + spread),
      bidSize: 100 * this.#random.integer(1, 12),
      askSize: 100 * this.#random.integer(1, 12),
    };
    const price = isBuy ? quote.askPrice : quote.bidPrice;
    const size = this.#random.integer(100, 500);
    const trade: Trade = { symbol: this.#symbol, at, price, size, id: tradeId };
    if (isOpen) this.#bars.add(trade);
    return [
      { kind: 'quote', quote },
      { kind: 'trade', trade },
    ];
  }
}

const beginsAt = (event: PathEvent): number => ('atMs' in event ? event.atMs : event.fromMs);

function inOrder({ symbol, events = [] }: SymbolScenario): PathEvent[] {
  const sorted = [...events].sort((a, b) => beginsAt(a) - beginsAt(b));
  let busyUntil = Number.NEGATIVE_INFINITY;
  for (const event of sorted) {
    const percent = 'gapPercent' in event ? event.gapPercent : event.driftPercent;
    const endsAt = 'toMs' in event ? event.toMs : event.atMs;
    const text = `the event ${JSON.stringify(event)} of ${symbol}`;
    if (!(percent > -100)) throw new RangeError(`${text} takes the price to zero or below`);
    if (!(endsAt >= beginsAt(event))) throw new RangeError(`${text} ends before it begins`);
    if (beginsAt(event) < busyUntil) throw new RangeError(`${text} begins within another one`);
    busyUntil = endsAt;
  }
  return sorted;
}
