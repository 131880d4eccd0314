import { type Decimal, decimal, fromNumber, toNumber } from '../core/decimal.ts';
import type { Bar, Calendar, Milliseconds } from '../core/types.ts';
import { MarketRandom } from './random.ts';

export type HistoryOptions = {
  readonly scenario: {
    readonly symbol: string;
    readonly startPrice: string;
    readonly annualVolatilityPercent?: number;
  };
  readonly seed: string;
  readonly calendar: Calendar;
  /** The bars lie before the date of this instant. */
  readonly before: Milliseconds;
  readonly days: number;
};

const stepsPerDay = 26;
const dayMs = 86_400_000;

/** Daily bars, oldest first, whose last close is the price at which the scenario starts. */
export function dailyHistory(options: HistoryOptions): readonly Bar[] {
  const { scenario, seed, calendar, before, days } = options;
  const { symbol, startPrice, annualVolatilityPercent = 30 } = scenario;
  const random = new MarketRandom(`${seed}/${symbol}/history`);
  const stepVolatility = annualVolatilityPercent / 100 / Math.sqrt(252 * stepsPerDay);

  // Walked backwards, so that the way ends at the price that is given.
  const bars: Bar[] = [];
  let price = toNumber(decimal(startPrice));
  let day = calendar.tradingDayBefore(calendar.dateOf(before));
  for (let count = 0; count < days; count += 1) {
    const prices = [price];
    for (let step = 0; step < stepsPerDay; step += 1) {
      price *= Math.exp(stepVolatility * random.normal());
      prices.unshift(price);
    }
    bars.unshift(dailyBar(symbol, calendar.midnightOf(day.date), prices, random));
    day = calendar.tradingDayBefore(day.date);
  }
  return bars;
}

function dailyBar(
  symbol: string,
  at: Milliseconds,
  prices: readonly number[],
  random: MarketRandom,
): Bar {
  const amount = (price: number | undefined): Decimal => {
    const known = price ?? 0;
    return fromNumber(known, known >= 1 ? 2 : 4);
  };
  const tradeCount = random.integer(20_000, 80_000);
  const mean = prices.reduce((sum, price) => sum + price, 0) / prices.length;
  return {
    symbol,
    at,
    durationMs: dayMs,
    open: amount(prices[0]),
    high: amount(Math.max(...prices)),
    low: amount(Math.min(...prices)),
    close: amount(prices.at(-1)),
    volume: tradeCount * random.integer(90, 160),
    tradeCount,
    vwap: amount(mean),
  };
}
