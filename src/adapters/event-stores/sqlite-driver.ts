import { createRequire } from 'node:module';

type SqlValue = string | number | null;

type Statement = {
  run(...values: SqlValue[]): unknown;
  get(...values: SqlValue[]): unknown;
  all(...values: SqlValue[]): unknown[];
  iterate(...values: SqlValue[]): IterableIterator<unknown>;
};

/** The part of `DatabaseSync` that both drivers share and this folder uses. */
export type Database = {
  exec(sql: string): void;
  prepare(sql: string): Statement;
  close(): void;
};

type Options = { readonly readOnly?: boolean };

type Driver = { readonly DatabaseSync: new (path: string, options: Options) => Database };

// A require made at run time: the bundler must leave both drivers alone, because which
// one exists depends on the Node that runs us.
const load = createRequire(import.meta.url);

/**
 * Opens an SQLite file, creating it when it is missing unless it is opened read-only. Node's own driver where there is
 * one (Node 22 and later), else `@photostructure/sqlite`, which has the same interface.
 *
 * @throws when neither driver can be loaded, or the file cannot be opened
 */
export function openDatabase(path: string, options: Options = {}): Database {
  const { DatabaseSync } = driver();
  return new DatabaseSync(path, options);
}

function driver(): Driver {
  try {
    return withoutExperimentalWarning(() => load('node:sqlite') as Driver);
  } catch (builtIn) {
    try {
      return load('@photostructure/sqlite') as Driver;
    } catch (packaged) {
      throw new Error(
        'SQLite cannot be loaded: run `npm ci` again with optional dependencies, or use ' +
          `Node 22 or later (${messageOf(builtIn)}; ${messageOf(packaged)})`,
        { cause: packaged },
      );
    }
  }
}

/** Node 22 announces its SQLite as experimental on stderr, once; hosts show that as a fault. */
function withoutExperimentalWarning<Result>(action: () => Result): Result {
  const original = process.emitWarning;
  process.emitWarning = () => {};
  try {
    return action();
  } finally {
    process.emitWarning = original;
  }
}

export const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);
