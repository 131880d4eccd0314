import { SystemClock } from '../../adapters/system/system-clock.ts';
import type { Settings } from '../../config.ts';
import { reasonOf } from '../../ports/deadline.ts';
import { type Finding, ok, problem } from './doctor-checks.ts';

/**
 * What is right and wrong with the project that keeps a copy of the journal.
 *
 * @param account whose copy it should be; null where that is not known
 */
export async function supabaseFindings(
  { supabase }: Settings,
  account: string | null,
): Promise<readonly Finding[]> {
  const check = 'supabase';
  if (supabase === null) return [ok(check, 'none is named: this machine alone keeps the journal')];
  // Its SDK is loaded where it is used: whoever names no project waits for nothing.
  const { checkSupabase } = await import('../../adapters/supabase/check.ts');
  try {
    const found = await checkSupabase({ ...supabase, clock: new SystemClock() }, account);
    return found.map(({ about, because, advice }) => {
      const name = `${check} ${about.replace('_', ' ')}`;
      return advice === null ? ok(name, because) : problem(name, because, advice);
    });
  } catch (error) {
    return [problem(check, reasonOf(error), 'see "bigbrother supabase check"')];
  }
}
