import { Command } from 'commander';
import { userName } from '../../adapters/system/terminal.ts';
import { loadSettings } from '../../config.ts';
import { askOwner, ownerOf, refusalIn } from '../owner/ask-owner.ts';
import { confirm } from '../owner/halt-account.ts';
import { type Answer, answerOf } from '../shared/answer.ts';
import { UsageError } from '../shared/failure.ts';

type Options = { readonly config?: string; readonly yes?: string };

const explanation = `
A control that has switched something off never switches it on again by itself: a policy that
traded in circles in one symbol, one that was taken back after a storm of refusals, or all entries
after a long fall. The alert says what was switched
off and why. Look at the account first; then this command asks for the account's number. No agent
can run it through BigBrother.

Examples:
  bigbrother enable partial-profit AAPL      one policy in one symbol
  bigbrother enable trailing-stop            a policy that was taken back
  bigbrother enable drawdown                 entries; the next fall is measured from here
  bigbrother enable drawdown --yes PA3HALT7  without a terminal`;

export const enableCommand = (): Command =>
  new Command('enable')
    .description('switches on again what a control has switched off')
    .argument('<policy>', 'the policy that the alert names, or "drawdown"')
    .argument('[symbol]', 'the symbol that the alert names')
    .option('--yes <account>', 'the account number, in place of typing it')
    .option('--json', 'one JSON object')
    .addHelpText('after', explanation)
    .action((policy: string, symbol: string | undefined, _, command: Command) => {
      const what = { policy, symbol: symbol ?? null };
      return runEnable(what, command.optsWithGlobals<Options>(), answerOf(command));
    });

type Off = { readonly policy: string; readonly symbol: string | null };

async function runEnable({ policy, symbol }: Off, options: Options, answer: Answer): Promise<void> {
  const { place, owner } = ownerOf(loadSettings(options.config ?? null));
  const what = symbol === null ? policy : `${policy} in ${symbol}`;
  await confirm(`Switching on ${what} again`, place, options.yes, answer);
  const by = `${userName()} on the command line`;
  const question = { kind: 'enable', token: owner.token, policy, symbol, by } as const;
  const heard = await askOwner(owner, question);
  if (heard.kind !== 'enabled') throw new UsageError(refusalIn(heard));
  if (!heard.wasOff) {
    throw new UsageError(`${what} is not switched off on ${place.name}; the alerts name what is.`);
  }
  answer.note({ account: place.name, policy, symbol, enabled: true });
  answer.say(`ENABLED ${what} on ${place.name}.`);
}
