const SECRET_KEY = 'sb_secret_';
const PUBLISHABLE_KEY = 'sb_publishable_';
const ACCOUNT_KEY = /^bbk_[0-9a-f]{64}$/;

/**
 * Why this may not be the project's key of an agent's process, or null when it may. A key
 * that passes over row-level security is refused: whoever reads it owns the whole project.
 */
export function whyNotProjectKey(key: string): string | null {
  if (key.startsWith(SECRET_KEY)) return refusal('a secret key');
  if (key.startsWith(PUBLISHABLE_KEY)) return null;
  const role = roleOf(key);
  if (role === 'anon') return null;
  if (role !== null) return refusal(`a key of the role ${role}`);
  return 'it is neither a publishable key (sb_publishable_...) nor the anon key of a project';
}

/** Why this is no account key, or null when it is one. */
export const whyNotAccountKey = (key: string): string | null =>
  ACCOUNT_KEY.test(key)
    ? null
    : 'it is not an account key, which begins with bbk_ and is made in the SQL editor with ' +
      "select bigbrother.create_account_key('paper-YOURACCOUNT', 'a name for this machine')";

const refusal = (what: string): string =>
  `it is ${what}, which passes over row-level security and could read and write the whole ` +
  'project; use the publishable (anon) key, and replace this one in the dashboard if an agent ' +
  'may have seen it';

/** The role that a JWT names, unverified: null for what is none. */
function roleOf(key: string): string | null {
  const [, claims, signature] = key.split('.');
  if (claims === undefined || signature === undefined) return null;
  try {
    const parsed: unknown = JSON.parse(Buffer.from(claims, 'base64url').toString('utf8'));
    const named = typeof parsed === 'object' && parsed !== null && 'role' in parsed;
    return named && typeof parsed.role === 'string' ? parsed.role : null;
  } catch {
    return null;
  }
}
