import { basename } from 'node:path';
import packageFile from '../package.json' with { type: 'json' };
import { guardrails, tradingPolicies } from '../policies/registry.ts';
import { connectAlpaca } from './adapters/alpaca/connect.ts';
import { MemoryEventStore } from './adapters/event-stores/memory.ts';
import { AccountOwnedError, acquireOwnerLock } from './adapters/event-stores/owner-lock.ts';
import { SqliteEventStore } from './adapters/event-stores/sqlite.ts';
import { AnchorDirectory } from './adapters/system/anchor-directory.ts';
import { Ed25519Signer } from './adapters/system/ed25519-signer.ts';
import { FileHaltLatch } from './adapters/system/file-halt-latch.ts';
import { DataDirectory, FileError } from './adapters/system/files.ts';
import { whyNotLocal } from './adapters/system/local-disk.ts';
import { MemoryHaltLatch } from './adapters/system/memory-halt-latch.ts';
import type { Settings } from './config.ts';
import { digestOf } from './domain/canonical.ts';
import { text } from './domain/decimal.ts';
import type { Environment } from './domain/environment.ts';
import type { Account } from './domain/portfolio.ts';
import { defaultPlanning } from './engine/planning-settings.ts';
import type { PaperExchange } from './paper-exchange/exchange.ts';
import { type Broker, BrokerError } from './ports/broker.ts';
import type { Clock, Ids } from './ports/clock.ts';
import type { EventStore } from './ports/event-store.ts';
import type { HaltLatch } from './ports/halt-latch.ts';
import { createRuntime, type Runtime, type RuntimeParts } from './runtime/runtime.ts';
import { defaultRuntimeSettings, type RuntimeSettings } from './runtime/settings.ts';

export const JOURNAL_FILE = 'journal.sqlite';
export const LOCK_FILE = 'owner.lock';
/** A price that moved further than this since a plan was shown makes it another plan. */
const DRIFT_TOLERANCE = { priceBps: 50 };

type Exchange = Pick<PaperExchange, 'credentials' | 'fetchApi' | 'wsFactory' | 'start' | 'stop'>;

/** What a run stands on besides its settings. */
export type System = {
  readonly clock: Clock;
  readonly ids: Ids;
  /** The exchange inside this process; needed when the settings name no other account. */
  readonly exchange: Exchange | null;
  readonly journal: 'file' | 'memory';
};

/** BigBrother at work on one account. Until `orchestrator.start()` the account is only watched. */
export type Running = Pick<
  Runtime,
  | 'bigBrother'
  | 'orchestrator'
  | 'logger'
  | 'alerts'
  | 'strangers'
  | 'controls'
  | 'stepBack'
  | 'checkpoints'
  | 'anchoring'
> & {
  readonly clock: Clock;
  readonly ids: Ids;
  /** True when the account is on the exchange inside this process. */
  readonly isEmbedded: boolean;
  readonly journalPath: string | null;
  /** Where everything of this account lies; null when nothing is kept. */
  readonly accountDirectory: string | null;
  /** Why the first whole picture of the account failed; it is tried again every cycle. */
  readonly unreadBecause: string | null;
  /** Ends the loop and the streams: what is under way is finished and written down. */
  stopGuarding(): Promise<void>;
  /** Gives the journal and the account back. */
  close(): void;
};

/** BigBrother could not start; the message says why and what to do. */
export class StartError extends Error {
  override readonly name: string = 'StartError';
}

/** Another process of this machine owns the account: one may attach to it. */
export class AccountTakenError extends StartError {
  override readonly name = 'AccountTakenError';
  readonly pid: number | null;
  /** Where everything of the account lies. */
  readonly accountDirectory: string;

  constructor(owned: AccountOwnedError, accountDirectory: string) {
    super(owned.message, { cause: owned });
    this.pid = owned.pid;
    this.accountDirectory = accountDirectory;
  }
}

/**
 * The wiring diagram, from the broker to BigBrother. Takes the first look at the account.
 *
 * @throws StartError when the broker refuses or cannot be reached, when the account is not
 *   the one that was named, or when another process owns it; FileError for the data directory
 */
