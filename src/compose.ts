import packageFile from '../package.json' with { type: 'json' };
import {
  latchOf,
  localDirectory,
  openJournal,
  replicaOf,
  signingOf,
  standDownOf,
} from './composition/account-storage.ts';
import { alertsFor } from './composition/alerting.ts';
import { connect, firstLook, refuseOtherAccount } from './composition/connection.ts';
import { adviceFor, type Outside, outsideOf } from './composition/outside.ts';
import {
  attest,
  keeperOf,
  liveRules,
  perChange,
  planningFrom,
  runtimeSettingsFrom,
  watchOf,
} from './composition/settings-in-force.ts';
import type { System } from './composition/system.ts';
import type { Settings } from './config.ts';
import type { Clock, Ids } from './ports/clock.ts';
import type { HostModels } from './ports/host-model.ts';
import {
  type Attestation,
  changesSince,
  enforceExpected,
  mismatches,
} from './runtime/rollout/attestation.ts';
import { createRuntime } from './runtime/runtime.ts';
import type { Runtime, RuntimeParts } from './runtime/runtime-parts.ts';
import { liveView } from './runtime/settings/live-view.ts';
import type { SettingsKeeper } from './runtime/settings/settings-keeper.ts';
import type { Rules } from './settings-file.ts';

/** A price that moved further than this since a plan was shown makes it another plan. */
const DRIFT_TOLERANCE = { priceBps: 50 };

/** BigBrother at work on one account. Until `orchestrator.start()` the account is only watched. */
export type Running = Omit<Runtime, 'start' | 'stop'> & {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly settings: SettingsKeeper<Rules>;
  /** What runs; written down at its start. */
  readonly attestation: Attestation;
  /** True when the account is on the exchange inside this process. */
  readonly isEmbedded: boolean;
  readonly journalPath: string | null;
  /** Where hosts that are connected offer their model. */
  readonly models: HostModels;
  /** Where everything of this account lies; null when nothing is kept. */
  readonly accountDirectory: string | null;
  /** Why the first whole picture of the account failed; it is tried again every cycle. */
  readonly unreadBecause: string | null;
  /** Ends the loop and the streams: what is under way is finished and written down. */
  stopGuarding(): Promise<void>;
  /** Gives the journal and the account back. */
  close(): void;
};

/**
 * The wiring diagram, from the broker to BigBrother. Takes the first look at the account.
 *
 * @throws StartError when the broker refuses or cannot be reached, when the account is not
 *   the one that was named, or when another process owns it; FileError for the data directory
 */
export async function compose(settings: Settings, system: System): Promise<Running> {
  const { clock, ids } = system;
  const opened: (() => void)[] = [];
  const close = (): void => {
    for (const undo of opened.splice(0).reverse()) undo();
  };
  try {
    const connection = connect(settings, system);
    opened.push(() => void connection.streams.close());
    const journal = await openAccount(connection, settings, system, opened);
    const keeper = keeperOf(settings, journal.store, system);
    const replica = await replicaOf(settings, journal.name, clock);
    const outside = await outsideOf(settings, journal.directory, system);
    const parts = partsOf({ connection, journal, keeper, replica, settings, system, outside });
    const { start, stop: stopGuarding, ...runtime } = createRuntime(parts);
    const attestation = takeEffect(settings, system, keeper, runtime, opened);
    const { environment } = connection;
    opened.push(alertsFor({ runtime, environment, settings, system }));
    const unreadBecause = await start();
    opened.push(adviceFor({ outside, runtime, keeper, news: connection.news, system, settings }));
    return {
      ...runtime,
      ...{ clock, ids, attestation, unreadBecause, stopGuarding, close },
      settings: keeper,
      models: outside.models,
      isEmbedded: settings.venue.kind === 'embedded',
      journalPath: journal.path,
      accountDirectory: journal.directory,
    };
  } catch (error) {
    close();
    throw error;
  }
}

type Connection = ReturnType<typeof connect>;
type AccountJournal = ReturnType<typeof openJournal> & { readonly name: string };

/** The account that the keys belong to, and its journal, which is ours alone from now on. */
async function openAccount(
  { broker, environment }: Connection,
  settings: Settings,
  { journal: kept, exchange }: System,
  opened: (() => void)[],
): Promise<AccountJournal> {
  const directory = kept === 'file' ? localDirectory(settings.dataDirectory) : null;
  exchange?.start();
  opened.push(() => exchange?.stop());
  const account = await firstLook(broker, environment);
  refuseOtherAccount(account, settings.venue);
  const name = `${environment}-${account.accountNumber}`;
  const journal = openJournal(directory, name);
  opened.push(journal.close);
  return { ...journal, name };
}

/** What the runtime stands on. The rules in it are at each moment those in force. */
function partsOf(stands: {
  readonly connection: Connection;
  readonly journal: AccountJournal;
  readonly keeper: SettingsKeeper<Rules>;
  readonly replica: RuntimeParts['replica'];
  readonly outside: Outside;
  readonly settings: Settings;
  readonly system: System;
}): RuntimeParts {
  const { connection, journal, keeper, replica, settings, system, outside } = stands;
  const { environment, ...broker } = connection;
  const policySettings = () => keeper.rules().policies;
  return {
    ...broker,
    ...{ replica, store: journal.store, clock: system.clock, ids: system.ids },
    haltLatch: latchOf(journal.directory, settings.venue),
    standDown: standDownOf(journal.directory),
    ...liveRules(policySettings),
    planning: liveView(() => planningFrom(policySettings())),
    driftTolerance: DRIFT_TOLERANCE,
    background: outside.background,
    chooseStrategy: (name, because) => keeper.choose(name, because),
    settings: liveView(perChange(keeper, (rules) => runtimeSettingsFrom(rules, environment))),
    get settingsHash() {
      return keeper.hash();
    },
    codeVersion: packageFile.version,
    ...signingOf(journal.directory, settings),
  };
}

/** From here on the settings are in force, written down, and followed where they may change. */
function takeEffect(
  settings: Settings,
  system: System,
  keeper: SettingsKeeper<Rules>,
  runtime: Omit<Runtime, 'start' | 'stop'>,
  opened: (() => void)[],
): Attestation {
  const { logger, alerts } = runtime;
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
  return attestation;
}
