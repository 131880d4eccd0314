import { expect } from 'vitest';
import { formatDecimal, fromNumber } from '../../../src/paper-exchange/core/basics/decimal.ts';
import { quiet, type Stage } from './stage.ts';

const minuteMs = 60_000;

type Shown = { quote: Record<string, unknown>; trade: Record<string, unknown> };

const latest = async ({ ask }: Stage) => {
  const { json } = await ask('GET', '/v2/stocks/AAPL/quotes/latest?feed=iex');
  return (json as Partial<Shown>).quote;
};
const history = async ({ ask, clock }: Stage) => {
  const start = new Date(clock.now() - 60 * minuteMs).toISOString();
  const query = `symbols=AAPL&timeframe=1Min&feed=iex&start=${start}`;
  const { json } = await ask('GET', `/v2/stocks/bars?${query}`);
  return (json as { bars: { AAPL?: Record<string, unknown>[] } }).bars.AAPL ?? [];
};

/** Three finished minutes at 100, 101 and 102. */
function playBars({ exchange, clock }: Stage): void {
  for (const [place, close] of [100, 101, 102].entries()) {
    const price = fromNumber(close);
    const at = clock.now() - (3 - place) * minuteMs;
    exchange.tell({
      kind: 'bar',
      bar: {
        ...{ symbol: 'AAPL', at, durationMs: minuteMs, volume: 100, tradeCount: 1, vwap: price },
        ...{ open: price, high: price, low: price, close: price },
      },
    });
  }
}

const last = ({ core }: Stage, symbol: string): number =>
  Number(formatDecimal(core.latestTrade(symbol)?.price ?? 0n));

/** What each fault of the data is seen to do, by its id. */
export const dataEffects: Record<string, (stage: Stage) => Promise<void>> = {
  D01: async (stage) => {
    const { inject, quote, trade, openData, clock, faults } = stage;
    const data = await openData();
    inject('D01');
    const before = await latest(stage);
    await clock.advanceBy(60_000);
    quote('101', '101.02');
    trade('101');
    expect(await latest(stage)).toEqual(before);
    await quiet();
    expect(data.heard).toEqual([]);
    faults.remove('D01');
    expect(await latest(stage)).toMatchObject({ bp: 101 });
  },
  D02: async (stage) => {
    stage.inject('D02');
    const data = await stage.openData();
    stage.trade('100');
    stage.trade('100');
    stage.trade('100');
    await data.hears(3);
    expect(data.heard.map(({ p }) => p)).toEqual([1000, 1, 100]);
    expect(last(stage, 'AAPL')).toBe(100);
  },
  D03: async (stage) => {
    stage.inject('D03');
    const crossed = await latest(stage);
    expect(Number(crossed?.bp)).toBeGreaterThan(Number(crossed?.ap));
    expect(await latest(stage)).toMatchObject({ bp: 0, bs: 0, ap: 100.01 });
    expect(await latest(stage)).toMatchObject({ bp: 99.99, ap: 100.01 });
  },
  D04: async (stage) => {
    stage.inject('D04');
    expect(await latest(stage)).toMatchObject({ bp: 95, ap: 105 });
    const data = await stage.openData();
    stage.quote('99.99', '100.01');
    await data.hears(1);
    expect(data.heard[0]).toMatchObject({ T: 'q', bp: 95, ap: 105 });
  },
  D05: async ({ inject, ask }) => {
    const both = 'symbols=AAPL,SPY&feed=iex';
    inject('D05');
    const nulls = await ask('GET', `/v2/stocks/quotes/latest?${both}`);
    expect(nulls.json).toMatchObject({ quotes: { AAPL: { bp: null, ap: null } } });
    const missing = await ask('GET', `/v2/stocks/quotes/latest?${both}`);
    expect(missing.json.quotes).not.toHaveProperty('AAPL');
  },
  D06: async (stage) => {
    stage.inject('D06');
    const data = await stage.openData();
    stage.quote('100', '100.02');
    await data.hears(1);
    expect(data.heard[0]).toMatchObject({ bp: 100, ap: 100.02 });
    expect(await latest(stage)).toMatchObject({ bp: 101, ap: 101.0202 });
  },
  D07: async (stage) => {
    playBars(stage);
    const data = await stage.openData();
    const before = await history(stage);
    stage.inject('D07');
    await data.hears(1);
    expect(data.heard[0]).toMatchObject({ T: 'u', S: 'AAPL', h: 101, l: 99 });
    const after = await history(stage);
    expect(after.map(({ t }) => t)).toEqual(before.map(({ t }) => t).toReversed());
    expect(after[0]).toMatchObject({ h: 101, l: 99 });
  },
  D08: async (stage) => {
    playBars(stage);
    stage.inject('D08');
    expect(await history(stage)).toMatchObject([
      { c: 1000, v: 10 },
      { c: 1010, v: 10 },
      { c: 1020, v: 10 },
    ]);
    expect(await latest(stage)).toMatchObject({ bp: 99.99 });
  },
  D09: async (stage) => {
    playBars(stage);
    expect(await history(stage)).toHaveLength(3);
    stage.inject('D09');
    expect(await history(stage)).toEqual([]);
  },
  D10: async (stage) => {
    const before = ['AAPL', 'SPY'].map((symbol) => last(stage, symbol));
    stage.inject('D10');
    await stage.clock.advanceBy(2 * minuteMs);
    for (const [place, symbol] of ['AAPL', 'SPY'].entries()) {
      const ratio = last(stage, symbol) / (before[place] ?? 0);
      expect(ratio).toBeGreaterThan(0.65);
      expect(ratio).toBeLessThan(0.75);
    }
  },
  D11: async (stage) => {
    const spy = last(stage, 'SPY');
    const before = last(stage, 'AAPL');
    stage.inject('D11');
    await stage.clock.advanceBy(minuteMs);
    expect(last(stage, 'AAPL') / before).toBeLessThan(0.85);
    expect(last(stage, 'SPY') / spy).toBeGreaterThan(0.95);
  },
};
