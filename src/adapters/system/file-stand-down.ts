import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { StandDown } from '../../domain/stand-down.ts';
import type { StandDownLatch } from '../../ports/stand-down-latch.ts';
import { readTextFile, removeFiles, replaceTextFile, watchDirectory } from './files.ts';

const FILE = 'stood-down.json';

/** One file in the account's directory: while it is there, nothing is done. */
export class FileStandDown implements StandDownLatch {
  readonly #directory: string;
  readonly #path: string;
  #seen: { readonly mark: string; readonly standDown: StandDown } | null = null;

  constructor(accountDirectory: string) {
    this.#directory = accountDirectory;
    this.#path = join(accountDirectory, FILE);
  }

  read(): StandDown | null {
    try {
      const stat = statSync(this.#path, { throwIfNoEntry: false });
      if (stat === undefined) return null;
      const mark = `${stat.ino} ${stat.mtimeMs} ${stat.size}`;
      if (this.#seen?.mark !== mark) {
        this.#seen = { mark, standDown: this.#content() ?? unreadable(stat.mtimeMs) };
      }
      return this.#seen.standDown;
    } catch {
      // Whether it is there cannot be told, and then it is.
      return unreadable(0);
    }
  }

  latch(wanted: StandDown): StandDown {
    const before = this.read();
    if (before !== null) return before;
    replaceTextFile(this.#path, `${JSON.stringify(wanted)}\n`);
    return wanted;
  }

  lift(): void {
    removeFiles([this.#path]);
  }

  watch(listener: () => void): () => void {
    return watchDirectory(this.#directory, (name) => {
      if (name === null || name === FILE) listener();
    });
  }

  #content(): StandDown | null {
    try {
      const { since, by, because } = JSON.parse(readTextFile(this.#path)) as Partial<StandDown>;
      return typeof since === 'number' && typeof by === 'string' && typeof because === 'string'
        ? { since, by, because }
        : null;
    } catch {
      return null;
    }
  }
}

const unreadable = (since: number): StandDown => ({
  since,
  by: 'a file that tells no more',
  because: `${FILE} is there and cannot be read`,
});
