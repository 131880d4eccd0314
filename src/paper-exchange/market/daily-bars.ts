import { larger, smaller } from '../core/decimal.ts';
import type { Bar, Calendar, Milliseconds } from '../core/types.ts';
import type { BarSeries } from './bar-file.ts';

const dayMs = 86_400_000;

/** One bar per day, oldest first, out of the bars before the day of an instant. */
export function dailyBars(
  series: BarSeries,
  calendar: Calendar,
  instant: Milliseconds,
): readonly Bar[] {
  const end = calendar.midnightOf(calendar.dateOf(instant));
  const days: Bar[] = [];
  for (const bar of series.bars) {
    if (bar.at >= end) break;
    const at = calendar.midnightOf(calendar.dateOf(bar.at));
    const day = days.at(-1);
    if (day === undefined || day.at !== at) days.push({ ...bar, at, durationMs: dayMs });
    else days[days.length - 1] = merge(day, bar);
  }
  return days;
}

function merge(day: Bar, bar: Bar): Bar {
  const volume = day.volume + bar.volume;
  const weighted = day.vwap * BigInt(day.volume) + bar.vwap * BigInt(bar.volume);
  return {
    ...day,
    high: larger(day.high, bar.high),
    low: smaller(day.low, bar.low),
    close: bar.close,
    volume,
    tradeCount: day.tradeCount + bar.tradeCount,
    vwap: volume === 0 ? day.vwap : weighted / BigInt(volume),
  };
}
