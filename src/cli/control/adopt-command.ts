import { Command } from 'commander';
import { userName } from '../../adapters/system/terminal.ts';
import { loadSettings } from '../../config.ts';
import { askOwner, ownerOf, refusalIn } from '../owner/ask-owner.ts';
import { confirm } from '../owner/halt-account.ts';
import { type Answer, answerOf } from '../shared/answer.ts';
import { UsageError } from '../shared/failure.ts';

type Options = { readonly config?: string; readonly yes?: string };

const explanation = `
BigBrother marks its orders. Where it finds one with its mark that is not in its journal, another
BigBrother acts on the account, or the journal was lost, and it sends nothing any more. Stop the
other one first; then this command lists the orders and asks for the account's number. They count
as this one's from then on, and trading goes on. No agent can do that through BigBrother.

Examples:
  bigbrother adopt
  bigbrother adopt --yes PA3HALT7        without a terminal`;

export const adoptCommand = (): Command =>
  new Command('adopt')
    .description('takes over orders of another BigBrother, once no other one acts any more')
    .option('--yes <account>', 'the account number, in place of typing it')
    .option('--json', 'one JSON object')
    .addHelpText('after', explanation)
    .action((_, command: Command) =>
      runAdopt(command.optsWithGlobals<Options>(), answerOf(command)),
    );

async function runAdopt(options: Options, answer: Answer): Promise<void> {
  const settings = loadSettings(options.config ?? null);
  const { place, owner } = ownerOf(settings);
  const { token } = owner;
  const found = await askOwner(owner, { kind: 'list_strangers', token });
  if (found.kind !== 'strangers') throw new UsageError(refusalIn(found));
  answer.note({ account: place.name, not_ours: found.orders, adopted: 0 });
  if (found.orders.length === 0) {
    answer.say(`${place.name}: there is no order of another BigBrother.`);
    return;
  }
  for (const words of found.orders) answer.say(`NOT OURS: ${words}`);
  await confirm('Taking these orders over', place, options.yes, answer);
  const by = `${userName()} on the command line`;
  const adopted = await askOwner(owner, { kind: 'adopt', token, by });
  if (adopted.kind !== 'adopted') throw new UsageError(refusalIn(adopted));
  answer.note({ adopted: adopted.count });
  answer.say(`ADOPTED ${adopted.count} orders of ${place.name}: trading goes on.`);
}
