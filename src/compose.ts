import { basename } from 'node:path';
import packageFile from '../package.json' with { type: 'json' };
import { directionOf } from '../policies/directions.ts';
import { guardrails, type PolicySettings, tradingPolicies } from '../policies/registry.ts';
import { connectAlpaca } from './adapters/alpaca/connect.ts';
import { MemoryEventStore } from './adapters/event-stores/memory.ts';
import { AccountOwnedError, acquireOwnerLock } from './adapters/event-stores/owner-lock.ts';
import { SqliteEventStore } from './adapters/event-stores/sqlite.ts';
import { AnchorDirectory } from './adapters/system/anchor-directory.ts';
import { Ed25519Signer } from './adapters/system/ed25519-signer.ts';
import { FileHaltLatch } from './adapters/system/file-halt-latch.ts';
import { FileStandDown } from './adapters/system/file-stand-down.ts';
import { DataDirectory, FileError } from './adapters/system/files.ts';
import { whyNotLocal } from './adapters/system/local-disk.ts';
import { MemoryHaltLatch } from './adapters/system/memory-halt-latch.ts';
import { MemoryStandDown } from './adapters/system/memory-stand-down.ts';
import type { Settings } from './config.ts';
import { digestOf } from './domain/canonical.ts';
import { text } from './domain/decimal.ts';
import type { Environment } from './domain/environment.ts';
import type { Guardrail } from './domain/guardrail.ts';
import type { TradingPolicy } from './domain/policy.ts';
import type { Account } from './domain/portfolio.ts';
import { defaultPlanning } from './engine/planning-settings.ts';
import type { PaperExchange } from './paper-exchange/exchange.ts';
import { type Broker, BrokerError } from './ports/broker.ts';
import type { Clock, Ids } from './ports/clock.ts';
import type { EventStore } from './ports/event-store.ts';
import type { HaltLatch } from './ports/halt-latch.ts';
import {
  type Attestation,
  changesSince,
  enforceExpected,
  mismatches,
} from './runtime/rollout/attestation.ts';
import { createRuntime, type Runtime, type RuntimeParts } from './runtime/runtime.ts';
import { liveView } from './runtime/settings/live-view.ts';
import { defaultRuntimeSettings, type RuntimeSettings } from './runtime/settings/settings.ts';
import { rulesIn, SettingsKeeper } from './runtime/settings/settings-keeper.ts';
import { SettingsWatch } from './runtime/settings/settings-watch.ts';
import { type Rules, rulesFromJson, rulesToJson } from './settings-file.ts';

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
  /** Reads the settings anew, to follow a file that changes; absent where none does. */
  readonly reload?: () => Settings;
  /** Digest of the program that runs; absent where nobody read it. */
  readonly codeHash?: string;
};

/** BigBrother at work on one account. Until `orchestrator.start()` the account is only watched. */
export type Running = Pick<
  Runtime,
  | 'bigBrother'
  | 'orchestrator'
  | 'logger'
  | 'alerts'
  | 'strangers'
  | 'approvals'
  | 'controls'
  | 'stepBack'
  | 'rollback'
  | 'checkpoints'
  | 'anchoring'
