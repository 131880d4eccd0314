import {
  accessSync,
  chmodSync,
  closeSync,
  constants,
  existsSync,
  fsyncSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  watch,
  writeFileSync,
} from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

const OWNER_ONLY_DIRECTORY = 0o700;
const OWNER_ONLY_FILE = 0o600;

/** The world's files failed us; the message names the path, the cause and a way out. */
export class FileError extends Error {
  readonly path: string;

  constructor(message: string, path: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'FileError';
    this.path = path;
  }
}

export type Env = Readonly<Record<string, string | undefined>>;

/**
 * Where BigBrother keeps everything: `BIGBROTHER_DATA_DIR`, else the platform's usual place.
 * Nothing is created.
 */
export function dataDirectoryPath(
  env: Env,
  platform: NodeJS.Platform = process.platform,
  home: string = homedir(),
): string {
  if (env.BIGBROTHER_DATA_DIR) return resolve(env.BIGBROTHER_DATA_DIR);
  if (platform === 'darwin') return join(home, 'Library', 'Application Support', 'bigbrother');
  if (platform === 'win32') {
    return join(env.LOCALAPPDATA || join(home, 'AppData', 'Local'), 'bigbrother');
  }
  return join(env.XDG_DATA_HOME || join(home, '.local', 'share'), 'bigbrother');
}

/** The one directory we store in. Only its owner can read what we create there. */
export class DataDirectory {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  /**
   * Creates the directory, parents included, unless it is there.
   *
   * @throws FileError when it cannot be created, is no directory or cannot be written to
   */
  static open(path: string): DataDirectory {
    const fix = 'set BIGBROTHER_DATA_DIR to a directory that you can write to';
    try {
      mkdirSync(path, { recursive: true, mode: OWNER_ONLY_DIRECTORY });
      accessSync(path, constants.R_OK | constants.W_OK | constants.X_OK);
    } catch (error) {
      throw new FileError(`the data directory ${path} ${whyNot(error)}: ${fix}`, path, error);
    }
    return new DataDirectory(path);
  }

  /** A sub-directory of its own, for example one for each account. */
  directory(name: string): DataDirectory {
    return DataDirectory.open(join(this.path, name));
  }

  filePath(name: string): string {
    return join(this.path, name);
  }

  /**
   * The path of a file that exists and that only its owner can read: for a store that opens
   * its file by itself.
   */
  privateFile(name: string): string {
    const path = this.filePath(name);
    try {
      closeSync(openSync(path, 'a', OWNER_ONLY_FILE));
      if ((statSync(path).mode & 0o077) !== 0) chmodSync(path, OWNER_ONLY_FILE);
    } catch (error) {
      throw new FileError(`the file ${path} ${whyNot(error)}`, path, error);
    }
    return path;
  }
}

/** A new directory that only its owner can read, until it is removed with all it holds. */
export function temporaryDirectory(prefix: string): {
  readonly path: string;
  readonly remove: () => void;
} {
  const parent = tmpdir();
  try {
    const path = mkdtempSync(join(parent, prefix));
    return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
  } catch (error) {
    const because = `${whyNot(error)}: set TMPDIR to a directory that you can write to`;
    throw new FileError(`the temporary directory ${parent} ${because}`, parent, error);
  }
}

/** @throws FileError when the file is missing or unreadable */
export function readTextFile(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new FileError(`the file ${path} ${whyNot(error)}`, path, error);
  }
}

/**
 * Puts `text` in the place of what the file held, whole or not at all, for its owner's eyes
 * only. A file that is not there is made.
 *
 * @throws FileError when it cannot be written; the file is then as it was
 */
export function replaceTextFile(path: string, text: string): void {
  const draft = `${path}.${process.pid}.draft`;
  try {
    const file = openSync(draft, 'w', OWNER_ONLY_FILE);
    try {
      writeFileSync(file, text);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(draft, path);
    syncDirectory(dirname(path));
  } catch (error) {
    rmSync(draft, { force: true });
    const because = `cannot be written: it or its directory ${whyNot(error)}`;
    throw new FileError(`the file ${path} ${because}`, path, error);
  }
}

/** Makes durable which files a directory holds. Where directories cannot be synced, it is moot. */
export function syncDirectory(path: string): void {
  if (process.platform === 'win32') return;
  const directory = openSync(path, 'r');
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
}

/**
 * Calls `listener` with the name of what changed in a directory, or with null where the system
 * does not tell. Does nothing where nothing can be watched. The returned function ends it.
 */
export function watchDirectory(path: string, listener: (name: string | null) => void): () => void {
  try {
    const watcher = watch(path, { persistent: false }, (_, name) => listener(name));
    watcher.on('error', () => watcher.close());
    return () => watcher.close();
  } catch {
    return () => {};
  }
}

/**
 * Takes files away for good, as far as they are there.
 *
 * @throws FileError when one cannot be removed
 */
export function removeFiles(paths: readonly string[]): void {
  for (const path of paths) {
    try {
      rmSync(path, { force: true });
      syncDirectory(dirname(path));
    } catch (error) {
      throw new FileError(`the file ${path} cannot be removed: it ${whyNot(error)}`, path, error);
    }
  }
}

/** Names of the directories in `path`, sorted; none when it does not exist. */
export function directoriesIn(path: string): readonly string[] {
  if (!existsSync(path)) return [];
  try {
    const entries = readdirSync(path, { withFileTypes: true });
    return entries
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name)
      .sort();
  } catch (error) {
    throw new FileError(`the directory ${path} ${whyNot(error)}`, path, error);
  }
}

export const fileExists = (path: string): boolean => existsSync(path);

function whyNot(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
  const reasons: Readonly<Record<string, string>> = {
    ENOENT: 'does not exist',
    EACCES: 'may not be used by this user',
    EPERM: 'may not be used by this user',
    EROFS: 'lies on a read-only file system',
    ENOTDIR: 'has a file where a directory should be',
    EEXIST: 'has a file where a directory should be',
    EISDIR: 'is a directory, not a file',
    ENOSPC: 'found no space left on its disk',
  };
  return reasons[code] ?? `failed (${error instanceof Error ? error.message : String(error)})`;
}
