import { z } from 'zod';
import { ReplicaError } from '../../ports/replica.ts';
import type { SupabaseProject } from './client.ts';

/** What the migrations in this version of BigBrother answer. */
const SCHEMA_VERSION = 1;

const access = z
  .object({ version: z.number(), account: z.string(), may_write: z.boolean() })
  .nullable();
export type CopyAccess = NonNullable<z.output<typeof access>>;

/** What the account key opens; null when the project does not know it. @throws ReplicaError */
export const accessOf = (project: SupabaseProject): Promise<CopyAccess | null> =>
  project.ask('ask what the account key opens', access, (signal) =>
    project.client.rpc('journal_copy_access').abortSignal(signal).retry(false),
  );

/**
 * The name under which the project keeps this account.
 *
 * @param account as its directory is named, for example `paper-PA3XXXXXXXXX`; null for
 *   whichever the key opens
 * @throws ReplicaError when the key is for another account, or opens nothing
 */
export async function keptName(project: SupabaseProject, account: string | null): Promise<string> {
  const opened = await accessOf(project);
  if (opened === null) {
    const because =
      'the project does not know SUPABASE_ACCOUNT_KEY: make one with create_account_key';
    throw new ReplicaError(because, { fault: 'refused' });
  }
  const misfit = misfitOf(opened, account);
  if (misfit !== null) throw new ReplicaError(misfit.because, { fault: 'refused' });
  return opened.account;
}

export type Misfit = { readonly about: 'schema' | 'account_key'; readonly because: string };

/** A journal that was begun anew is kept under the account's name with a word behind a slash. */
export function misfitOf(opened: CopyAccess, account: string | null): Misfit | null {
  const { version, account: kept } = opened;
  if (version !== SCHEMA_VERSION) {
    const way = version < SCHEMA_VERSION ? 'apply supabase/migrations' : 'update BigBrother';
    const because =
      `the project has version ${version} of the tables, this BigBrother needs ` +
      `${SCHEMA_VERSION}: ${way}`;
    return { about: 'schema', because };
  }
  if (account === null || kept === account || kept.startsWith(`${account}/`)) return null;
  const because = `the account key is for account ${kept}, but this is ${account}: use that one's`;
  return { about: 'account_key', because };
}
