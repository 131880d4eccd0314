import { hash } from 'node:crypto';
import type { ClientOrderId } from './ids.ts';

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567';
const PREFIX = 'bb1-';
const LENGTH = 26; // 130 bits: collisions do not happen; well inside Alpaca's 48 and 128.
const OWN_ID = new RegExp(`^${PREFIX}[${ALPHABET}]{${LENGTH}}$`);

/**
 * The id that an order of this meaning always gets, on every machine and after every
 * restart. Alpaca takes an id once, so the same intent can never become two orders.
 *
 * @param key what the order means: account, episode and milestone or cover slot
 * @param generation rises only when the order before it is proven terminal and unfilled
 */
export function clientOrderId(key: string, generation: number): ClientOrderId {
  const digest = hash('sha256', `${key}|${generation}`);
  return (PREFIX + base32(digest)) as ClientOrderId;
}

/** True for what `clientOrderId` makes: nothing that could be read as a sentence. */
export const isClientOrderId = (text: string): boolean => OWN_ID.test(text);

/** The first bits of a digest in hexadecimal, five to a letter. */
function base32(hexadecimal: string): string {
  let out = '';
  let buffer = 0;
  let bits = 0;
  for (let at = 0; out.length < LENGTH; at += 1) {
    buffer = (buffer << 4) | Number.parseInt(hexadecimal.charAt(at), 16);
    bits += 4;
    if (bits < 5) continue;
    bits -= 5;
    out += ALPHABET.charAt(buffer >> bits);
    buffer &= (1 << bits) - 1;
  }
  return out;
}
