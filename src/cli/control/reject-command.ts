import { Command } from 'commander';
import { userName } from '../../adapters/system/terminal.ts';
import { loadSettings } from '../../config.ts';
import { askOwner, ownerOf, refusalIn } from '../owner/ask-owner.ts';
import { type Answer, answerOf } from '../shared/answer.ts';
import { UsageError } from '../shared/failure.ts';

type Options = { readonly config?: string; readonly because?: string };

const explanation = `
The plan is void, and what it would have done cannot be proposed again for an hour.

Examples:
  bigbrother reject plan-7k2mh0q9v4xw1t8rbn5cde3fgj
  bigbrother reject plan-7k2mh0q9v4xw1t8rbn5cde3fgj --because "not before the earnings"`;

export const rejectCommand = (): Command =>
  new Command('reject')
    .description('says no to one plan that waits')
    .argument('<plan>', 'the plan, as "bigbrother pending" names it')
    .option('--because <text>', 'why; the journal and the agent are told')
    .option('--json', 'one JSON object')
    .addHelpText('after', explanation)
    .action((plan: string, _, command: Command) =>
      runReject(plan, command.optsWithGlobals<Options>(), answerOf(command)),
    );

async function runReject(planId: string, options: Options, answer: Answer): Promise<void> {
  const { owner } = ownerOf(loadSettings(options.config ?? null));
  const by = `${userName()} in a terminal`;
  const because = options.because ?? 'no reason was given';
  const question = { kind: 'reject', token: owner.token, planId, by, because } as const;
  const heard = await askOwner(owner, question);
  if (heard.kind !== 'taken') throw new UsageError(refusalIn(heard));
  if (heard.because !== null) throw new UsageError(`Not rejected: ${heard.because}.`);
  answer.note({ plan_id: planId, rejected: true, because });
  answer.say(`REJECTED ${planId}.`);
}
