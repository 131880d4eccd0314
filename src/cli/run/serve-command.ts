import { dirname } from 'node:path';
import { Command } from 'commander';
import { type HttpListener, listen } from '../../adapters/system/http-listener.ts';
import { RandomIds } from '../../adapters/system/random-ids.ts';
import { SystemClock } from '../../adapters/system/system-clock.ts';
import { TokenFiles } from '../../adapters/system/token-file.ts';
import type { Running } from '../../compose.ts';
import { loadSettings, type Settings } from '../../config.ts';
import { stricterMode } from '../../domain/environment.ts';
import { isLoopbackAddress, TokenDoor } from '../../server/access/http-guard.ts';
import { tokensIn } from '../../server/access/tokens.ts';
import { modeOf } from '../../server/http/http-scope.ts';
import { HttpServer } from '../../server/http/http-server.ts';
import { AccountMetrics, type MetricFamily } from '../../server/http/metrics.ts';
import { LocalPage } from '../../server/page/local-page.ts';
import { followJournal } from '../journal/journal-follower.ts';
import { Seat } from '../owner/seat.ts';
import { list, wholeNumber } from '../shared/arguments.ts';
import { UsageError } from '../shared/failure.ts';
import { RunLog } from '../shared/run-log.ts';
import { stopSignal } from '../shared/stop-signal.ts';
import { hearing, logActions } from './loop-command.ts';
import { SERVE_PORT } from './page-command.ts';
import { pageFiles } from './page-files.ts';
import { PageLogins } from './page-logins.ts';
import { pageOwner } from './page-owner.ts';
import { attachHost } from './serve-session.ts';

type Options = {
  readonly config?: string;
  readonly host: string;
  readonly port: number;
  readonly allowHost: readonly string[];
  readonly loop: boolean;
  readonly json?: boolean;
};

const CLIENTS = { headersTimeoutMs: 10_000, requestTimeoutMs: 30_000, connections: 128 };

const explanation = `
Guards the account like "bigbrother loop", and serves MCP over HTTP under /mcp beside it, for hosts
on other machines. Each host shows a token: "bigbrother token create <name> --scope read". A token
of scope read looks, propose also makes plans, execute also executes them as far as the mode goes.

By default only programs of this machine reach it. Put a proxy with TLS before it, and name what it
is called there with --allow-host; docs/serving.md shows how. /healthz, /readyz and /metrics are
there for machines that watch it.

For you, it shows a page to browsers of this machine; "bigbrother page" prints a link to it.

One process owns the account. Where another does already, this one serves that one's account and
takes its place when it ends.

Examples:
  bigbrother serve
  bigbrother serve --port 9000 --allow-host guard.example.org
  bigbrother serve --no-loop                    serves, and guards nothing by itself`;

export const serveCommand = (): Command =>
  new Command('serve')
    .description('guards the account, and serves MCP over HTTP to hosts elsewhere')
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--port <port>', 'port, 0 for a free one', wholeNumber(0, 65_535), SERVE_PORT)
    .option('--allow-host <names>', 'names that this server is called by elsewhere', list, [])
    .option('--no-loop', 'do not guard, only serve')
    .option('--json', 'one JSON object a line on stdout, also of what is said to people')
    .addHelpText('after', explanation)
    .action((_, command: Command) => runServe(command.optsWithGlobals<Options>()));

async function runServe(options: Options): Promise<void> {
  const reload = () => loadSettings(options.config ?? null);
  const settings = reload();
  const stopped = stopSignal();
  const tokens = new TokenFiles(settings.dataDirectory);
  const log = new RunLog(options);
  const tell = (line: string): void => log.tell(line);
  const names = namesServed(options, tokens, tell);
  const account = new ServedAccount(log);
  const seat = new Seat({
    ...{ settings, reload, guards: options.loop, relay: null, tell },
    onOwning: (running) => account.owned(running),
    onAttached: (path) => account.attached(path),
  });
  const serving = await serve({ options, names, settings, tokens, account, log });
  try {
    await seat.take();
    await stopped;
    // First the account: calls under way get their answers before their hosts are let go.
    await seat.leave();
  } finally {
    await serving.close();
  }
}

/**
 * @returns the names that requests may come under, besides those of this machine
 * @throws UsageError for an address that strangers reach and that is not fit for them
 */
function namesServed(
  { host, allowHost }: Options,
  tokens: TokenFiles,
  tell: (line: string) => void,
): readonly string[] {
  if (host === 'localhost' || isLoopbackAddress(host)) return allowHost;
  if (tokensOf(tokens).length === 0) {
    throw new UsageError(
      `${host} can be reached from other machines, and there is no token to tell who may: run ` +
        '"bigbrother token create <name> --scope read" first, or listen on 127.0.0.1.',
    );
  }
  const isEvery = host === '0.0.0.0' || host === '::';
  if (isEvery && allowHost.length === 0) {
    throw new UsageError(
      `${host} has no name of its own: say with --allow-host what hosts call this server, for ` +
        'example --allow-host guard.example.org; requests under other names are refused.',
    );
  }
  tell(
    `Whoever sees the traffic to ${host} sees the tokens: let a proxy with TLS stand before it.`,
  );
  return isEvery ? allowHost : [...allowHost, host.includes(':') ? `[${host}]` : host];
}

