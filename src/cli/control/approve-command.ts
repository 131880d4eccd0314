import { Command } from 'commander';
import { askLine, userName } from '../../adapters/system/terminal.ts';
import { loadSettings } from '../../config.ts';
import { askOwner, ownerOf, refusalIn } from '../owner/ask-owner.ts';
import { UsageError } from '../shared/failure.ts';
import { shown, waitingPlan } from './pending-command.ts';

type Options = { readonly config?: string; readonly yes?: string; readonly code?: string };

const explanation = `
Shows the plan once more and asks. A plan that takes protection away wants its code typed, and its
orders are sent only some time after that. Your yes is for this plan alone, once, until it expires.

Examples:
  bigbrother approve plan-7k2mh0q9v4xw1t8rbn5cde3fgj
  bigbrother approve plan-7k2mh0q9v4xw1t8rbn5cde3fgj --yes 4f7k2m9x   without a terminal`;

export const approveCommand = (): Command =>
  new Command('approve')
    .description('says yes to one plan that waits')
    .argument('<plan>', 'the plan, as "bigbrother pending" names it')
    .option('--yes <code>', 'the code that "bigbrother pending" shows, in place of an answer')
    .option('--code <code>', 'the same, for who is asked for it')
    .addHelpText('after', explanation)
    .action((plan: string, _, command: Command) =>
      runApprove(plan, command.optsWithGlobals<Options>()),
    );

async function runApprove(planId: string, { config, yes, code }: Options): Promise<void> {
  const { owner } = ownerOf(loadSettings(config ?? null));
  const waiting = await waitingPlan(owner, planId);
  process.stdout.write(`${shown(waiting, true)}\n`);
  const given = yes ?? code ?? (await answered(waiting.tier === 'T3', waiting.code));
  const by = `${userName()} in a terminal`;
  const { token } = owner;
  const { hash } = waiting;
  const question = { kind: 'approve', token, planId, hash, code: given, by } as const;
  const answer = await askOwner(owner, question);
  if (answer.kind !== 'taken') throw new UsageError(refusalIn(answer));
  if (answer.because !== null) throw new UsageError(`Not approved: ${answer.because}.`);
  process.stdout.write(`APPROVED ${planId}: the agent may execute it once now.\n`);
}

/** @returns the plan's code, from a person who says so or types it */
async function answered(mustType: boolean, code: string): Promise<string> {
  if (!process.stdin.isTTY) {
    throw new UsageError(
      'Approving takes a person; without a terminal pass --yes with the code of "bigbrother pending".',
    );
  }
  if (mustType) return askLine(`It takes protection away. Type the code ${code} to approve: `);
  if ((await askLine('Type "yes" to approve, anything else to leave it: ')) === 'yes') return code;
  throw new UsageError('Not approved; it still waits. "bigbrother reject" says no to it.');
}
