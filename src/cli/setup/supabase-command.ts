import { Command } from 'commander';
import type { SupabaseFinding } from '../../adapters/supabase/check.ts';
import { SystemClock } from '../../adapters/system/system-clock.ts';
import { loadSettings } from '../../config.ts';
import { type Answer, answerOf } from '../shared/answer.ts';
import { exitCodes, UsageError } from '../shared/failure.ts';

type Options = { readonly config?: string; readonly account?: string; readonly json?: boolean };

const explanation = `
A copy of the journal goes to the Supabase project that the environment names:
  SUPABASE_URL          https://YOURPROJECT.supabase.co
  SUPABASE_KEY          its publishable (anon) key; a secret or service_role key is refused
  SUPABASE_ACCOUNT_KEY  opens one account; made in the SQL editor (docs/supabase.md)

Examples:
  bigbrother supabase check
  bigbrother supabase anchors > anchors.jsonl && bigbrother verify --anchor anchors.jsonl`;

export function supabaseCommand(): Command {
  const account = '--account <name>';
  const which = 'the account it must be, such as paper-PA123; default: the one the key opens';
  const command = new Command('supabase')
    .description('looks at the copy of the journal in your Supabase project')
    .addHelpText('after', explanation);
  command
    .command('check')
    .description('says what is wrong with URL, key, tables or policies, and what to do about it')
    .option(account, which)
    .option('--json', 'one JSON object')
    .addHelpText('after', '\nExit code 0 when all is well, 1 when something is not.')
    .action((_, self: Command) => check(self.optsWithGlobals<Options>()));
  command
    .command('anchors')
    .description('prints the signed checkpoints that Supabase keeps, for "bigbrother verify"')
    .option(account, which)
    .option('--json', 'all in one JSON object')
    .action((_, self: Command) => printAnchors(self.optsWithGlobals<Options>(), answerOf(self)));
  return command;
}

async function check(options: Options): Promise<void> {
  const { project, account } = projectOf(options);
  // The SDK is loaded where it is used: every other command starts without it.
  const { checkSupabase } = await import('../../adapters/supabase/check.ts');
  const findings = await checkSupabase(project, account);
  const ok = findings.every((finding) => finding.ok);
  const text =
    options.json === true
      ? JSON.stringify({ ok, url: project.url, findings })
      : findings.map(inWords).join('\n');
  process.stdout.write(`${text}\n`);
  process.exitCode = ok ? exitCodes.done : exitCodes.failed;
}

function inWords({ about, ok, because, advice }: SupabaseFinding): string {
  const line = `${ok ? 'ok   ' : 'WRONG'}  ${about.replace('_', ' ').padEnd(11)}  ${because}`;
  return advice === null ? line : `${line}\n       ${advice}`;
}

async function printAnchors(options: Options, answer: Answer): Promise<void> {
  const { project, account } = projectOf(options);
  const { SupabaseHistory } = await import('../../adapters/supabase/history.ts');
  const anchors = await new SupabaseHistory(account, project).anchors();
  answer.note({ anchors: anchors.map((anchor) => ({ ...anchor })) });
  for (const anchor of anchors) answer.say(JSON.stringify(anchor));
  process.exitCode = exitCodes.done;
}

/** @throws UsageError where the environment names no project */
function projectOf({ config, account }: Options) {
  const { supabase } = loadSettings(config ?? null);
  if (supabase === null) {
    throw new UsageError(
      'No Supabase project is named: set SUPABASE_URL, SUPABASE_KEY and SUPABASE_ACCOUNT_KEY.',
    );
  }
  const project = { ...supabase, clock: new SystemClock() };
  return { project, account: account ?? null };
}
