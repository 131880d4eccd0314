import { hash } from 'node:crypto';
import type { ClientOrderId } from './ids.ts';

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567';
const PREFIX = 'bb1-';
const SHIFTS = [15, 10, 5, 0];
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

/** The first bits of a digest in hexadecimal: of five digits four letters. */
function base32(hexadecimal: string): string {
  let out = '';
  for (let at = 0; out.length < LENGTH; at += 5) {
    const bits = Number.parseInt(hexadecimal.slice(at, at + 5), 16);
    for (const shift of SHIFTS) out += ALPHABET.charAt((bits >> shift) & 31);
  }
  return out.slice(0, LENGTH);
}
