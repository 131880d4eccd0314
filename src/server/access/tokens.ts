import { createHash, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';

/** How far the bearer of a token may go; each covers those before it. */
export const SCOPES = ['read', 'propose', 'execute'] as const;
export type Scope = (typeof SCOPES)[number];

const tokenEntry = z.strictObject({
  name: z.string(),
  scope: z.enum(SCOPES),
  /** SHA-256 of the token in hex. It is random in 256 bits, so that nothing is gained by salt. */
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  createdAt: z.number().int(),
});

/** A token as it is kept: all but the token itself. */
export type TokenEntry = z.infer<typeof tokenEntry>;

export const covers = (given: Scope, needed: Scope): boolean =>
  SCOPES.indexOf(given) >= SCOPES.indexOf(needed);

/**
 * Reads what the token files hold.
 *
 * @throws Error when one is no token file: then nobody is let in
 */
export function tokensIn(texts: readonly string[]): readonly TokenEntry[] {
  try {
    return texts.map((text) => tokenEntry.parse(JSON.parse(text)));
  } catch {
    throw new Error('a token file is damaged: take it away and create a new token');
  }
}

export const textOfToken = (token: TokenEntry): string => `${JSON.stringify(token)}\n`;

export const tokenHash = (token: string): string =>
  createHash('sha256').update(token).digest('hex');

/** Takes as long whichever it is, and whether it is one at all. */
export function bearerOf(token: string, among: readonly TokenEntry[]): TokenEntry | null {
  const shown = Buffer.from(tokenHash(token), 'hex');
  let found: TokenEntry | null = null;
  for (const entry of among) {
    if (timingSafeEqual(shown, Buffer.from(entry.hash, 'hex'))) found = entry;
  }
  return found;
}
