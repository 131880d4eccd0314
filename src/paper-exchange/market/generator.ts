import { Random } from '../core/basics/random.ts';
import type { Bar, Calendar, DateText, JsonValue, Milliseconds } from '../core/basics/types.ts';
import type { Announcement } from '../core/corporate-actions/corporate-actions.ts';
import { ObjectGraph } from '../core/state/object-graph.ts';
import { BadPrints } from './bad-prints.ts';
import { Chance } from './chance.ts';
import { CoinFloor, type CoinState } from './coin-floor.ts';
import { dailyHistory } from './daily-history.ts';
import { savedFactorClasses } from './factors.ts';
import { GeneratedName, type Ids, type Scheduled } from './generated-name.ts';
import { MinuteBars } from './minute-bars.ts';
import { PriceBand } from './price-band.ts';
import { PricePath } from './price-path.ts';
import { PriceProcess } from './price-process.ts';
import { MarketRandom } from './random.ts';
import { type RegimeName, Regimes } from './regimes.ts';
import { characterOf, eventsInOrder, isCoin, type SymbolScenario } from './scenario.ts';
import { ShareFloor, type ShareState } from './share-floor.ts';
import type { MarketInput, MarketSource } from './source.ts';
import { Tape } from './tape.ts';
import { Timeline } from './timeline.ts';
import { Volatility } from './volatility.ts';

export type { SymbolScenario } from './scenario.ts';

export type GeneratorOptions = {
  readonly seed: string;
  readonly startAt: Milliseconds;
  readonly calendar: Calendar;
  readonly symbols: readonly SymbolScenario[];
  /** Time from one quote and trade of a name to the next; 1,000 when left out. */
  readonly cadenceMs?: number;
  /** Daily bars from before the start; 60 when left out. */
  readonly historyDays?: number;
  /** Whether shares are quoted, and now and then traded, before and after the session; true. */
  readonly extendedHours?: boolean;
  /** Whether they are from 20:00 to 04:00 too, which takes extended hours; false when left out. */
  readonly overnightHours?: boolean;
  /** The same from one quote in the extended hours to the next; a minute when left out. */
  readonly extendedCadenceMs?: number;
  /** The one the market is in for ever; when left out chance begins with one and switches. */
  readonly regime?: RegimeName;
  /** How often each name has news that make its price jump; 4 when left out. */
  readonly newsPerYear?: number;
  /** Prints far off the market, withdrawn later, for each name; 0 when left out. */
  readonly badPrintsPerDay?: number;
  /** Announced two weeks before their ex-date; prices follow when they take effect. */
  readonly corporateActions?: readonly Announcement[];
};

type State = {
  readonly symbols: readonly string[];
  readonly ids: Ids;
  readonly shares: ShareState;
  readonly coins: CoinState;
};

const minuteMs = 60_000;
const announcedBeforeMs = 14 * 24 * 60 * minuteMs;

/** The classes of everything in a state. */
const savedObjects = new ObjectGraph({
  ...savedFactorClasses,
  BadPrints,
  Chance,
  GeneratedName,
  MarketRandom,
  MinuteBars,
  PriceBand,
  PricePath,
  PriceProcess,
  Random,
  Regimes,
  Tape,
  Volatility,
});

/**
 * A made-up market: regimes, clusters of volatility, news, quiet spells, nights that end in
 * gaps, auctions, spreads that widen when prices run and at the edges of the session, names that
 * move with their market and their sector, halts and volatility pauses; coins around the clock.
 * Everything follows from the seed, and each concern of each name draws from a stream of its
 * own, so that one more changes nothing in the others. Every name has a price from `startAt` on.
 */
export class GeneratedMarket implements MarketSource {
  readonly symbols: readonly string[];
  readonly history: readonly Bar[];
  readonly past: readonly Announcement[] = [];
  readonly #shares: ShareFloor;
  readonly #coins: CoinFloor;
  readonly #hasShares: boolean;
  readonly #hasCoins: boolean;
  #ids: Ids = { next: 1 };

