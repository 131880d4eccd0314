import { basename } from 'node:path';
import packageFile from '../../package.json' with { type: 'json' };
import { MemoryEventStore } from '../adapters/event-stores/memory.ts';
import { AccountOwnedError, acquireOwnerLock } from '../adapters/event-stores/owner-lock.ts';
import { SqliteEventStore } from '../adapters/event-stores/sqlite.ts';
import { AnchorDirectory } from '../adapters/system/anchor-directory.ts';
import { Ed25519Signer } from '../adapters/system/ed25519-signer.ts';
import { FileHaltLatch } from '../adapters/system/file-halt-latch.ts';
import { FileStandDown } from '../adapters/system/file-stand-down.ts';
import { DataDirectory, FileError } from '../adapters/system/files.ts';
import { whyNotLocal } from '../adapters/system/local-disk.ts';
import { MemoryHaltLatch } from '../adapters/system/memory-halt-latch.ts';
import { MemoryStandDown } from '../adapters/system/memory-stand-down.ts';
import type { Settings } from '../config.ts';
import { digestOf } from '../domain/canonical.ts';
import type { Clock } from '../ports/clock.ts';
import type { EventStore } from '../ports/event-store.ts';
import type { HaltLatch } from '../ports/halt-latch.ts';
import type { RuntimeParts } from '../runtime/runtime-parts.ts';
import { AccountTakenError, StartError } from './start-error.ts';

export const JOURNAL_FILE = 'journal.sqlite';
export const LOCK_FILE = 'owner.lock';

/** The built-in exchange forgets its accounts, so that a copy of their journals has no use. */
export async function replicaOf({ supabase, venue }: Settings, name: string, clock: Clock) {
  if (supabase === null || venue.kind === 'embedded') return undefined;
  // The SDK takes as long to load as everything else together: only for who uses it.
  const { SupabaseReplica } = await import('../adapters/supabase/replica.ts');
  return new SupabaseReplica(name, { ...supabase, clock });
}

/** @throws FileError when it cannot be used, or when what is kept there cannot be relied on */
export function localDirectory(path: string): DataDirectory {
  const directory = DataDirectory.open(path);
  const because = whyNotLocal(path);
  if (because === null) return directory;
  throw new FileError(
    `the data directory ${path} cannot hold a journal: ${because}, so that neither its lock nor ` +
      'its writes can be relied on; set BIGBROTHER_DATA_DIR to a directory on a disk of this machine',
    path,
  );
}

/** What leaves nothing behind needs nobody who signs for it. @throws FileError for the key */
export function signingOf(
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
export function latchOf(path: string | null, venue: Settings['venue']): HaltLatch {
  if (path === null) return new MemoryHaltLatch();
  const directory = DataDirectory.open(path);
  if (venue.kind === 'alpaca') directory.privateFile(keyMark(venue.keyId));
  return new FileHaltLatch(directory);
}

/** @throws StartError when another process owns the account or SQLite refuses; FileError */
export function openJournal(dataDirectory: DataDirectory | null, name: string): Journal {
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

export const standDownOf = (path: string | null) =>
  path === null ? new MemoryStandDown() : new FileStandDown(path);