> & {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly settings: SettingsKeeper<Rules>;
  /** What runs; written down at its start. */
  readonly attestation: Attestation;
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
    const keeper = keeperOf(settings, journal.store, system);
    const policySettings = () => keeper.rules().policies;
    const runtime = createRuntime({
      broker,
      marketData,
      streams,
      store: journal.store,
      replica: await replicaOf(settings, name, clock),
      emergency,
      haltLatch,
      standDown: standDownOf(journal.directory),
      clock,
      ids,
      ...liveRules(policySettings),
      planning: liveView(() => ({
        ...defaultPlanning,
        foreignOrders: policySettings().competingExit.foreignOrders,
      })),
      driftTolerance: DRIFT_TOLERANCE,
      settings: liveView(perChange(keeper, (rules) => runtimeSettingsFrom(rules, environment))),
      get settingsHash() {
        return keeper.hash();
      },
      codeVersion: packageFile.version,
      ...signingOf(journal.directory, settings),
    });
    const {
      bigBrother,
      orchestrator,
      logger,
      alerts,
      strangers,
      approvals,
      controls,
      stepBack,
      rollback,
      checkpoints,
      anchoring,
    } = runtime;
    const attestation = attest(keeper, system);
    const [before = null] = logger.getHistory({ types: ['settings_loaded'], limit: 1 }).records;
    const changed = changesSince(before?.body ?? null, attestation);
    const body = { ...attestation, changed, rules: keeper.json() };
    logger.log({ type: 'settings_loaded', actor: 'system', body });
    keeper.start({ logger, alerts });
    enforceExpected(mismatches(settings.expected, attestation), runtime);
    const watch = watchOf(settings, system, keeper, alerts);
    opened.push(() => {
      watch?.stop();
      keeper.stop();
    });
    watch?.start();
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
      approvals,
      controls,
      stepBack,
      rollback,
      checkpoints,
      anchoring,
      clock,
      ids,
      settings: keeper,
      attestation,
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

const standDownOf = (path: string | null) =>
  path === null ? new MemoryStandDown() : new FileStandDown(path);

/** What held last holds on, as far as the file now asks for something looser. */
function keeperOf(
  { rules }: Settings,
  store: EventStore,
  { clock, ids }: System,
): SettingsKeeper<Rules> {
  const types = ['settings_loaded', 'settings_changed'] as const;
  const [last] = store.query({ types, limit: 1 });
  return new SettingsKeeper({
    wanted: rulesToJson(rules),
    rules,
    accepted: last === undefined ? null : rulesIn(last),
    fromJson: rulesFromJson,
    directionOf,
    delayMs: ({ loosening }) => loosening.delayMs,
    clock,
    ids,
  });
}

/** What is made from the rules, made anew only when they have changed. */
function perChange<Made>(keeper: SettingsKeeper<Rules>, make: (rules: Rules) => Made): () => Made {
  let [rules, made] = [keeper.rules(), make(keeper.rules())];
  return () => {
    if (rules !== keeper.rules()) [rules, made] = [keeper.rules(), make(keeper.rules())];
    return made;
  };
}

/** Policies and guardrails that follow their settings; which there are stays the same. */
function liveRules(settings: () => PolicySettings) {
  let held = settings();
  let [policies, rails] = [tradingPolicies(held), guardrails(held)];
  const current = () => {
    const latest = settings();
    if (latest !== held) {
      held = latest;
      [policies, rails] = [tradingPolicies(held), guardrails(held)];
    }
    return { policies, rails };
  };
  const named = <Rule extends { readonly name: string }>(all: readonly Rule[], name: string) => {
    const rule = all.find((each) => each.name === name);
    if (rule === undefined) throw new Error(`${name} is gone with the settings`);
    return rule;
  };
  return {
    policies: policies.map(
      ({ name, promise }): TradingPolicy => ({
        name,
        promise,
        evaluate: (context) => named(current().policies, name).evaluate(context),
      }),
    ),
    guardrails: rails.map(
      ({ name, promise }): Guardrail => ({
        name,
        promise,
        review: (input) => named(current().rails, name).review(input),
      }),
    ),
  };
}

function attest(keeper: SettingsKeeper<Rules>, { codeHash }: System): Attestation {
  const { policies } = keeper.rules();
  const names = (all: readonly { readonly name: string }[]) => all.map(({ name }) => name);
  return {
    codeVersion: packageFile.version,
    codeHash: codeHash ?? null,
    settingsHash: keeper.hash(),
    tradingPolicies: names(tradingPolicies(policies)),
    guardrails: names(guardrails(policies)),
  };
}

/** Null where the settings do not change while it runs. */
function watchOf(
  before: Settings,
  { reload, clock }: System,
  keeper: SettingsKeeper<Rules>,
  alerts: Runtime['alerts'],
): SettingsWatch | null {
  if (reload === undefined) return null;
  const read = () => {
    const { rules, ...rest } = reload();
    const { rules: _, ...atStart } = before;
    if (digestOf(rest) === digestOf(atStart)) return rulesToJson(rules);
    throw new Error('account, directories and what is expected only change with a restart');
  };
  return new SettingsWatch({ read, keeper, alerts, clock });
}

const runtimeSettingsFrom = (settings: Rules, environment: Environment): RuntimeSettings => ({
  ...defaultRuntimeSettings,
  environment,
  mode: settings.mode,
  cycleMs: settings.loopIntervalMs,
  planLifetimeMs: settings.planLifetimeMs,
  plansInFlight: settings.plansInFlight,
  longestTurnWaitMs: settings.longestTurnWaitMs,
  approvals: settings.approvals,
  rollout: settings.rollout,
  stepBack: settings.stepBack,
  ...controlsFrom(settings.policies),
});

/** The limits that hold between two reviews as well: what they latch is a state of the account. */
const controlsFrom = ({
  dailyLoss,
  drawdown,
  repeatedExecution,
  brokerBackstops: { noShorting, maxMarginMultiplier: most, suspendTrade, fractionalTrading },
}: PolicySettings): Pick<RuntimeSettings, 'dailyLossPercent' | 'controls'> => ({
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