  /** @throws when a scenario makes no sense; the message names it */
  constructor(options: GeneratorOptions) {
    const { seed, startAt, calendar, symbols, cadenceMs = 1_000, extendedHours = true } = options;
    const { historyDays = 60, regime = null } = options;
    const extendedCadenceMs = options.extendedCadenceMs ?? Math.max(minuteMs, cadenceMs);
    for (const [name, value] of Object.entries({ cadenceMs, extendedCadenceMs })) {
      if (!(value >= 1)) throw new RangeError(`${name} is ${value}; it must be at least 1`);
    }
    this.symbols = symbols.map((scenario) => scenario.symbol);
    const coins = namesOf(
      options,
      symbols.filter(({ symbol }) => isCoin(symbol)),
    );
    const shares = namesOf(
      options,
      symbols.filter(({ symbol }) => !isCoin(symbol)),
    );
    this.#hasCoins = coins.length > 0;
    this.#hasShares = !this.#hasCoins || shares.length > 0;
    const overnightHours = extendedHours && options.overnightHours === true;
    const pace = { cadenceMs, extendedCadenceMs, extendedHours, overnightHours };
    const timeline = new Timeline({ calendar, ...pace });
    const common = { seed, startAt, calendar, timeline, regime };
    this.#shares = new ShareFloor({ ...common, ...pace, names: shares });
    this.#coins = new CoinFloor(seed, startAt, cadenceMs, coins);
    this.history =
      historyDays === 0
        ? []
        : dailyHistory(options, historyDays, (past) => new GeneratedMarket(past));
  }

  nextDueAt(): Milliseconds {
    const sharesAt = this.#hasShares ? this.#shares.dueAt : Number.POSITIVE_INFINITY;
    return this.#hasCoins ? Math.min(sharesAt, this.#coins.dueAt) : sharesAt;
  }

  next(): readonly MarketInput[] {
    const at = this.nextDueAt();
    const inputs: MarketInput[] = [];
    if (this.#hasShares && this.#shares.dueAt === at) this.#shares.next(this.#ids, inputs);
    if (this.#hasCoins && this.#coins.dueAt === at) this.#coins.next(this.#ids, inputs);
    return inputs;
  }

  save(): JsonValue {
    const [shares, coins] = [this.#shares.state, this.#coins.state];
    const state: State = { symbols: this.symbols, ids: this.#ids, shares, coins };
    return savedObjects.write(state);
  }

  /** @throws when the state is that of a market with other names */
  restore(json: JsonValue): void {
    const state = savedState(savedObjects.read(json));
    if (state.symbols.join() !== this.symbols.join()) {
      const names = `${state.symbols.join(', ')}, not ${this.symbols.join(', ')}`;
      throw new Error(`the saved market has the names ${names}; start it with the same ones`);
    }
    this.#ids = state.ids;
    this.#shares.resume(state.shares);
    this.#coins.resume(state.coins);
  }
}

function savedState(value: object): State {
  // Written by `save`, as the classes in it show.
  if ('symbols' in value && 'shares' in value && 'coins' in value) return value as State;
  throw new Error('this is not the saved state of a made-up market');
}

function namesOf(
  options: GeneratorOptions,
  scenarios: readonly SymbolScenario[],
): readonly GeneratedName[] {
  const { seed, newsPerYear = 4, badPrintsPerDay = 0 } = options;
  return scenarios.map((scenario) => {
    const [character, events] = [characterOf(scenario), eventsInOrder(scenario)];
    const schedule = scheduleOf(options, scenario);
    return new GeneratedName({ seed, character, events, schedule, newsPerYear, badPrintsPerDay });
  });
}

/** @throws when something takes effect before the market begins */
function scheduleOf(
  { calendar, startAt, corporateActions = [] }: GeneratorOptions,
  { symbol, delistedOn }: SymbolScenario,
): readonly Scheduled[] {
  const at = (date: DateText, announcement: Announcement | null): Scheduled => {
    const day = calendar.tradingDay(date) ?? calendar.tradingDayAfter(date);
    if (day.preOpenAt > startAt) {
      const announcedAt = calendar.midnightOf(date) - announcedBeforeMs;
      return { announcedAt, effectiveAt: day.preOpenAt, announcement };
    }
    const what = announcement === null ? 'delisting' : announcement.terms.kind;
    throw new RangeError(`the ${what} of ${symbol} on ${date} lies before the market begins`);
  };
  const own = corporateActions.filter(({ terms }) => terms.symbol === symbol);
  const schedule = own.map((announcement) => at(announcement.exDate, announcement));
  if (delistedOn !== undefined) schedule.push(at(delistedOn, null));
  return schedule.sort((one, other) => one.effectiveAt - other.effectiveAt);
}
