import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { DataDirectory, fileExists, readTextFile, replaceTextFile } from './files.ts';

const TOKEN_FILE = 'tokens.json';
const TOKEN_BYTES = 32;

/** A token that nobody can guess: 256 random bits behind a mark that scanners can look for. */
export const newToken = (): string => `bbt_${randomBytes(TOKEN_BYTES).toString('base64url')}`;

/** The file of a data directory that says who may come in over HTTP; only its owner reads it. */
export class TokenFile {
  readonly #directory: string;

  constructor(dataDirectory: string) {
    this.#directory = dataDirectory;
  }

  /**
   * @returns null when there is none yet
   * @throws FileError when it cannot be read
   */
  read(): string | null {
    const path = join(this.#directory, TOKEN_FILE);
    return fileExists(path) ? readTextFile(path) : null;
  }

  /** @throws FileError when it cannot be written; it is then as it was */
  write(text: string): void {
    replaceTextFile(DataDirectory.open(this.#directory).filePath(TOKEN_FILE), text);
  }
}
