import { Command } from 'commander';
import { replaceTextFile } from '../../adapters/system/files.ts';
import { RandomIds } from '../../adapters/system/random-ids.ts';
import { onShutdown } from '../../adapters/system/shutdown.ts';
import { SystemClock } from '../../adapters/system/system-clock.ts';
import { openWebSocket } from '../../adapters/system/web-socket.ts';
import { StartError } from '../../composition/start-error.ts';
import { loadPaperKeys, type PaperKeys } from '../../config.ts';
import { ProbeRefused } from '../../paper-exchange/probe/account.ts';
import type { Api } from '../../paper-exchange/probe/case.ts';
import type { Link } from '../../paper-exchange/probe/link.ts';
import { type ProbeResult, probe } from '../../paper-exchange/probe/probe.ts';
import { jsonReport, markdownReport, switchesText } from '../../paper-exchange/probe/report.ts';
import { symbol as tickerOption } from '../shared/arguments.ts';
import { exitCodes, UsageError } from '../shared/failure.ts';

type Options = {
  readonly symbol: string;
  readonly report?: string;
  readonly json?: true;
  readonly writeSwitches?: string;
};

const explanation = `
Finds out how Alpaca answers where its documents differ or are silent, and writes a switches file
with which "bigbrother exchange --switches" answers alike. It uses your own paper keys and no
others: live keys, the live address and accounts whose number does not begin with PA are refused.

What it does to the paper account: it places orders for one share, far from the market, and cancels
them; while the market is open it also buys and sells one share at the market. When it ends, also
on Ctrl-C or after a failure, its orders are cancelled and the share is sold. It sends at most 100
requests a minute and takes two to five minutes. What it cannot ask now (half of the questions
need an open or a closed market) it says; run it again then.

Environment:
  APCA_API_KEY_ID, APCA_API_SECRET_KEY   keys of a paper account
  APCA_API_BASE_URL                      an exchange on this machine instead of Alpaca's paper host

Examples:
  bigbrother exchange probe --write-switches alpaca.json --report probe.md
  bigbrother exchange --switches alpaca.json`;

export const probeCommand = (): Command =>
  new Command('probe')
    .description('compares this exchange with your own Alpaca paper account')
    .option(
      '--symbol <symbol>',
      'a liquid share that the account does not hold',
      (typed: string): string => tickerOption(typed),
      'SPY',
    )
    .option('--report <file>', 'writes the report there too, as Markdown')
    .option('--json', 'prints the report as JSON')
    .option('--write-switches <file>', 'writes what differs as a switches file')
    .addHelpText('after', explanation)
    .exitOverride()
    .showHelpAfterError('(add --help to see what is allowed)')
    .action((options: Options, command: Command) => {
      refuseOptionsOf(command.parent);
      const { json } = command.optsWithGlobals<Options>();
      return runProbe({ ...options, ...(json === true ? { json } : {}) });
    });

/** The exchange takes its options wherever they stand; here they would mean nothing. */
function refuseOptionsOf(parent: Command | null): void {
  const given = parent?.options.find(
    (option) =>
      option.long !== '--json' && parent.getOptionValueSource(option.attributeName()) === 'cli',
  );
  if (given === undefined) return;
  throw new UsageError(`${given.long} is of "exchange", and the probe has no use for it.`);
}

async function runProbe(options: Options): Promise<void> {
  const { endpoint, keyId, secretKey } = loadPaperKeys();
  const stop = new AbortController();
  const forget = onShutdown(() => {
    process.stderr.write('Stopping: what is placed is taken back first.\n');
    stop.abort();
  });
  try {
    const result = await probe({
      ...{ link: linkTo(endpoint), keys: { keyId, secretKey }, clock: new SystemClock() },
      ...{ symbol: options.symbol, prefix: new RandomIds().next('probe'), signal: stop.signal },
      onProgress: (line) => process.stderr.write(`${line}\n`),
    });
    tell(options, result);
  } catch (cause) {
    if (!(cause instanceof ProbeRefused)) throw cause;
    throw new StartError(`The probe did not begin: ${cause.message}.`, { cause });
  } finally {
    forget();
  }
}

function tell(options: Options, result: ProbeResult): void {
  const report = markdownReport(result);
  process.stdout.write(options.json === true ? jsonReport(result) : report);
  if (options.report !== undefined) replaceTextFile(options.report, report);
  const { writeSwitches } = options;
  if (writeSwitches !== undefined) replaceTextFile(writeSwitches, switchesText(result));
  if (result.left !== null || result.isStopped) process.exitCode = exitCodes.failed;
}

/** Redirects lead away from the only hosts that are meant, so none is followed. */
function linkTo(endpoint: PaperKeys['endpoint']): Link {
  const hosts = hostsOf(endpoint);
  return {
    request: (api, path, init) =>
      fetch(`${hosts[api].rest}${path}`, { ...init, redirect: 'error' }),
    open: (api, path) => openWebSocket(`${hosts[api].stream}${path}`),
  };
}

type Host = { readonly rest: string; readonly stream: string };

function hostsOf(endpoint: PaperKeys['endpoint']): Readonly<Record<Api, Host>> {
  if (endpoint !== 'paper') {
    const here = { rest: endpoint.url, stream: endpoint.url.replace('http', 'ws') };
    return { trading: here, data: here };
  }
  return {
    trading: {
      rest: 'https://paper-api.alpaca.markets',
      stream: 'wss://paper-api.alpaca.markets',
    },
    data: { rest: 'https://data.alpaca.markets', stream: 'wss://stream.data.alpaca.markets' },
  };
}
