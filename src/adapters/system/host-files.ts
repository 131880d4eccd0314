import {
  chmodSync,
  constants,
  copyFileSync,
  existsSync,
  mkdirSync,
  realpathSync,
  statSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { FileError, replaceTextFile } from './files.ts';

const OWNER_ONLY_FILE = 0o600;

/** Where the user who runs us lives, and on what. */
export const homeOfUser = () => ({ platform: process.platform, home: homedir() });

/** The file itself where `path` is a link to it; `path` when nothing is there. */
export const fileBehind = (path: string): string => (existsSync(path) ? realpathSync(path) : path);

/**
 * Puts `text` into a file of another program, whole or not at all. Links to it stay links, and
 * who may read it stays as it was, unless it is `isSecret`: then only its owner may.
 *
 * @throws FileError when it cannot be written; the file is then as it was
 */
export function writeForeignFile(path: string, text: string, isSecret: boolean): void {
  const file = fileBehind(path);
  const mode = existsSync(file) && !isSecret ? statSync(file).mode & 0o777 : OWNER_ONLY_FILE;
  makeParent(file);
  replaceTextFile(file, text);
  chmodSync(file, mode);
}

/**
 * Keeps what a file holds beside it, for its owner's eyes only. A copy that is there stays: it
 * is from before our first change.
 */
export function keepCopy(path: string, copy: string): void {
  if (existsSync(copy)) return;
  try {
    copyFileSync(path, copy, constants.COPYFILE_EXCL);
    chmodSync(copy, OWNER_ONLY_FILE);
  } catch (cause) {
    const because = cause instanceof Error ? cause.message : String(cause);
    throw new FileError(`no copy of ${path} could be kept, so it stays: ${because}`, path, cause);
  }
}

/**
 * How this Node is called by a name that outlives its next update: the one on the search path
 * where that leads to the same program.
 */
export function lastingNodePath(searchPath: string): string {
  const name = process.platform === 'win32' ? 'node.exe' : 'node';
  const running = realpathSync(process.execPath);
  const found = searchPath
    .split(delimiter)
    .filter((directory) => directory !== '')
    .map((directory) => join(directory, name))
    .find((path) => existsSync(path) && realpathSync(path) === running);
  return found ?? process.execPath;
}

function makeParent(path: string): void {
  const parent = dirname(path);
  try {
    mkdirSync(parent, { recursive: true });
  } catch (cause) {
    const because = cause instanceof Error ? cause.message : String(cause);
    throw new FileError(`the directory ${parent} cannot be made: ${because}`, parent, cause);
  }
}
