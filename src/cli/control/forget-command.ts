import { Command } from 'commander';
import { userName } from '../../adapters/system/terminal.ts';
import { loadSettings } from '../../config.ts';
import { isTicker } from '../../domain/ids.ts';
import { askOwner, ownerOf, refusalIn } from '../owner/ask-owner.ts';
import { confirm } from '../owner/halt-account.ts';
import { type Answer, answerOf } from '../shared/answer.ts';
import { UsageError } from '../shared/failure.ts';

type Options = {
  readonly config?: string;
  readonly policy?: string;
  readonly symbol?: string;
  readonly all?: boolean;
  readonly yes?: string;
};

const explanation = `
What became of trades until now counts no more for what is learned, and what was advised from it
ends at once. The journal keeps the trades, and says who had them forgotten; no rebuild brings
them back. With a policy every trade goes in which it sold something, with a symbol every trade in
it, with both those that are both.

Examples:
  bigbrother memory forget --symbol AAPL
  bigbrother memory forget --policy partial-profit --symbol AAPL
  bigbrother memory forget --all --yes PA3HALT7   without a terminal`;

export const forgetCommand = (): Command =>
  new Command('forget')
    .description('has what was learned from trades until now count no more')
    .option('--policy <name>', 'trades in which this policy sold')
    .option('--symbol <symbol>', 'trades in this symbol')
    .option('--all', 'every trade')
    .option('--yes <account>', 'the account number, in place of typing it')
    .option('--json', 'one JSON object')
    .addHelpText('after', explanation)
    .action((_, command: Command) =>
      runForget(command.optsWithGlobals<Options>(), answerOf(command)),
    );

async function runForget(options: Options, answer: Answer): Promise<void> {
  const policy = options.policy ?? null;
  const symbol = options.symbol?.toUpperCase() ?? null;
  const isAll = options.all === true;
  if (isAll === (policy !== null || symbol !== null)) {
    throw new UsageError('Say what is to be forgotten: --policy, --symbol or both, or else --all.');
  }
  if (symbol !== null && !isTicker(symbol)) throw new UsageError(`${symbol} is no symbol.`);
  const { place, owner } = ownerOf(loadSettings(options.config ?? null));
  const by = policy === null ? '' : ` by ${policy}`;
  const what = `what was learned from trades${by}${symbol === null ? '' : ` in ${symbol}`}`;
  await confirm(`Forgetting ${what}`, place, options.yes, answer);
  const who = `${userName()} on the command line`;
  const question = { kind: 'forget', token: owner.token, policy, symbol, by: who } as const;
  const heard = await askOwner(owner, question);
  if (heard.kind !== 'forgotten') throw new UsageError(refusalIn(heard));
  answer.note({ account: place.name, policy, symbol, forgotten: true });
  answer.say(`FORGOTTEN ${what}, on ${place.name}.`);
}
