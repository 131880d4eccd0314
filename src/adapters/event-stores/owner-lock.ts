import { type Database, messageOf, openDatabase } from './sqlite-driver.ts';

export type OwnerLock = { release(): void };

/** Another process owns the account. `pid` is null when it has not written it yet. */
export class AccountOwnedError extends Error {
  readonly pid: number | null;

  constructor(path: string, pid: number | null) {
    super(
      `process ${pid ?? 'unknown'} already guards this account (lock ${path}). ` +
        'Use that one, or stop it first.',
    );
    this.name = 'AccountOwnedError';
    this.pid = pid;
  }
}

/**
 * Makes this process the one owner of an account. The lock is the kernel's: it is free the
 * moment the process ends, however it ends.
 *
 * Two small files: `path` is held exclusively, so nobody else can read it; the owner's pid
 * stands in `path` + `.pid`, where a second process finds it.
 *
 * @throws AccountOwnedError when another process holds it
 */
export function acquireOwnerLock(parts: {
  readonly path: string;
  readonly pid: number;
}): OwnerLock {
  const { path, pid } = parts;
  const database = open(path);
  try {
    database.exec('PRAGMA busy_timeout = 0');
    database.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    if (!/locked|busy/i.test(messageOf(error))) throw unusable(path, error);
    throw new AccountOwnedError(path, readPid(`${path}.pid`));
  }
  try {
    writePid(`${path}.pid`, pid);
  } catch (error) {
    database.close();
    throw unusable(path, error);
  }
  return { release: () => database.close() };
}

function open(path: string): Database {
  try {
    return openDatabase(path);
  } catch (error) {
    throw unusable(path, error);
  }
}

const unusable = (path: string, error: unknown): Error =>
  new Error(
    `cannot use the lock file ${path}: ${messageOf(error)}. ` +
      'Check that its directory exists and is writable for this user.',
    { cause: error },
  );

function writePid(path: string, pid: number): void {
  const database = openDatabase(path);
  try {
    database.exec('PRAGMA busy_timeout = 1000');
    database.exec('CREATE TABLE IF NOT EXISTS owner (id INTEGER PRIMARY KEY, pid INTEGER) STRICT');
    database.prepare('INSERT OR REPLACE INTO owner (id, pid) VALUES (1, ?)').run(pid);
  } finally {
    database.close();
  }
}

function readPid(path: string): number | null {
  try {
    const database = openDatabase(path);
    try {
      database.exec('PRAGMA busy_timeout = 1000');
      const row = database.prepare('SELECT pid FROM owner').get() as { pid: number } | undefined;
      return row?.pid ?? null;
    } finally {
      database.close();
    }
  } catch {
    return null; // The owner is between taking the lock and writing its pid.
  }
}
