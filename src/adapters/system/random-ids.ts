import { randomBytes } from 'node:crypto';
import type { Ids } from '../../ports/clock.ts';

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz'; // No i, l, o, u: people read these aloud.
const LENGTH = 26; // 130 bits: nobody guesses one, also of a plan or an approval.

/** Ids from the system's cryptographic randomness. */
export class RandomIds implements Ids {
  next(prefix: string): string {
    return `${prefix}-${readable(randomBytes(LENGTH))}`;
  }
}

/** Twenty-six characters, five bits out of each byte. */
export const readable = (bytes: Uint8Array): string =>
  Array.from(bytes.subarray(0, LENGTH), (byte) => ALPHABET.charAt(byte & 31)).join('');
