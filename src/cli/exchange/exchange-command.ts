import { Command } from 'commander';
import { listen } from '../../adapters/system/http-listener.ts';
import { RandomIds } from '../../adapters/system/random-ids.ts';
import { SystemClock } from '../../adapters/system/system-clock.ts';
import type { PaperExchange } from '../../paper-exchange/exchange.ts';
import type { OracleViolation } from '../../paper-exchange/oracle/rules.ts';
import { servePage } from '../../paper-exchange/page/page.ts';
import { wholeNumber } from '../shared/arguments.ts';
import { UsageError } from '../shared/failure.ts';
import { RunLog } from '../shared/run-log.ts';
import { stopSignal } from '../shared/stop-signal.ts';
import { type Announced, addressesOf, startFacts } from './exchange-addresses.ts';
import { ExchangeClock } from './exchange-clock.ts';
import { type ExchangeOptions, worldOptions } from './exchange-options.ts';
import { probeCommand } from './exchange-probe-command.ts';
import {
  readExchange,
  type SavedExchange,
  saveEveryMinute,
  writeExchange,
} from './exchange-state.ts';
import { exchangeOf, newWorld, type World } from './exchange-world.ts';
import { openExchange } from './open-exchange.ts';

const HOST = '127.0.0.1';

const explanation = `
Speaks Alpaca's REST and streams on this machine only, and prints what to set so that BigBrother,
a bot or Alpaca's own SDK uses it. A page at / shows what happens. An account starts with
$100,000 and some positions; without --state all of it is forgotten when it stops.

Examples:
  bigbrother exchange --port 7777
  bigbrother exchange --state exchange.json                  goes on where it stopped
  bigbrother exchange --positions AAPL:100@180.00,TSLA:-30@250.00
  bigbrother exchange --account cash --positions positions.csv
  bigbrother exchange --accounts accounts.json               several accounts, each with its keys
  bigbrother exchange --bars AAPL.csv,SPY.csv --speed 600    recorded prices, ten minutes a second
  bigbrother exchange probe --help                           compare it with your Alpaca account

Files:
  positions  CSV with the columns symbol,qty,average_entry_price, or what GET /v2/positions gave
  accounts   JSON: [{"kind":"margin"|"cash", "cash":"100000", "positions":[…], "keyId":"…"}, …]
  switches   JSON as "exchange probe" writes it: {"switches":{"washTradeStatus":422}, …}

Made-up prices move while the New York market is open. With --bars or another --speed its time
is not the clock's on the wall, so a guard in another process finds its prices old.`;

export const exchangeCommand = (): Command =>
  worldOptions(new Command('exchange'))
    .description('serves the paper exchange on this machine, for BigBrother and for bots')
    .option('--port <port>', 'port to listen on; 0 takes a free one', wholeNumber(0, 65_535), 7_777)
    .option('--state <file>', 'saved on exit and every minute, and resumed from')
    .option('--control', 'serves the control API under /__sim and prints its token')
    .option('--oracle', 'checks every event with books of its own; stops where a rule is broken')
    .option('--no-page', 'serves no page at /')
    .option('--json', 'one JSON object a line: addresses and accounts first; no secrets')
    .addHelpText('after', explanation)
    .addCommand(probeCommand())
    .action((options: ExchangeOptions, command: Command) => runExchange(options, command));

async function runExchange(options: ExchangeOptions, command: Command): Promise<void> {
  const stopped = stopSignal();
  const saved = options.state === undefined ? null : readExchange(options.state);
  if (saved !== null) refuseAnotherWorld(command, options.state ?? '');
  const world = saved?.world ?? newWorld(options);
  const { exchange, clock, token, violated } = open(world, saved, options);
  const { state } = options;
  const save = (): void => {
    exchange.oracle?.verify();
    if (state !== undefined) writeExchange(state, exchange, world);
  };
  // A file that cannot be written is better known now than at the end.
  save();
  const page = options.page ? servePage(exchange, () => clock.now()) : null;
  const listener = await listen({
    ...{ host: HOST, port: options.port },
    onRequest: page?.before(exchange.requestListener) ?? exchange.requestListener,
    onUpgrade: exchange.upgradeListener,
  });
  exchange.start();
  const real = new SystemClock();
  const log = new RunLog(options);
  const stopSaving =
    state === undefined ? null : saveEveryMinute(real, save, (line) => log.tell(line));
  const announced = { listener, exchange, accounts: world.accounts, token, saved };
  announce({ ...announced, hasPage: options.page }, log);
  const violation = await Promise.race([stopped, violated]);
  stopSaving?.();
  exchange.stop();
  clock.stop();
  await listener.close();
  if (violation !== undefined) throw violation;
  save();
}

function announce(announced: Announced, log: RunLog): void {
  if (log.isJson) log.tell('The exchange listens.', startFacts(announced));
  else process.stdout.write(addressesOf(announced));
}

function open(world: World, saved: SavedExchange | null, options: ExchangeOptions) {
  const { options: made, recorded } = exchangeOf(world);
  const real = new SystemClock();
  const now = real.now();
  // Made-up prices in real time follow the clock on the wall; what was missed is played first.
  const isOnTheWall = recorded === null && options.speed === 1;
  const begin = saved?.at ?? recorded?.from ?? now;
  const startAt = isOnTheWall ? Math.max(begin, now) : begin;
  const clock = new ExchangeClock(real, startAt, options.speed, recorded?.to);
  const token = options.control === true ? new RandomIds().next('control') : null;
  const control =
    token === null ? {} : { control: { token, advanceTo: (at: number) => clock.advanceTo(at) } };
  let onViolation: (violation: OracleViolation) => void = () => undefined;
  const violated = new Promise<OracleViolation>((resolve) => {
    onViolation = resolve;
  });
  const overseen = options.oracle === true ? { oracle: true, onViolation } : {};
  const exchange = openExchange({ ...made, handshakeClock: real, ...control, ...overseen }, clock);
  if (saved !== null) resume(exchange, saved, options.state ?? '');
  return { exchange, clock, token, violated };
}

function resume(exchange: PaperExchange, { exchange: state }: SavedExchange, file: string): void {
  try {
    exchange.restore(state);
  } catch (cause) {
    const because = cause instanceof Error ? cause.message : String(cause);
    throw new UsageError(`${file} cannot be gone on from: ${because}.`, { cause });
  }
}

/** What was saved already says what the exchange is; two answers to one question are none. */
function refuseAnotherWorld(command: Command, file: string): void {
  const told = ['seed', 'account', 'accountNumber', 'accounts', 'positions', 'bars', 'switches'];
  const twice = told.find((name) => command.getOptionValueSource(name) === 'cli');
  if (twice === undefined) return;
  const flag = twice.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  throw new UsageError(
    `${file} already says --${flag}; leave it out to go on, or give another --state to begin anew.`,
  );
}