export async function compose(settings: Settings, system: System): Promise<Running> {
  const { environment, broker, marketData, streams, emergency } = connect(settings, system);
  const { clock, ids, exchange } = system;
  const opened: (() => void)[] = [];
  const close = (): void => {
    for (const undo of opened.splice(0).reverse()) undo();
  };
  opened.push(() => void streams.close());
  try {
    const directory = system.journal === 'file' ? localDirectory(settings.dataDirectory) : null;
    exchange?.start();
    opened.push(() => exchange?.stop());
    const account = await firstLook(broker, environment);
    refuseOtherAccount(account, settings.venue);

    const name = `${environment}-${account.accountNumber}`;
    const journal = openJournal(directory, name);
    opened.push(journal.close);
    const haltLatch = latchOf(journal.directory, settings.venue);
    const { policies } = settings;
    const runtimeSettings = runtimeSettingsFrom(settings, environment);
    const runtime = createRuntime({
      broker,
      marketData,
      streams,
      store: journal.store,
      replica: await replicaOf(settings, name, clock),
      emergency,
      haltLatch,
      clock,
      ids,
      policies: tradingPolicies(policies),
      guardrails: guardrails(policies),
      planning: { ...defaultPlanning, foreignOrders: policies.competingExit.foreignOrders },
      driftTolerance: DRIFT_TOLERANCE,
      settings: runtimeSettings,
      settingsHash: digestOf({ runtimeSettings, policies }),
      codeVersion: packageFile.version,
      ...signingOf(journal.directory, settings),
    });
    const {
      bigBrother,
      orchestrator,
      logger,
      alerts,
      strangers,
      controls,
      stepBack,
      checkpoints,
      anchoring,
    } = runtime;
    const body = { runtimeSettings, policies };
    logger.log({ type: 'settings_loaded', actor: 'system', body });
    const unreadBecause = await runtime.start();
    const isEmbedded = settings.venue.kind === 'embedded';
    const stopGuarding = (): Promise<void> => runtime.stop();
    const { path: journalPath, directory: accountDirectory } = journal;
    return {
      bigBrother,
      orchestrator,
      logger,
      alerts,
      strangers,
      controls,
      stepBack,
      checkpoints,
      anchoring,
      clock,
      ids,
      isEmbedded,
      journalPath,
      accountDirectory,
      unreadBecause,
      stopGuarding,
      close,
    };
  } catch (error) {
    close();
    throw error;
  }
}

function connect({ venue }: Settings, { clock, exchange }: System) {
  if (venue.kind === 'alpaca') {
    const { environment, endpoint, keyId, secretKey: secret } = venue;
    return { environment, ...connectAlpaca({ keyId, secret, endpoint }, clock) };
  }
  if (exchange === null) throw new Error('an embedded venue needs an exchange');
  const { keyId, secretKey: secret } = exchange.credentials;
  const { fetchApi, wsFactory } = exchange;
  // No socket is opened; were one, it would end on this machine.
  const endpoint = { url: 'http://127.0.0.1' };
  const client = { keyId, secret, endpoint, fetchApi, wsFactory };
  return { environment: 'simulated' as const, ...connectAlpaca(client, clock) };
}

/** The built-in exchange forgets its accounts, so that a copy of their journals has no use. */
async function replicaOf({ supabase, venue }: Settings, name: string, clock: Clock) {
  if (supabase === null || venue.kind === 'embedded') return undefined;
  // The SDK takes as long to load as everything else together: only for who uses it.
  const { SupabaseReplica } = await import('./adapters/supabase/replica.ts');
  return new SupabaseReplica(name, { ...supabase, clock });
}

/** @throws FileError when it cannot be used, or when what is kept there cannot be relied on */
function localDirectory(path: string): DataDirectory {
  const directory = DataDirectory.open(path);
  const because = whyNotLocal(path);
  if (because === null) return directory;
  throw new FileError(
    `the data directory ${path} cannot hold a journal: ${because}, so that neither its lock nor ` +
      'its writes can be relied on; set BIGBROTHER_DATA_DIR to a directory on a disk of this machine',
    path,
  );
}

async function firstLook(broker: Broker, environment: Environment): Promise<Account> {
  try {
    // Whatever has to be protected waits for this.
    return await broker.readAccount('protect');
  } catch (error) {
    if (!(error instanceof BrokerError)) throw error;
    const because = `The ${environment} account cannot be read: ${error.message}.`;
    throw new StartError(`${because} ${adviceFor(error)}`, { cause: error });
  }
}

