import { z } from 'zod';
import { ReplicaError } from '../../ports/replica.ts';
import type { SupabaseProject } from './client.ts';

/** What the migrations in this version of BigBrother answer. */
export const SCHEMA_VERSION = 1;

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
 * The name under which the project keeps this account, for one that may be written.
 *
 * @param account as its directory is named, for example `paper-PA3XXXXXXXXX`
 * @throws ReplicaError when the key is for another account, or opens nothing
 */
export async function keptName(project: SupabaseProject, account: string): Promise<string> {
  const opened = await accessOf(project);
  const because =
    opened === null
      ? 'the project does not know SUPABASE_ACCOUNT_KEY: make one with create_account_key'
      : whyNotOf(opened, account);
  if (because !== null) throw new ReplicaError(because, { fault: 'refused' });
  return opened?.account ?? account;
}

/** A journal that was begun anew is kept under the account's name with a word behind a slash. */
export function whyNotOf({ version, account: kept }: CopyAccess, account: string): string | null {
  if (version !== SCHEMA_VERSION) {
    return (
      `the project has version ${version} of the tables, this BigBrother needs ` +
      `${SCHEMA_VERSION}: ${version < SCHEMA_VERSION ? 'apply supabase/migrations' : 'update it'}`
    );
  }
  if (kept === account || kept.startsWith(`${account}/`)) return null;
  return `SUPABASE_ACCOUNT_KEY is for account ${kept}, but this is ${account}: use that one's key`;
}
