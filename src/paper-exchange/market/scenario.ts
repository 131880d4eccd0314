import { decimal, toNumber } from '../core/basics/decimal.ts';
import type { PathEvent } from './price-path.ts';

export type SymbolScenario = {
  /** A pair of coins, for example `BTC/USD`, trades at any hour. */
  readonly symbol: string;
  /** Decimal digits, for example `187.50`. */
  readonly startPrice: string;
  /** What a year brings on average, in log prices; 0 when left out. */
  readonly annualDriftPercent?: number;
  /** 30 when left out, 60 for coins. */
  readonly annualVolatilityPercent?: number;
  /** Bid to ask in usual times, in hundredths of a percent; 2 when left out, a tick at least. */
  readonly spreadBps?: number;
  /** Names of one sector move together. Without one it only moves with the market. */
  readonly sector?: string;
  /** What of its variance is the market's, in percent; 30 when left out. */
  readonly marketVariancePercent?: number;
  /** What of its variance is its sector's, in percent; 25 when left out. */
  readonly sectorVariancePercent?: number;
  /** Shares or coins; 5,000,000 when left out. */
  readonly averageDailyVolume?: number;
  /** The date, in New York, from whose morning on it trades no longer. */
  readonly delistedOn?: string;
  /**
   * What must happen to this name, on top of the seed; times are milliseconds after
   * `startAt`. While the exchange is closed nothing moves: a gap then shows when it opens.
   */
  readonly events?: readonly PathEvent[];
  /**
   * Whether regimes, clusters of volatility, news, quiet spells, halts and volatility pauses come
   * over it by chance. When left out, only over names without `events`: a story that is told
   * stays as it is told.
   */
  readonly isLeftToChance?: boolean;
};

/** A scenario with what was left out filled in. */
export type Character = {
  readonly symbol: string;
  readonly startPrice: number;
  readonly isCoin: boolean;
  readonly dailyDrift: number;
  /** Of one day, as a fraction: 0.02 is two percent. */
  readonly dailyVolatility: number;
  readonly spreadBps: number;
  readonly sector: string | null;
  /** What the moves of the market, of the sector and its own are multiplied with. */
  readonly marketWeight: number;
  readonly sectorWeight: number;
  readonly ownWeight: number;
  readonly averageDailyVolume: number;
  readonly isLeftToChance: boolean;
};

const tradingDaysPerYear = 252;
const daysPerYear = 365;

export const isCoin = (symbol: string): boolean => symbol.includes('/');

/** @throws when the scenario makes no sense; the message names it */
export function characterOf(scenario: SymbolScenario): Character {
  const { symbol, sector = null, events = [], spreadBps = 2 } = scenario;
  const isPair = isCoin(symbol);
  const { annualDriftPercent = 0, annualVolatilityPercent = isPair ? 60 : 30 } = scenario;
  const { averageDailyVolume = 5_000_000, isLeftToChance = events.length === 0 } = scenario;
  const market = scenario.marketVariancePercent ?? 30;
  const ofSector = sector === null ? 0 : (scenario.sectorVariancePercent ?? 25);
  if (market < 0 || ofSector < 0 || market + ofSector > 100) {
    const shares = `${market} and ${ofSector} percent`;
    throw new RangeError(`market and sector make ${shares} of ${symbol}; allowed is 0 to 100`);
  }
  if (!(averageDailyVolume > 0)) {
    throw new RangeError(`the averageDailyVolume of ${symbol} is ${averageDailyVolume}`);
  }
  const days = isPair ? daysPerYear : tradingDaysPerYear;
  return {
    ...{ symbol, isCoin: isPair, sector, spreadBps, averageDailyVolume, isLeftToChance },
    startPrice: toNumber(decimal(scenario.startPrice)),
    dailyDrift: annualDriftPercent / 100 / days,
    dailyVolatility: annualVolatilityPercent / 100 / Math.sqrt(days),
    marketWeight: Math.sqrt(market / 100),
    sectorWeight: Math.sqrt(ofSector / 100),
    ownWeight: Math.sqrt(1 - (market + ofSector) / 100),
  };
}

export const beginsAt = (event: PathEvent): number => ('atMs' in event ? event.atMs : event.fromMs);

/** By time. @throws when two overlap or one makes no sense */
export function eventsInOrder({ symbol, events = [] }: SymbolScenario): PathEvent[] {
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
