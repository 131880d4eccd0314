import { parseArgs } from 'node:util';
import { VirtualClock, whileTimePasses } from '../../src/adapters/system/virtual-clock.ts';
import type { BacktestFigures } from '../../src/backtest/figures.ts';
import { cashOfEach, outcomeOf, type Setup } from '../../src/backtest/portfolio.ts';
import { readBarFiles } from '../../src/cli/shared/bar-files.ts';
import { defaultSettings } from '../../src/config.ts';
import { playable, priceBars } from '../../src/demo/backtest/bar-loader.ts';
import { exchangeFor, keepBooks, playFaithfully } from '../../src/demo/backtest/faithful-path.ts';
import { FillLedger } from '../../src/demo/backtest/fill-ledger.ts';
import type { PaperExchange } from '../../src/paper-exchange/exchange.ts';
import type { BarSeries } from '../../src/paper-exchange/market/bar-file.ts';
import { type Counted, Counter } from '../storm/counter.ts';
import { startOldBot } from './old-bot.ts';
import { PrintClock } from './print-clock.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

type World = { readonly setup: Setup; readonly series: readonly BarSeries[] };
type Played = { readonly figures: BacktestFigures; readonly seen: Counted };

/** The old bot, then BigBrother, on the same bars, each watched from the exchange alone. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      bars: { type: 'string', multiple: true, default: [] },
      from: { type: 'string' },
      to: { type: 'string' },
    },
  });
  const loaded = playable(readBarFiles(values.bars), {
    from: values.from ?? null,
    to: values.to ?? null,
  });
  const series = loaded.map((one) => one.series);
  const setup: Setup = {
    series: series.map((one) => ({
      bars: priceBars(one),
      entries: { kind: 'always', firstBar: 0, againAfterBars: 5 },
    })),
    ...{ cash: 1_000_000_000, fills: 'prints', spreadBps: 2, costBps: 0 },
  };
  say('old bot', await playOldBot({ setup, series }));
  say('BigBrother', await playBigBrother({ setup, series }));
}

function say(name: string, { figures, seen }: Played): void {
  process.stdout.write(`${JSON.stringify({ name, ...figures, ...seen })}\n`);
}

/** Counts at an exchange from its first request on; the hours between sessions do not count. */
function counterAt() {
  const counters: Counter[] = [];
  const onExchange = ({ core, calendar }: PaperExchange): void => {
    const counter = new Counter(core, core.accountIds[0] ?? '', (from, to) => {
      let inSession = 0;
      for (let at = from; at < to + DAY_MS; at += DAY_MS) {
        const day = calendar.tradingDay(calendar.dateOf(at));
        if (day === null) continue;
        inSession += Math.max(0, Math.min(to, day.closeAt) - Math.max(from, day.openAt));
      }
      return inSession / 1_000;
    });
    counter.begin();
    counters.push(counter);
  };
  const onCarriedOut: Counter['carriedOut'] = (request, response) =>
    counters[0]?.carriedOut(request, response);
  const seen = (): Counted => {
    const [counter] = counters;
    if (counter === undefined) throw new Error('no exchange was opened');
    return counter.counted();
  };
  return { onExchange, onCarriedOut, seen };
}

async function playBigBrother(world: World): Promise<Played> {
  const { seen, ...watching } = counterAt();
  const { rules } = defaultSettings('execute', '');
  const { figures } = await playFaithfully({
    ...{ ...world, ...watching, rules, stopwatch: () => 0, onProgress: () => undefined },
  });
  return { figures, seen: seen() };
}

async function playOldBot(world: World): Promise<Played> {
  const { setup, series } = world;
  const { onExchange, onCarriedOut, seen } = counterAt();
  const clock = new VirtualClock(Math.min(...series.map(({ bars }) => bars[0]?.at ?? 0)));
  const exchange = exchangeFor({ ...world, onCarriedOut }, clock);
  onExchange(exchange);
  const ledgers = setup.series.map(
    ({ bars, entries }) => new FillLedger(bars, entries, cashOfEach(setup), setup),
  );
  exchange.start();
  const paced = new PrintClock(clock);
  const { keyId, secretKey } = exchange.credentials;
  const connection = {
    ...{ keyId, secret: secretKey, endpoint: { url: 'http://127.0.0.1' } },
    ...{ fetchApi: exchange.fetchApi, wsFactory: exchange.wsFactory },
  };
  const bot = await whileTimePasses(clock, startOldBot({ connection, clock: paced }));
  exchange.core.subscribe(({ kind }) => {
    if (kind === 'trade') paced.printed();
  });
  keepBooks(exchange, ledgers);
  const ends = series.map(({ bars, durationMs }) => (bars.at(-1)?.at ?? 0) + durationMs);
  const endsAt = Math.max(...ends) + HOUR_MS;
  while (clock.now() < endsAt) await clock.advanceTo(Math.min(clock.now() + DAY_MS, endsAt));
  const counted = seen();
  bot.stop();
  exchange.stop();
  const { figures } = outcomeOf(
    ledgers.map((ledger) => ledger.run(0)),
    counted.nakedShareSeconds,
  );
  return { figures, seen: counted };
}

await main();
