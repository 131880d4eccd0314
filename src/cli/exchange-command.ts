import { Command, InvalidArgumentError } from 'commander';
import { type HttpListener, listen } from '../adapters/system/http-listener.ts';
import { SystemClock } from '../adapters/system/system-clock.ts';
import { isTicker } from '../domain/ids.ts';
import type { AccountOptions, OpeningPosition } from '../paper-exchange/core/types.ts';
import type { MarketOptions } from '../paper-exchange/exchange.ts';
import { list, wholeNumber } from './arguments.ts';
import { readBarFiles } from './bar-files.ts';
import { madeUpAccount, madeUpMarket, madeUpPositions } from './embedded-exchange.ts';
import { knownSplits } from './known-splits.ts';
import { openExchange } from './open-exchange.ts';
import { ScaledClock } from './scaled-clock.ts';
import { stopSignal } from './stop-signal.ts';

type Options = {
  readonly port: number;
  readonly seed: string;
  readonly account?: string;
  readonly positions?: readonly OpeningPosition[];
  readonly bars?: readonly string[];
  readonly speed: number;
};

const HOST = '127.0.0.1';

const explanation = `
Speaks Alpaca's REST and streams on this machine only, with an account that starts with
$100,000 and some positions. It prints what to set so that BigBrother, a bot or Alpaca's own
SDK uses it. It forgets everything when it stops.

Examples:
  bigbrother exchange --port 7777
  bigbrother exchange --positions AAPL:100@180.00,TSLA:-30@250.00
  bigbrother exchange --bars AAPL.csv,SPY.csv --speed 600   recorded prices, ten minutes a second

Made-up prices move while the New York market is open. With --bars or another --speed its time
is not the clock's on the wall, so a guard in another process finds its prices old.`;

export const exchangeCommand = (): Command =>
  new Command('exchange')
    .description('serves the paper exchange on this machine, for BigBrother and for bots')
    .option('--port <port>', 'port to listen on; 0 takes a free one', wholeNumber(0, 65_535), 7_777)
    .option('--seed <text>', 'the same seed makes the same prices', 'bigbrother')
    .option('--account <number>', 'account number; made from the seed when left out')
    .option(
      '--positions <list>',
      'symbol:shares@entry, separated by commas; negative is short',
      openingPositions,
    )
    .option('--bars <files>', 'CSV files named after their symbols, separated by commas', list)
    .option('--speed <factor>', 'how many seconds pass in one', wholeNumber(1, 100_000), 1)
    .addHelpText('after', explanation)
    .action((options: Options) => runExchange(options));

async function runExchange(options: Options): Promise<void> {
  const { market, startAt } = marketOf(options);
  const stopped = stopSignal();
  const account = madeUpAccount(openingOf(options), options.account);
  const clock = new ScaledClock(new SystemClock(), startAt, options.speed);
  const exchange = openExchange({ seed: options.seed, accounts: [account], market }, clock);
  const listener = await listen({
    host: HOST,
    port: options.port,
    onRequest: exchange.requestListener,
    onUpgrade: exchange.upgradeListener,
  });
  exchange.start();
  process.stdout.write(addressesOf(listener, account));
  await stopped;
  exchange.stop();
  await listener.close();
}

function marketOf({ bars, positions = [] }: Options): {
  readonly market: MarketOptions;
  readonly startAt: number;
} {
  if (bars !== undefined) {
    const series = readBarFiles(bars);
    const startAt = Math.min(...series.map((one) => one.bars[0]?.at ?? Number.POSITIVE_INFINITY));
    return { market: { kind: 'recorded', series, splits: knownSplits }, startAt };
  }
  const known = new Set(madeUpMarket.map(({ symbol }) => symbol));
  const more = positions
    .filter(({ symbol }) => !known.has(symbol))
    .map(({ symbol, averageEntryPrice }) => ({ symbol, startPrice: averageEntryPrice }));
  const symbols = [...madeUpMarket, ...more];
  return { market: { kind: 'generated', symbols }, startAt: new SystemClock().now() };
}

/** Recorded prices say nothing of what the account held, so it starts with what is named. */
const openingOf = ({ bars, positions }: Options): readonly OpeningPosition[] =>
  positions ?? (bars === undefined ? madeUpPositions : []);

function addressesOf({ host, port }: HttpListener, account: AccountOptions): string {
  const url = `http://${host}:${port}`;
  return [
    `APCA_API_BASE_URL=${url}`,
    `APCA_API_KEY_ID=${account.keyId}`,
    `APCA_API_SECRET_KEY=${account.secretKey}`,
    `# REST for trading and data: ${url}`,
    `# Trading stream: ws://${host}:${port}/stream   Data stream: ws://${host}:${port}/v2/iex`,
    '# Ctrl-C stops it.',
    '',
  ].join('\n');
}

function openingPositions(typed: string): readonly OpeningPosition[] {
  return list(typed).map((entry) => {
    const match = /^([^:@]+):(-?\d+(?:\.\d{1,9})?)@(\d+(?:\.\d{1,4})?)$/.exec(entry);
    const [, symbol = '', qty = '', averageEntryPrice = ''] = match ?? [];
    const isPosition = isTicker(symbol) && /[1-9]/.test(qty) && /[1-9]/.test(averageEntryPrice);
    if (isPosition) return { symbol, qty, averageEntryPrice };
    throw new InvalidArgumentError(`"${entry}"; allowed: symbol:shares@entry, as AAPL:100@180.00.`);
  });
}
