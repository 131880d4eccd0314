import { type Decimal, decimal, larger, roundTo, smaller, ZERO } from '../core/basics/decimal.ts';
import type { Bar, Calendar, DateText, Milliseconds } from '../core/basics/types.ts';
import type { GeneratorOptions } from './generator.ts';
import { isCoin } from './scenario.ts';
import type { MarketSource } from './source.ts';

const dayMs = 86_400_000;
const stepMs = 15 * 60_000;
const sharesOfATrade = 120;

type Day = { -readonly [Field in keyof Bar]: Bar[Field] };

/**
 * Daily bars of every name, oldest first, up to the day before the start. They come from a market
 * of the same kind that is played coarsely, and are scaled so that they end at the prices at which
 * the scenarios start.
 */
export function dailyHistory(
  options: GeneratorOptions,
  days: number,
  open: (options: GeneratorOptions) => MarketSource,
): readonly Bar[] {
  const { calendar, startAt, symbols, corporateActions: _, badPrintsPerDay: __, ...same } = options;
  const today = calendar.dateOf(startAt);
  let first = today;
  for (let count = 0; count < days; count += 1) first = calendar.tradingDayBefore(first).date;
  const market = open({
    ...same,
    ...{ calendar, seed: `${options.seed}/history`, startAt: calendar.midnightOf(first) },
    symbols: symbols.map(({ events: _, delistedOn: __, ...scenario }) => scenario),
    ...{ cadenceMs: stepMs, historyDays: 0, extendedHours: false },
  });
  const bars = daysOf(market, calendar, calendar.midnightOf(today));
  return symbols.flatMap(({ symbol, startPrice }) =>
    scaled(bars.get(symbol) ?? [], decimal(startPrice), isCoin(symbol)),
  );
}

/** Puts the bars of each day together, up to an instant. */
function daysOf(
  market: MarketSource,
  calendar: Calendar,
  until: Milliseconds,
): ReadonlyMap<string, readonly Bar[]> {
  const bySymbol = new Map(market.symbols.map((symbol): [string, Day[]] => [symbol, []]));
  for (;;) {
    const dueAt = market.nextDueAt();
    if (dueAt === null || dueAt > until) return bySymbol;
    for (const input of market.next()) {
      if (input.kind !== 'bar') continue;
      const days = bySymbol.get(input.bar.symbol);
      if (days !== undefined) addTo(days, input.bar, calendar.dateOf(input.bar.at), calendar);
    }
  }
}

function addTo(days: Day[], bar: Bar, date: DateText, calendar: Calendar): void {
  const at = calendar.midnightOf(date);
  const day = days.at(-1);
  if (day === undefined || day.at !== at) {
    days.push({ ...bar, at, durationMs: dayMs });
    return;
  }
  day.high = larger(day.high, bar.high);
  day.low = smaller(day.low, bar.low);
  day.close = bar.close;
  day.volume += bar.volume;
  day.vwap = (day.high + day.low + day.close) / 3n;
}

function scaled(days: readonly Bar[], end: Decimal, isPair: boolean): readonly Bar[] {
  const close = days.at(-1)?.close ?? ZERO;
  if (close === ZERO) return [];
  const price = (value: Decimal): Decimal => {
    const moved = (value * end) / close;
    return larger(roundTo(moved, decimalsOf(moved, isPair)), 1n);
  };
  return days.map((day) => ({
    ...day,
    open: price(day.open),
    high: price(day.high),
    low: price(day.low),
    close: price(day.close),
    vwap: price(day.vwap),
    tradeCount: Math.ceil(day.volume / sharesOfATrade),
  }));
}

function decimalsOf(price: Decimal, isPair: boolean): number {
  const isAboveOne = price >= decimal('1');
  if (!isPair) return isAboveOne ? 2 : 4;
  return isAboveOne ? 4 : 8;
}
