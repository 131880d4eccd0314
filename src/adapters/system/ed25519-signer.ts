import { createPrivateKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import type { Signer } from '../../ports/signer.ts';
import {
  type DataDirectory,
  FileError,
  fileExists,
  readTextFile,
  replaceTextFile,
} from './files.ts';

const KEY_FILE = 'checkpoint-key.pem';

/** Signs with an Ed25519 key of the account's own. */
export class Ed25519Signer implements Signer {
  readonly publicKey: string;
  readonly #key: KeyObject;

  private constructor(key: KeyObject) {
    this.#key = key;
    this.publicKey = key.export({ format: 'jwk' }).x ?? '';
  }

  /**
   * The key of the account's directory, which only its owner can read; made when there is none.
   *
   * @throws FileError when it cannot be read, written or used
   */
  static of(directory: DataDirectory): Ed25519Signer {
    const path = directory.filePath(KEY_FILE);
    if (!fileExists(path)) {
      const { privateKey } = generateKeyPairSync('ed25519');
      replaceTextFile(path, String(privateKey.export({ type: 'pkcs8', format: 'pem' })));
    }
    // Whatever a copy or a restore made of its rights.
    directory.privateFile(KEY_FILE);
    return new Ed25519Signer(keyIn(path));
  }

  /** A key that is forgotten with the process. */
  static forThisRun(): Ed25519Signer {
    return new Ed25519Signer(generateKeyPairSync('ed25519').privateKey);
  }

  sign(text: string): string {
    return sign(null, Buffer.from(text), this.#key).toString('base64url');
  }
}

function keyIn(path: string): KeyObject {
  try {
    const key = createPrivateKey(readTextFile(path));
    if (key.asymmetricKeyType === 'ed25519') return key;
  } catch (error) {
    if (error instanceof FileError) throw error;
  }
  throw new FileError(
    `the file ${path} is no Ed25519 key: put back the one that signed this journal, or move the ` +
      'file away, and a new key is made, of which the journal will tell',
    path,
  );
}