function adviceFor({ status, outcome }: BrokerError): string {
  if (status === 401 || status === 403) {
    return 'Check that the keys are right and belong to this environment.';
  }
  if (status === 429) return 'Too many requests reach this account; wait a minute.';
  if (outcome === 'rejected') return 'Check that APCA_API_BASE_URL is the address of Alpaca.';
  return 'Check the network and APCA_API_BASE_URL, then try again.';
}

function refuseOtherAccount({ accountNumber }: Account, venue: Settings['venue']): void {
  const expected = venue.kind === 'alpaca' ? venue.accountNumber : null;
  if (expected === null || expected === accountNumber) return;
  throw new StartError(
    `The keys belong to account ${accountNumber}, but BIGBROTHER_LIVE_ACCOUNT names ${expected}; ` +
      'nothing was done. Use the keys of that account, or name this one.',
  );
}

/** What leaves nothing behind needs nobody who signs for it. @throws FileError for the key */
function signingOf(
  path: string | null,
  { anchorDirectory }: Settings,
): Pick<RuntimeParts, 'signing'> {
  if (path === null) return {};
  const signer = Ed25519Signer.of(DataDirectory.open(path));
  const anchorPlace =
    anchorDirectory === null ? null : new AnchorDirectory(anchorDirectory, basename(path));
  return { signing: { signer, anchorPlace, codeVersion: packageFile.version } };
}

type Journal = {
  readonly store: EventStore;
  readonly path: string | null;
  readonly directory: string | null;
  readonly close: () => void;
};

/** Names the account's directory for these keys: a halt has to find it without the network. */
export const keyMark = (keyId: string): string => `key-${digestOf(keyId).slice(0, 16)}`;

/** @throws FileError when the directory cannot be written to */
function latchOf(path: string | null, venue: Settings['venue']): HaltLatch {
  if (path === null) return new MemoryHaltLatch();
  const directory = DataDirectory.open(path);
  if (venue.kind === 'alpaca') directory.privateFile(keyMark(venue.keyId));
  return new FileHaltLatch(directory);
}

/** @throws StartError when another process owns the account or SQLite refuses; FileError */
function openJournal(dataDirectory: DataDirectory | null, name: string): Journal {
  if (dataDirectory === null) {
    const store = new MemoryEventStore();
    return { store, path: null, directory: null, close: () => store.close() };
  }
  const directory = dataDirectory.directory(name);
  const lockPath = directory.privateFile(LOCK_FILE);
  const path = directory.privateFile(JOURNAL_FILE);
  try {
    const lock = acquireOwnerLock({ path: lockPath, pid: process.pid });
    const store = new SqliteEventStore(path);
    const close = (): void => {
      store.close();
      lock.release();
    };
    return { store, path, directory: directory.path, close };
  } catch (error) {
    if (error instanceof FileError) throw error;
    if (error instanceof AccountOwnedError) throw new AccountTakenError(error, directory.path);
    const because = error instanceof Error ? error.message : String(error);
    throw new StartError(because, { cause: error });
  }
}

const runtimeSettingsFrom = (settings: Settings, environment: Environment): RuntimeSettings => ({
  ...defaultRuntimeSettings,
  environment,
  mode: settings.mode,
  cycleMs: settings.loopIntervalMs,
  planLifetimeMs: settings.planLifetimeMs,
  plansInFlight: settings.plansInFlight,
  longestTurnWaitMs: settings.longestTurnWaitMs,
  approvals: settings.approvals,
  ...controlsFrom(settings.policies),
});

/** The limits that hold between two reviews as well: what they latch is a state of the account. */
const controlsFrom = ({
  dailyLoss,
  drawdown,
  repeatedExecution,
  brokerBackstops: { noShorting, maxMarginMultiplier: most, suspendTrade, fractionalTrading },
}: Settings['policies']): Pick<RuntimeSettings, 'dailyLossPercent' | 'controls'> => ({
  dailyLossPercent: text(dailyLoss.percentOfEquity),
  controls: {
    repeats: repeatedExecution.times,
    repeatWindowMs: repeatedExecution.windowMs,
    drawdownPercent: text(drawdown.percentOfPeak),
    backstops: {
      noShorting,
      maxMarginMultiplier: most === null ? null : text(most),
      suspendTrade,
      fractionalTrading,
    },
  },
});
