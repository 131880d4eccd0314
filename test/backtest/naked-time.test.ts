import { beforeAll, describe, expect, it } from 'vitest';
import { Counter } from '../../simulation/storm/counter.ts';
import type { Setup } from '../../src/backtest/portfolio.ts';
import { defaultSettings } from '../../src/config.ts';
import { playable, priceBars } from '../../src/demo/backtest/bar-loader.ts';
import { type FaithfulOutcome, playFaithfully } from '../../src/demo/backtest/faithful-path.ts';
import type { PaperExchange } from '../../src/paper-exchange/exchange.ts';
import { parseBarFile } from '../../src/paper-exchange/market/bar-file.ts';

const DAY_MS = 86_400_000;
/** A fall through a stop and its limit within a day, and one over a night. */
const ROWS = [
  '2026-01-07,100,101,99,100.5',
  '2026-01-08,101,103,100,102',
  '2026-01-09,102,103,84,85',
  '2026-01-12,86,88,85,87',
  '2026-01-13,87,88,86,87',
  '2026-01-14,75,76,74,75',
  '2026-01-15,75,76,74,75.5',
];

/** Shares times seconds in the session, counted at the exchange by code of its own. */
function counterAt({ core, calendar }: PaperExchange): Counter {
  const secondsBetween = (from: number, to: number): number => {
    let inSession = 0;
    for (let at = from; at < to + DAY_MS; at += DAY_MS) {
      const day = calendar.tradingDay(calendar.dateOf(at));
      if (day === null) continue;
      inSession += Math.max(0, Math.min(to, day.closeAt) - Math.max(from, day.openAt));
    }
    return inSession / 1_000;
  };
  const counter = new Counter(core, core.accountIds[0] ?? '', secondsBetween);
  counter.begin();
  return counter;
}

describe('naked time over bars at the pace of their prices', () => {
  let outcome: FaithfulOutcome;
  let counted: number;

  beforeAll(async () => {
    const text = ['time,open,high,low,close,volume', ...ROWS.map((row) => `${row},1000000`)];
    const file = parseBarFile({ file: 'AAPL.csv', symbol: 'AAPL', text: text.join('\n') });
    const series = playable([file], { from: null, to: null }).map((one) => one.series);
    const setup: Setup = {
      series: series.map((one) => ({
        bars: priceBars(one),
        entries: { kind: 'always', firstBar: 0, againAfterBars: 1 },
      })),
      ...{ cash: 1_000_000_000, fills: 'prints', spreadBps: 2, costBps: 0 },
    };
    const counters: Counter[] = [];
    const { rules } = defaultSettings('execute', '');
    outcome = await playFaithfully({
      ...{ setup, series, rules, stopwatch: () => 0, onProgress: () => undefined },
      onExchange: (exchange) => void counters.push(counterAt(exchange)),
    });
    counted = counters[0]?.counted().nakedShareSeconds ?? 0;
  }, 120_000);

  it('is in the journal what the exchange counts, within one percent', () => {
    const measured = Number(outcome.demo.naked_share_seconds);
    expect(counted).toBeGreaterThan(0);
    expect(Math.abs(measured - counted)).toBeLessThan(0.01 * counted);
  });
});
