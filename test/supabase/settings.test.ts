import { describe, expect, it } from 'vitest';
import { loadSettings, SettingsError, secretsOf, withoutSecrets } from '../../src/config.ts';
import { token } from './stack.ts';

const ACCOUNT_KEY = `bbk_${'5'.repeat(64)}`;
const named = {
  SUPABASE_URL: 'https://abcdefgh.supabase.co',
  SUPABASE_KEY: 'sb_publishable_abc',
  SUPABASE_ACCOUNT_KEY: ACCOUNT_KEY,
};
const load = (env: Readonly<Record<string, string>>) =>
  loadSettings(null, { HOME: '/none', ...env });
const problem = (env: Readonly<Record<string, string>>): string => {
  try {
    load(env);
  } catch (error) {
    if (error instanceof SettingsError) return error.message;
    throw error;
  }
  return 'none';
};

describe('the settings for Supabase', () => {
  it('are absent unless they are given', () => {
    expect(load({}).supabase).toBeNull();
    expect(load(named).supabase).toEqual({
      url: 'https://abcdefgh.supabase.co',
      key: 'sb_publishable_abc',
      accountKey: ACCOUNT_KEY,
    });
  });

  it('come whole or not at all', () => {
    expect(problem({ SUPABASE_URL: named.SUPABASE_URL })).toMatch(
      /SUPABASE_KEY and SUPABASE_ACCOUNT_KEY are not set/,
    );
  });

  it.each([
    ['a secret key', `sb_secret_${'x'.repeat(30)}`, /a secret key, which passes over row-level/],
    ['a service key', token({ role: 'service_role' }), /role service_role, which passes over/],
    ['a key of another role', token({ role: 'supabase_admin' }), /role supabase_admin/],
    ['somebody’s session', token({ role: 'authenticated' }), /role authenticated/],
    ['what is no key', 'hunter2', /neither a publishable key/],
  ])('refuse %s, and do not repeat it', (_, key, because) => {
    const said = problem({ ...named, SUPABASE_KEY: key });
    expect(said).toMatch(because);
    expect(said).not.toContain(key);
  });

  it('take the anon key of an older project', () => {
    expect(problem({ ...named, SUPABASE_KEY: token({ role: 'anon' }) })).toBe('none');
  });

  it('refuse an account key that is none, and do not repeat it', () => {
    const said = problem({ ...named, SUPABASE_ACCOUNT_KEY: 'bbk_short' });
    expect(said).toMatch(/create_account_key/);
    expect(said).not.toContain('bbk_short');
  });

  it.each([
    'http://abcdefgh.supabase.co',
    'https://user:word@abcdefgh.supabase.co',
    'https://abcdefgh.supabase.co/rest/v1',
    'abcdefgh',
  ])('refuse the address %s', (url) => {
    expect(problem({ ...named, SUPABASE_URL: url })).toMatch(/SUPABASE_URL cannot be used/);
  });

  it('show no key, and hand both to who masks secrets', () => {
    const settings = load(named);
    const shown = JSON.stringify(withoutSecrets(settings));
    expect(shown).toContain('abcdefgh.supabase.co');
    expect(shown).not.toMatch(/bbk_|sb_publishable/);
    expect(secretsOf(settings)).toEqual([ACCOUNT_KEY, 'sb_publishable_abc']);
  });
});
