import { policySettings } from '../../policies/registry.ts';
import { VirtualClock } from '../adapters/system/virtual-clock.ts';
import { madeUpAccount } from '../cli/exchange/embedded-exchange.ts';
import { knownSplits } from '../cli/exchange/known-splits.ts';
import { openExchange } from '../cli/exchange/open-exchange.ts';
import type { Action } from '../cli/shared/action-teller.ts';
import type { Running } from '../compose.ts';
import { defaultSettings, type Settings } from '../config.ts';
import type { OpeningPosition } from '../paper-exchange/core/basics/types.ts';
import { PaperExchange } from '../paper-exchange/exchange.ts';
import type { BarSeries } from '../paper-exchange/market/bar-file.ts';
import { CyclePacer } from './cycle-pacer.ts';
import { EntryBot } from './entry-bot.ts';
import { ForgetfulAgent, placeForeignExit } from './other-hands.ts';
import { agentComesAt, endsAt, positions, startsAt } from './scenario.ts';

/** A market with its account, and the rules BigBrother guards it by. */
export type Stage = {
  readonly clock: VirtualClock;
  readonly exchange: PaperExchange;
  readonly settings: Settings;
  readonly opening: readonly OpeningPosition[];
  readonly endsAt: number;
  /** True where `startOthers` runs the cycles: in most intervals of years nothing happens. */
  readonly isPaced: boolean;
  /** What is played, with its story in a few words. */
  readonly symbols: readonly { readonly symbol: string; readonly story: string }[];
  /** What another bot did before BigBrother came. */
  prepare(): Promise<void>;
  /** Whoever else has a hand in the account: a bot, or an agent that asks for plans. */
  startOthers(running: Running, tell: (action: Action) => void): void;
};

/** About what a real account sees; nothing happens within the call that asks for it. */
const LATENCIES = { newMs: 3, fillMs: 5, cancelMs: 20, replaceMs: 10 } as const;

/** Ten positions through a scripted evening, night and day. */
export function scriptedDay(seed: number, dataDirectory: string): Stage {
  const clock = new VirtualClock(startsAt);
  const opening = positions.map(({ symbol, quantity, entryPrice }) => ({
    symbol,
    qty: quantity,
    averageEntryPrice: entryPrice,
  }));
  const symbols = positions.map(({ symbol, entryPrice, events }) => ({
    symbol,
    startPrice: entryPrice,
    annualVolatilityPercent: 9,
    events,
  }));
  const exchange = new PaperExchange(
    {
      seed: `demo-${seed}`,
      accounts: [madeUpAccount(opening)],
      market: { kind: 'generated', symbols, cadenceMs: 15_000 },
      latencies: LATENCIES,
    },
    clock,
  );
  const settings = withRules(defaultSettings('execute', dataDirectory), {
    // Fills and order events do not wait for it; prices move every 15 seconds.
    loopIntervalMs: 30_000,
    policies: policySettings.parse({
      stopLoss: { percent: '2' },
      stopLimit: { minimumOffsetBps: 30, offsetAtrFraction: '0' },
      trailingStop: { triggerR: '1', trailPercent: '1.5' },
    }),
  });
  return {
    clock,
    exchange,
    settings,
    opening,
    endsAt,
    isPaced: false,
    symbols: positions,
    prepare: () => placeForeignExit(exchange),
    startOthers: ({ bigBrother }, tell) =>
      new ForgetfulAgent(bigBrother, clock, tell).start(agentComesAt - startsAt),
  };
}

const HOUR_MS = 3_600_000;

/** Recorded bars from first to last, with an app beside BigBrother that keeps buying. */
export function recordedYears(
  seed: number,
  series: readonly BarSeries[],
  dataDirectory: string,
): Stage {
  const firstAt = Math.min(...series.map(({ bars }) => bars[0]?.at ?? Number.POSITIVE_INFINITY));
  const lastAt = Math.max(
    ...series.map(({ bars, durationMs }) => (bars.at(-1)?.at ?? 0) + durationMs),
  );
  const longestBarMs = Math.max(HOUR_MS, ...series.map(({ durationMs }) => durationMs));
  const clock = new VirtualClock(firstAt);
  const exchange = openExchange(
    {
      seed: `bars-${seed}`,
      accounts: [madeUpAccount([])],
      market: { kind: 'recorded', series, splits: knownSplits },
      latencies: LATENCIES,
    },
    clock,
  );
  const symbols = series.map(({ symbol }) => symbol);
  const settings = withRules(defaultSettings('execute', dataDirectory), {
    // Prices come four times a bar, so that is how old they may be.
    policies: policySettings.parse({ freshData: { quoteForExitsMs: longestBarMs } }),
  });
  const bot = new EntryBot(exchange, clock, symbols);
  return {
    clock,
    exchange,
    settings,
    opening: [],
    endsAt: lastAt + HOUR_MS,
    isPaced: true,
    symbols: symbols.map((symbol) => ({ symbol, story: 'recorded prices' })),
    prepare: () => Promise.resolve(),
    startOthers: (running) => {
      new CyclePacer(running, clock).follow(exchange);
      bot.start();
    },
  };
}

const withRules = (settings: Settings, rules: Partial<Settings['rules']>): Settings => ({
  ...settings,
  rules: { ...settings.rules, ...rules },
});
