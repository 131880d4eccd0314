import { policySettings } from '../policies/registry.ts';
import { guardOf, runFastPath } from '../src/backtest/fast-path.ts';
import type { PriceBars } from '../src/backtest/price-bars.ts';
import { profitOf, rMultipleOf } from '../src/backtest/trade.ts';
import { ticker } from '../src/domain/ids.ts';
import { grademarkOver } from './grademark-peer.ts';
import { compare, type Row } from './harness.ts';

const BARS = 1_000_000;
const BARS_A_DAY = 390;

/**
 * Minutes of a share that never jumps: each bar opens where the last one closed, so that a stop
 * always has a price to fill at and both sides fill it there.
 */
function minutes(yearlyVolatility: number): PriceBars {
  const next = generator(20_260_107);
  const swing = yearlyVolatility / Math.sqrt(252 * BARS_A_DAY) / 2;
  const column = () => new Float64Array(BARS);
  const [open, high, low, close] = [column(), column(), column(), column()];
  let cents = 10_000;
  for (let bar = 0; bar < BARS; bar += 1) {
    open[bar] = cents * 100;
    let [most, least] = [cents, cents];
    for (let step = 0; step < 4; step += 1) {
      cents = Math.max(1_000, Math.round(cents * (1 + swing * next())));
      most = Math.max(most, cents);
      least = Math.min(least, cents);
    }
    [high[bar], low[bar], close[bar]] = [most * 100, least * 100, cents * 100];
  }
  const days = Array.from({ length: Math.ceil(BARS / BARS_A_DAY) }, (_, day) => `day ${day}`);
  return {
    symbol: ticker('SPY'),
    openAt: Float64Array.from({ length: BARS }, (_, bar) => bar * 60_000),
    ...{ open, high, low, close, days },
    dayOf: Int32Array.from({ length: BARS }, (_, bar) => Math.floor(bar / BARS_A_DAY)),
    secondsOf: Float64Array.from(days, () => 23_400),
  };
}

/** Deviates with mean 0 and about unit variance: twelve even ones, less six. */
function generator(seed: number): () => number {
  let state = seed;
  const even = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 4_294_967_296;
  };
  return () => Array.from({ length: 12 }, even).reduce((sum, each) => sum + each, -6);
}

const round = (value: number): string => value.toFixed(6);

/** A million bars through the production policies against grademark, on the same trades. */
export async function backtestBars(rules: 'as they come' | 'tight'): Promise<Row> {
  const isTight = rules === 'tight';
  const settings = policySettings.parse(
    isTight ? { stopLoss: { percent: 2 }, trailingStop: { trailPercent: 2 } } : {},
  );
  const bars = minutes(isTight ? 0.4 : 0.2);
  const theirs = await grademarkOver(bars, {
    stopPercent: isTight ? 2 : 8,
    triggerR: 1,
    trailPercent: isTight ? 2 : 5,
    minimumStepBps: 25,
  });
  const guard = guardOf(settings, ['stop-loss', 'trailing-stop']);
  const ours = () =>
    runFastPath({
      ...{ bars, guard, cash: 10_000_000_000, spreadBps: 0, costBps: 0 },
      // grademark buys two bars after a stop, and guards from the bar after a purchase on.
      entries: { kind: 'always', firstBar: 1, againAfterBars: 2 },
      ...{ fills: 'levels', guardsFrom: 'next_bar' },
    }).trades;
  const same = () => {
    const [mine, its] = [ours(), theirs()];
    const sum = (values: readonly number[]) => round(values.reduce((all, one) => all + one, 0));
    const cents = sum(mine.map((trade) => profitOf(trade) / trade.quantity / 100));
    const itsCents = sum(its.map(({ profit }) => profit));
    const r = sum(mine.map((trade) => rMultipleOf(trade) ?? 0));
    const itsR = sum(its.map(({ rmultiple = 0 }) => rmultiple));
    if (mine.length === its.length && cents === itsCents && r === itsR) return mine.length;
    throw new Error(
      `the trades differ: ${mine.length}, ${cents} cents a share and ${r} R; grademark ` +
        `${its.length}, ${itsCents} cents a share and ${itsR} R`,
    );
  };
  const trades = same();
  return compare({
    name: isTight ? 'backtest-bars-tight' : 'backtest-bars',
    peer: 'grademark 0.3.0',
    aim: 'at least 15',
    note:
      `the same ${trades} trades, gain and R; ` +
      (isTight ? '2 % stop trailing at 2 %' : 'the default stop and trailing stop'),
    gate: () => undefined,
    ...{ ours, theirs, oursUnits: BARS, theirsUnits: BARS, unit: 'bars' },
  });
}
