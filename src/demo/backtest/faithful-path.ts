import { VirtualClock } from '../../adapters/system/virtual-clock.ts';
import { cashOfEach, type Outcome, outcomeOf, type Setup } from '../../backtest/portfolio.ts';
import { dollars } from '../../backtest/price-bars.ts';
import { madeUpAccount } from '../../cli/exchange/embedded-exchange.ts';
import { openExchange } from '../../cli/exchange/open-exchange.ts';
import type { Running } from '../../compose.ts';
import { defaultSettings, type Settings } from '../../config.ts';
import type { PaperExchange, PaperExchangeOptions } from '../../paper-exchange/exchange.ts';
import type { BarSeries } from '../../paper-exchange/market/bar-file.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Rules } from '../../settings-file.ts';
import type { DemoFigures } from '../figures.ts';
import { PlainClient, Refusal } from '../plain-client.ts';
import { runDemo } from '../run-demo.ts';
import type { Stage } from '../stage.ts';
import { FillLedger } from './fill-ledger.ts';
import { PrintPacer } from './print-pacer.ts';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

/** About what a real account sees; nothing happens within the call that asks for it. */
const LATENCIES = { newMs: 3, fillMs: 5, cancelMs: 20, replaceMs: 10 } as const;

export type FaithfulRun = {
  readonly setup: Setup;
  readonly series: readonly BarSeries[];
  readonly rules: Rules;
  readonly stopwatch: () => number;
  readonly onProgress: (at: number) => void;
  /** For those who count at the exchange, beside what BigBrother says of itself. */
  readonly onExchange?: (exchange: PaperExchange) => void;
  readonly onCarriedOut?: PaperExchangeOptions['onCarriedOut'];
};

export type FaithfulOutcome = Outcome & { readonly demo: DemoFigures };

/**
 * Bars through the paper exchange, the Alpaca SDK, and the whole of BigBrother under a virtual
 * clock: its engine, policies, guardrails, coordinator and journal, as they run in production.
 */
export async function playFaithfully(run: FaithfulRun): Promise<FaithfulOutcome> {
  const { setup, stopwatch } = run;
  const ledgers = setup.series.map(
    ({ bars, entries }) => new FillLedger(bars, entries, cashOfEach(setup), setup),
  );
  const stage = stageOf(run, ledgers);
  const { figures } = await runDemo({
    ...{ seed: 1, stage, journal: 'memory', stepMs: DAY_MS, stopwatch },
    ...{ onStart: () => undefined, onAction: () => undefined },
    onProgress: () => run.onProgress(stage.clock.now()),
  });
  const runs = ledgers.map((ledger) => ledger.run(0));
  return { ...outcomeOf(runs, Number(figures.naked_share_seconds)), demo: figures };
}

function stageOf(run: FaithfulRun, ledgers: readonly FillLedger[]): Stage {
  const { series, rules } = run;
  const firstAt = Math.min(...series.map(({ bars }) => bars[0]?.at ?? Number.POSITIVE_INFINITY));
  const lastAt = Math.max(
    ...series.map(({ bars, durationMs }) => (bars.at(-1)?.at ?? 0) + durationMs),
  );
  const longestBarMs = Math.max(HOUR_MS, ...series.map(({ durationMs }) => durationMs));
  const clock = new VirtualClock(firstAt);
  const exchange = exchangeFor(run, clock);
  run.onExchange?.(exchange);
  return {
    clock,
    exchange,
    settings: settingsFor(rules, longestBarMs),
    opening: [],
    endsAt: lastAt + HOUR_MS,
    isPaced: true,
    symbols: series.map(({ symbol }) => ({ symbol, story: 'recorded prices' })),
    prepare: () => Promise.resolve(),
    startOthers: (running: Running) => {
      new PrintPacer(running, clock).follow(exchange);
      keepBooks(exchange, ledgers);
    },
  };
}

/** Recorded bars with an account that has the money of the setup. */
export function exchangeFor(
  { setup, series, onCarriedOut }: Pick<FaithfulRun, 'setup' | 'series' | 'onCarriedOut'>,
  clock: Clock,
): PaperExchange {
  return openExchange(
    {
      seed: 'backtest',
      accounts: [{ ...madeUpAccount([]), cash: String(dollars(setup.cash)) }],
      market: { kind: 'recorded', series, spreadBps: setup.spreadBps },
      latencies: LATENCIES,
      ...(onCarriedOut === undefined ? {} : { onCarriedOut }),
    },
    clock,
  );
}

function settingsFor(rules: Rules, longestBarMs: number): Settings {
  const { policies } = rules;
  return {
    ...defaultSettings('execute', ''),
    rules: {
      ...rules,
      mode: 'execute',
      // Prices come four times a bar, so that is how old they may be.
      policies: {
        ...policies,
        freshData: { ...policies.freshData, quoteForExitsMs: longestBarMs },
      },
    },
  };
}

/** Somebody else buys, as a user's own app would; what is executed is booked. */
export function keepBooks(exchange: PaperExchange, ledgers: readonly FillLedger[]): void {
  const client = new PlainClient(exchange);
  const bySymbol = new Map(ledgers.map((ledger) => [String(ledger.bars.symbol), ledger]));
  let orders = 0;
  exchange.core.subscribe((event) => {
    if (event.kind === 'trade_update') bySymbol.get(event.order.symbol)?.see(event);
    if (event.kind !== 'trade') return;
    const { symbol } = event.trade;
    const ledger = bySymbol.get(symbol);
    const shares = ledger?.sharesDue(event.at) ?? 0;
    if (shares === 0) return;
    orders += 1;
    const purchase = client.order({
      ...{ symbol, qty: String(shares), side: 'buy', type: 'market', time_in_force: 'day' },
      client_order_id: `backtest-${orders}`,
    });
    void purchase.catch((error: unknown) => {
      if (!(error instanceof Refusal)) throw error;
      ledger?.notBought();
    });
  });
}
