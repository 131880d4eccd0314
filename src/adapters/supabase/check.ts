import { z } from 'zod';
import { ReplicaError } from '../../ports/replica.ts';
import { accessOf, type CopyAccess, misfitOf } from './access.ts';
import { type SupabaseParts, SupabaseProject } from './client.ts';

/** One thing that has to be right, in the order in which they depend on each other. */
export type SupabaseFinding = {
  readonly about: 'url' | 'key' | 'schema' | 'account_key' | 'policies';
  readonly ok: boolean;
  readonly because: string;
  /** What to do about it; null where nothing has to be done. */
  readonly advice: string | null;
};

const APPLY =
  'Apply supabase/migrations to this project: "supabase link", then "supabase db push".';
const MAKE_KEY =
  "In the SQL editor: select bigbrother.create_account_key('paper-YOURACCOUNT', 'this machine'); " +
  'and set SUPABASE_ACCOUNT_KEY to what it shows.';

/**
 * Looks at a project as BigBrother would use it. Whatever it tries is refused in a project
 * that is as it should be, and in any other it meets no row.
 *
 * @param account the account this machine guards; null where it is not known
 * @returns a finding for each thing looked at, up to the first that hides the others
 */
export async function checkSupabase(
  parts: SupabaseParts,
  account: string | null,
): Promise<readonly SupabaseFinding[]> {
  const project = new SupabaseProject(parts);
  const findings: SupabaseFinding[] = [];
  const good = (about: SupabaseFinding['about'], because: string): void => {
    findings.push({ about, ok: true, because, advice: null });
  };
  let opened: CopyAccess | null;
  try {
    opened = await accessOf(project);
  } catch (error) {
    return beforeAccess(error, parts.url);
  }
  good('url', `${parts.url} answers`);
  good('key', 'the project takes the key, which is bound to row-level security');
  const misfit = opened === null ? null : misfitOf(opened, account);
  if (misfit !== null) {
    const advice = misfit.about === 'schema' ? APPLY : MAKE_KEY;
    return [...findings, { ...misfit, ok: false, advice }];
  }
  good('schema', 'the tables are there, in the version that this BigBrother needs');
  if (opened === null) {
    const because = 'the project does not know SUPABASE_ACCOUNT_KEY, or it was revoked';
    return [...findings, { about: 'account_key', ok: false, because, advice: MAKE_KEY }];
  }
  const { account: kept, may_write: mayWrite } = opened;
  findings.push({
    about: 'account_key',
    ok: mayWrite,
    because: `it opens account ${kept}${mayWrite ? '' : ' for reading only'}`,
    advice: mayWrite ? null : `${MAKE_KEY} A machine that only reads needs nothing more.`,
  });
  return [...findings, ...(await policyFindings(project, kept))];
}

function beforeAccess(error: unknown, url: string): readonly SupabaseFinding[] {
  if (!(error instanceof ReplicaError)) throw error;
  const { status, fault, code } = error;
  const because = error.inFull();
  if (status === 401) {
    const advice =
      'Set SUPABASE_KEY to the publishable (anon) key of this project: dashboard, Project ' +
      'Settings, API Keys.';
    return [urlAnswers(url), { about: 'key', ok: false, because, advice }];
  }
  if (code === 'PGRST202' || code === '42883') {
    return [urlAnswers(url), { about: 'schema', ok: false, because, advice: APPLY }];
  }
  const advice =
    fault === 'unreachable'
      ? 'Check SUPABASE_URL and the network; a free project that was not used for a week is ' +
        'paused: wake it in the dashboard.'
      : 'Check that SUPABASE_URL is the address of a Supabase project.';
  return [{ about: 'url', ok: false, because, advice }];
}

const urlAnswers = (url: string): SupabaseFinding => ({
  about: 'url',
  ok: true,
  because: `${url} answers`,
  advice: null,
});

const RELOAD_POLICIES = `Somebody changed the project. ${APPLY} Where that finds nothing to do, undo the change.`;

/** What the catalogue says, and what the database does when it is tried. */
async function policyFindings(
  project: SupabaseProject,
  account: string,
): Promise<readonly SupabaseFinding[]> {
  const problems = await catalogueProblems(project);
  for (const attempt of attempts(project, account)) {
    const problem = await attempt();
    if (problem !== null) problems.push(problem);
  }
  if (problems.length > 0) {
    return problems.map((because) => ({
      about: 'policies',
      ok: false,
      because,
      advice: RELOAD_POLICIES,
    }));
  }
  const because = 'records can be added and read, and neither changed nor removed';
  return [{ about: 'policies', ok: true, because, advice: null }];
}

async function catalogueProblems(project: SupabaseProject): Promise<string[]> {
  try {
    return await project.ask('ask what is wrong', z.array(z.string()), (signal) =>
      project.client.rpc('journal_copy_problems').abortSignal(signal).retry(false),
    );
  } catch (error) {
    if (error instanceof ReplicaError) return [error.inFull()];
    throw error;
  }
}

function attempts(project: SupabaseProject, account: string) {
  const events = () => project.client.from('events');
  // No record has this number, and this one has no hash: nothing can come of it.
  const nobodys = { account: `${account}/somebody-else`, seq: 1, record: '{"seq":1}' };
  const wanted = async (what: string, send: Parameters<SupabaseProject['ask']>[2]) => {
    try {
      await project.ask(what, z.unknown(), send);
      return `the project did not refuse to ${what}`;
    } catch (error) {
      if (!(error instanceof ReplicaError)) throw error;
      return error.code === '42501' ? null : `to ${error.inFull()}`;
    }
  };
  return [
    () =>
      wanted('change a record', (signal) =>
        events().update({ record: '' }).eq('seq', -1).abortSignal(signal).retry(false),
      ),
    () =>
      wanted('remove a record', (signal) =>
        events().delete().eq('seq', -1).abortSignal(signal).retry(false),
      ),
    () =>
      wanted('write into another account', (signal) =>
        events().insert(nobodys).abortSignal(signal).retry(false),
      ),
  ];
}
