import { join } from 'node:path';
import { Command } from 'commander';
import { connectLocally } from '../adapters/system/local-socket.ts';
import { SystemClock } from '../adapters/system/system-clock.ts';
import { userName } from '../adapters/system/terminal.ts';
import { loadSettings, type Settings } from '../config.ts';
import { askOwner } from '../server/attach.ts';
import type { GuestWord, OwnerWord } from '../server/attach-words.ts';
import { UsageError } from './failure.ts';
import { type AccountPlace, confirm, placesFor } from './halt-account.ts';
import { type OwnerFile, readOwnerFile } from './owner-file.ts';

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
    .addHelpText('after', explanation)
    .action((_, command: Command) => runAdopt(command.optsWithGlobals<Options>()));

const tell = (line: string): void => void process.stdout.write(`${line}\n`);

async function runAdopt(options: Options): Promise<void> {
  const settings = loadSettings(options.config ?? null);
  const { place, owner } = ownerOf(settings);
  const { token } = owner;
  const found = await ask(owner, { kind: 'list_strangers', token });
  if (found.kind !== 'strangers') throw new UsageError(refusalIn(found));
  if (found.orders.length === 0) {
    tell(`${place.name}: there is no order of another BigBrother.`);
    return;
  }
  for (const words of found.orders) tell(`NOT OURS: ${words}`);
  await confirm('Taking these orders over', place, options.yes);
  const by = `${userName()} on the command line`;
  const adopted = await ask(owner, { kind: 'adopt', token, by });
  if (adopted.kind !== 'adopted') throw new UsageError(refusalIn(adopted));
  tell(`ADOPTED ${adopted.count} orders of ${place.name}: trading goes on.`);
}

function ownerOf(settings: Settings): {
  readonly place: AccountPlace;
  readonly owner: OwnerFile;
} {
  for (const place of placesFor(settings)) {
    const owner = readOwnerFile(join(settings.dataDirectory, place.name));
    if (owner !== null) return { place, owner };
  }
  throw new UsageError(
    'No BigBrother guards this account here; start "bigbrother loop" first, which looks at the orders.',
  );
}

async function ask(owner: OwnerFile, question: GuestWord): Promise<OwnerWord> {
  const link = await connectLocally(owner.address);
  if (link === null) return { kind: 'refused', because: `process ${owner.pid} does not listen` };
  return askOwner(link, question, new SystemClock());
}

const refusalIn = (word: OwnerWord): string =>
  `The BigBrother that owns the account said no: ${word.kind === 'refused' ? word.because : word.kind}; ` +
  'nothing was changed. Start "bigbrother loop" and try again.';
