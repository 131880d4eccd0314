import { randomBytes } from 'node:crypto';
import { existsSync, linkSync, readdirSync, readFileSync, rmSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { DataDirectory, FileError, replaceTextFile, syncDirectory } from './files.ts';

const TOKENS = 'tokens';
const TOKEN_BYTES = 32;

/** A token that nobody can guess: 256 random bits behind a mark that scanners can look for. */
export const newToken = (): string => `bbt_${randomBytes(TOKEN_BYTES).toString('base64url')}`;

/**
 * Who may come in over HTTP: a file for each token, which only the owner of the data directory
 * reads. Two who change them at once never take back what the other did.
 */
export class TokenFiles {
  readonly #dataDirectory: string;
  readonly #name: string;
  readonly #directory: string;

  /** @param name of the directory that holds them */
  constructor(dataDirectory: string, name = TOKENS) {
    this.#dataDirectory = dataDirectory;
    this.#name = name;
    this.#directory = join(dataDirectory, name);
  }

  /**
   * What each of them holds, by name.
   *
   * @throws FileError when one cannot be read
   */
  read(): readonly string[] {
    if (!existsSync(this.#directory)) return [];
    try {
      return readdirSync(this.#directory)
        .filter((file) => file.endsWith('.json'))
        .sort()
        .flatMap((file) => this.#textOf(join(this.#directory, file)));
    } catch (error) {
      throw this.#failure('read', error);
    }
  }

  /**
   * @returns false when there is one of this name
   * @throws FileError when it cannot be written
   */
  add(name: string, text: string): boolean {
    const directory = DataDirectory.open(this.#dataDirectory).directory(this.#name);
    const path = directory.filePath(`${name}.json`);
    const draft = directory.filePath(`${name}.${process.pid}.new`);
    try {
      replaceTextFile(draft, text);
      // Unlike a rename, a link takes nobody's place.
      linkSync(draft, path);
      syncDirectory(directory.path);
      return true;
    } catch (error) {
      if (codeOf(error) === 'EEXIST') return false;
      throw this.#failure('written', error);
    } finally {
      rmSync(draft, { force: true });
    }
  }

  /**
   * @returns false when there was none of this name
   * @throws FileError when it cannot be removed
   */
  remove(name: string): boolean {
    try {
      unlinkSync(join(this.#directory, `${name}.json`));
      syncDirectory(this.#directory);
      return true;
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return false;
      throw this.#failure('removed', error);
    }
  }

  /** Nothing where it was removed since it was listed. */
  #textOf(path: string): readonly string[] {
    try {
      return [readFileSync(path, 'utf8')];
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return [];
      throw error;
    }
  }

  #failure(what: string, error: unknown): FileError {
    if (error instanceof FileError) return error;
    const because = error instanceof Error ? error.message : String(error);
    const message = `the tokens in ${this.#directory} cannot be ${what}: ${because}`;
    return new FileError(message, this.#directory, error);
  }
}

const codeOf = (error: unknown): unknown =>
  error instanceof Error && 'code' in error ? error.code : null;
