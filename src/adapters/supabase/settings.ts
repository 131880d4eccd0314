import { whyNotAccountKey, whyNotProjectKey } from './keys.ts';

export type SupabaseAccess = {
  readonly url: string;
  /** The project's publishable (anon) key. */
  readonly key: string;
  /** Opens one account; see supabase/migrations. */
  readonly accountKey: string;
};

type Env = Readonly<Record<string, string | undefined>>;

type Found = { readonly access: SupabaseAccess | null; readonly problem: string | null };

const NAMES = ['SUPABASE_URL', 'SUPABASE_KEY', 'SUPABASE_ACCOUNT_KEY'] as const;
const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]']);

/** The project that `env` names, if any, or in words why it cannot be used. */
export function supabaseAccessIn(env: Env): Found {
  const [url = '', key = '', accountKey = ''] = NAMES.map((name) => (env[name] ?? '').trim());
  const missing = NAMES.filter((name) => (env[name] ?? '').trim() === '');
  if (missing.length === NAMES.length) return { access: null, problem: null };
  if (missing.length > 0) {
    return unusable(
      `${missing.join(' and ')} ${missing.length === 1 ? 'is' : 'are'} not set; set all of ` +
        `${NAMES.join(', ')} to keep a copy of the journal in Supabase, or none of them.`,
    );
  }
  const origin = originOf(url);
  if (origin === null) {
    return unusable(
      'SUPABASE_URL cannot be used; allowed: https://YOURPROJECT.supabase.co without a path, or ' +
        'http on this machine.',
    );
  }
  const notKey = whyNotProjectKey(key);
  if (notKey !== null) return unusable(`SUPABASE_KEY cannot be used: ${notKey}.`);
  const notAccountKey = whyNotAccountKey(accountKey);
  if (notAccountKey !== null) {
    return unusable(`SUPABASE_ACCOUNT_KEY cannot be used: ${notAccountKey}.`);
  }
  return { access: { url: origin, key, accountKey }, problem: null };
}

const unusable = (problem: string): Found => ({ access: null, problem });

/** Null for what would send keys in the clear, or holds more than the place. */
function originOf(raw: string): string | null {
  const url = URL.canParse(raw) ? new URL(raw) : null;
  if (url === null || url.username !== '' || url.password !== '') return null;
  const isSafe =
    url.protocol === 'https:' || (url.protocol === 'http:' && LOOPBACK.has(url.hostname));
  return isSafe && url.pathname === '/' && url.search === '' ? url.origin : null;
}
