import { readFileSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import {
  HALT_LEVELS,
  type Halt,
  type HaltLevel,
  type HaltLift,
  strictestOf,
} from '../../domain/halt.ts';
import type { HaltLatch } from '../../ports/halt-latch.ts';
import {
  type DataDirectory,
  fileExists,
  removeFiles,
  replaceTextFile,
  watchDirectory,
} from './files.ts';

const VERIFIED = 'halt-verified.json';
const LIFTED = 'halt-lifted.json';
/** Written in better days: on a full disk it takes the place of the file that cannot be. */
const RESERVE = 'halt-reserve';
const nameOf = (level: HaltLevel): string => `halt-${level}.json`;

type Seen = { readonly mark: string; readonly halt: Halt };

/**
 * A file for each level in the account's directory, so that two who press at once cannot undo
 * each other. A file that is there and cannot be read counts as pressed.
 */
export class FileHaltLatch implements HaltLatch {
  readonly #directory: string;
  readonly #seen = new Map<HaltLevel, Seen>();
  /** Levels that could not be made durable: they hold in this process. */
  readonly #unwritten = new Map<HaltLevel, Halt>();

  /** @throws FileError when the directory cannot be written to */
  constructor(directory: DataDirectory) {
    this.#directory = directory.path;
    const reserve = this.#path(RESERVE);
    if (!fileExists(reserve)) replaceTextFile(reserve, `${' '.repeat(1_000)}\n`);
  }

  read(): Halt | null {
    return this.#held().findLast((halt) => halt !== null) ?? null;
  }

  latch(wanted: Omit<Halt, 'since'>): Halt {
    const { level, pressedAt } = wanted;
    const halt = { ...wanted, since: this.#readLevel(level)?.since ?? pressedAt };
    this.#unwritten.set(level, halt);
    try {
      replaceTextFile(this.#path(nameOf(level)), `${JSON.stringify(halt)}\n`);
    } catch (error) {
      // A name can be changed where no new file finds room.
      if (!this.#spendReserve(level)) throw error;
    }
    this.#unwritten.delete(level);
    return strictestOf(halt, this.#held());
  }

  markVerified({ level, pressedAt }: Halt): void {
    try {
      replaceTextFile(this.#path(VERIFIED), `${JSON.stringify({ level, pressedAt })}\n`);
    } catch {
      // Whoever does not find the mark verifies once more.
    }
  }

  isVerified({ level, pressedAt }: Halt): boolean {
    const verified = this.#json(VERIFIED);
    return verified?.level === level && verified.pressedAt === pressedAt;
  }

  lift({ at, by }: HaltLift): void {
    replaceTextFile(this.#path(LIFTED), `${JSON.stringify({ at, by })}\n`);
    // The mildest first: whatever happens in between, what is left is a halt.
    removeFiles(HALT_LEVELS.map((level) => this.#path(nameOf(level))));
    this.#unwritten.clear();
  }

  lastLift(): HaltLift | null {
    const { at, by } = this.#json(LIFTED) ?? {};
    return typeof at === 'number' && typeof by === 'string' ? { at, by } : null;
  }

  watch(listener: () => void): () => void {
    return watchDirectory(this.#directory, (name) => {
      if (name === null || name.startsWith('halt-')) listener();
    });
  }

  /** What holds now, the mildest level first. */
  #held(): readonly (Halt | null)[] {
    return HALT_LEVELS.map((level) => this.#readLevel(level) ?? this.#unwritten.get(level) ?? null);
  }

  #path(name: string): string {
    return join(this.#directory, name);
  }

  #readLevel(level: HaltLevel): Halt | null {
    try {
      const stat = statSync(this.#path(nameOf(level)), { throwIfNoEntry: false });
      if (stat === undefined) {
        this.#seen.delete(level);
        return null;
      }
      const mark = `${stat.ino} ${stat.mtimeMs} ${stat.size}`;
      const seen = this.#seen.get(level);
      if (seen?.mark === mark) return seen.halt;
      const halt = haltFrom(this.#json(nameOf(level)), level) ?? unreadable(level, stat.mtimeMs);
      this.#seen.set(level, { mark, halt });
      return halt;
    } catch {
      // Whether it is there cannot be told, and then it is.
      return unreadable(level, 0);
    }
  }

  #json(name: string): Readonly<Record<string, unknown>> | null {
    try {
      const value: unknown = JSON.parse(readFileSync(this.#path(name), 'utf8'));
      return typeof value === 'object' && value !== null ? { ...value } : null;
    } catch {
      return null;
    }
  }

  #spendReserve(level: HaltLevel): boolean {
    try {
      renameSync(this.#path(RESERVE), this.#path(nameOf(level)));
      return true;
    } catch {
      return false;
    }
  }
}

function haltFrom(json: Readonly<Record<string, unknown>> | null, level: HaltLevel): Halt | null {
  if (json === null) return null;
  const { since, pressedAt, actor, by, because, includesForeign } = json;
  if (typeof since !== 'number' || typeof pressedAt !== 'number') return null;
  if (typeof by !== 'string' || typeof because !== 'string') return null;
  const isKnown = actor === 'person' || actor === 'host' || actor === 'system';
  return {
    level,
    since,
    pressedAt,
    actor: isKnown ? actor : 'system',
    by,
    because,
    includesForeign: includesForeign === true,
  };
}

/** Blocks all that the level blocks; nothing is sold on the word of a file that tells nothing. */
const unreadable = (level: HaltLevel, at: number): Halt => ({
  level: level === 'entries' ? 'entries' : 'everything',
  since: at,
  pressedAt: at,
  actor: 'system',
  by: 'a file that tells no more',
  because: `there is a latch file for "${level}", and it cannot be read`,
  includesForeign: false,
});