function tokensOf(tokens: TokenFiles): ReturnType<typeof tokensIn> {
  try {
    return tokensIn(tokens.read());
  } catch (error) {
    const because = error instanceof Error ? error.message : String(error);
    throw new UsageError(`Tokens cannot be used: ${because}.`);
  }
}

async function serve(parts: {
  readonly options: Options;
  readonly names: readonly string[];
  readonly settings: Settings;
  readonly tokens: TokenFiles;
  readonly account: ServedAccount;
  readonly log: RunLog;
}): Promise<{ readonly close: () => Promise<void> }> {
  const { options, names, settings, tokens, account, log } = parts;
  const { host, port } = options;
  const tell = (line: string): void => log.tell(line);
  const clock = new SystemClock();
  const ids = new RandomIds();
  const logins = new PageLogins(settings.dataDirectory);
  let server: HttpServer | null = null;
  const listener: HttpListener = await listen({
    ...{ host, port, limits: CLIENTS },
    onRequest: (request, response) => {
      if (server === null) response.destroy();
      else void server.handle(request, response);
    },
  });
  const readTokens = () => tokens.read();
  server = new HttpServer({
    ...{ port: listener.port, names, clock, ids, log: tell, readTokens },
    page: new LocalPage({
      ...{ port: listener.port, clock, ids, log: tell, files: pageFiles() },
      owner: pageOwner(() => account.directory),
      tokens: new TokenDoor(readTokens, tell),
      spendLogin: (secret) => logins.spend(secret),
    }),
    whyNotReady: () => account.whyNotReady(),
    metrics: () => account.metrics(),
    connect: (session, scope) =>
      attachHost(session, {
        accountDirectory: () => account.directory,
        mode: stricterMode(settings.rules.mode, modeOf(scope)),
        clock,
      }),
  });
  const { close } = server;
  const shown = host.includes(':') ? `[${host}]` : host;
  const url = `http://${shown}:${listener.port}/mcp`;
  log.tell(`MCP over HTTP: ${url}`, { url });
  tellOfPage(logins, host, listener.port, log);
  if (tokensOf(tokens).length === 0) {
    tell('There is no token yet, so nobody gets in: bigbrother token create <name> --scope read');
  }
  return {
    close: async () => {
      await close.call(server);
      await listener.close();
    },
  };
}

/** A log may be read by others: only a terminal is told the link itself. */
function tellOfPage(logins: PageLogins, host: string, port: number, log: RunLog): void {
  const isReached = host === 'localhost' || host === '127.0.0.1' || host === '0.0.0.0';
  if (!isReached) return;
  if (process.stderr.isTTY && !log.isJson) {
    log.tell(`Page: ${logins.link(`http://127.0.0.1:${port}`)} (works once)`);
  } else {
    const option = port === SERVE_PORT ? '' : ` --port ${port}`;
    log.tell(`Page: "bigbrother page${option}" prints a link that works once.`);
  }
}

/** The account that is served, by whichever process owns it. */
class ServedAccount {
  readonly #log: RunLog;
  #directory: string | null = null;
  #running: Running | null = null;
  #metrics: AccountMetrics | null = null;

  constructor(log: RunLog) {
    this.#log = log;
  }

  get directory(): string | null {
    return this.#directory;
  }

  owned(running: Running): () => void {
    this.#directory = running.accountDirectory;
    this.#running = running;
    const metrics = metricsOf(running);
    this.#metrics = metrics;
    running.logger.onRecord((record) => metrics.hear(record));
    return this.#until(logActions(hearing(running), this.#log));
  }

  attached(journalPath: string): () => void {
    this.#directory = dirname(journalPath);
    return this.#until(
      logActions((onRecord) => followJournal(journalPath, new SystemClock(), onRecord), this.#log),
    );
  }

  whyNotReady(): string | null {
    if (this.#directory === null) return 'no account is served';
    if (this.#running === null) return null;
    const { bigBrother, logger } = this.#running;
    if (logger.brokenBecause !== null) return 'the journal cannot be written';
    return bigBrother.snapshot() === null ? 'the account was not read yet' : null;
  }

  metrics(): readonly MetricFamily[] {
    const owner: MetricFamily = {
      ...{ name: 'bigbrother_account_owner', type: 'gauge' },
      help: '1 when this process owns the account and tells its figures.',
      samples: [{ value: this.#running === null ? 0 : 1 }],
    };
    return [owner, ...(this.#metrics?.families() ?? [])];
  }

  #until(stopLog: () => void): () => void {
    return () => {
      this.#directory = null;
      this.#running = null;
      this.#metrics = null;
      stopLog();
    };
  }
}

const metricsOf = ({ bigBrother, orchestrator, logger }: Running): AccountMetrics =>
  new AccountMetrics({
    status: () => bigBrother.status(),
    snapshot: () => bigBrother.snapshot(),
    nakedTime: (symbol) => bigBrother.nakedTime(symbol),
    alerts: () => bigBrother.alerts(),
    lastCycleMs: () => orchestrator.lastCycleMs,
    laneWaitMs: (lane) => orchestrator.laneWaitMs(lane),
    journalLength: () => logger.length,
    isJournalBroken: () => logger.brokenBecause !== null,
  });
