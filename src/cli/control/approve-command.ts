import { Command } from 'commander';
import { askLine, userName } from '../../adapters/system/terminal.ts';
import { loadSettings } from '../../config.ts';
import { askOwner, ownerOf, refusalIn } from '../owner/ask-owner.ts';
import { type Answer, answerOf } from '../shared/answer.ts';
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
    .option('--json', 'one JSON object')
    .addHelpText('after', explanation)
    .action((plan: string, _, command: Command) =>
      runApprove(plan, command.optsWithGlobals<Options>(), answerOf(command)),
    );

async function runApprove(planId: string, options: Options, answer: Answer): Promise<void> {
  const { config, yes, code } = options;
  const { owner } = ownerOf(loadSettings(config ?? null));
  const waiting = await waitingPlan(owner, planId);
  const { hash, tier, text } = waiting;
  answer.note({ plan_id: planId, hash, tier, plan: [...text.lines, ...text.details] });
  answer.note({ approved: false });
  answer.say(shown(waiting, true));
  const given = yes ?? code ?? (await answered(answer, tier === 'T3', waiting.code));
  const by = `${userName()} in a terminal`;
  const { token } = owner;
  const question = { kind: 'approve', token, planId, hash, code: given, by } as const;
  const heard = await askOwner(owner, question);
  if (heard.kind !== 'taken') throw new UsageError(refusalIn(heard));
  if (heard.because !== null) throw new UsageError(`Not approved: ${heard.because}.`);
  answer.note({ approved: true });
  answer.say(`APPROVED ${planId}: the agent may execute it once now.`);
}

/** @returns the plan's code, from a person who says so or types it */
async function answered({ isJson }: Answer, mustType: boolean, code: string): Promise<string> {
  if (isJson || !process.stdin.isTTY) {
    const where = isJson ? 'with --json' : 'without a terminal';
    throw new UsageError(
      `Approving takes a person; ${where} pass --yes with the code of "bigbrother pending".`,
    );
  }
  if (mustType) return askLine(`It takes protection away. Type the code ${code} to approve: `);
  if ((await askLine('Type "yes" to approve, anything else to leave it: ')) === 'yes') return code;
  throw new UsageError('Not approved; it still waits. "bigbrother reject" says no to it.');
}
