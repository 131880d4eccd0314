import { Command } from 'commander';
import { userName } from '../../adapters/system/terminal.ts';
import { loadSettings } from '../../config.ts';
import { isoTime } from '../../domain/time.ts';
import type { OwnerWord } from '../../server/attach/attach-words.ts';
import { settingsFileSchema } from '../../settings-file.ts';
import { askOwner, ownerOf, refusalIn } from '../owner/ask-owner.ts';
import type { OwnerFile } from '../owner/owner-file.ts';
import { type Answer, answerOf } from '../shared/answer.ts';
import { UsageError } from '../shared/failure.ts';

type Options = { readonly config?: string; readonly json?: boolean };

const explanation = `
A BigBrother that runs follows bigbrother.config.json. What makes a limit stricter holds within
seconds. What makes one looser, and what is neither, waits for you: "pending" shows it with a code,
"accept" takes the code, and ten minutes later it holds. Whoever takes it back in the file meanwhile
has taken it back. No agent can do any of that through BigBrother.

Examples:
  bigbrother settings pending
  bigbrother settings accept 7K2M9QXD
  bigbrother settings schema > bigbrother.config.schema.json`;

export function settingsCommand(): Command {
  const settings = new Command('settings')
    .description('shows and accepts settings that wait for you')
    .addHelpText('after', explanation);
  settings
    .command('pending')
    .description('what waits, and its code')
    .option('--json', 'as JSON')
    .action((_, command: Command) => runPending(command.optsWithGlobals<Options>()));
  settings
    .command('accept')
    .description('accepts what waits')
    .argument('<code>', 'as "pending" shows it')
    .option('--json', 'one JSON object')
    .action((code: string, _, command: Command) =>
      runAccept(code, command.optsWithGlobals<Options>(), answerOf(command)),
    );
  settings
    .command('schema')
    .description('the JSON schema of the settings file, for editors')
    .action(() => tell(JSON.stringify(settingsFileSchema(), null, 2)));
  return settings;
}

const tell = (line: string): void => void process.stdout.write(`${line}\n`);

type Pending = Extract<OwnerWord, { readonly kind: 'pending_settings' }>;

async function pendingAt(owner: OwnerFile): Promise<Pending> {
  const answer = await askOwner(owner, { kind: 'list_settings', token: owner.token });
  if (answer.kind !== 'pending_settings') throw new UsageError(refusalIn(answer));
  return answer;
}

async function runPending({ config, json }: Options): Promise<void> {
  const { place, owner } = ownerOf(loadSettings(config ?? null));
  const { changes, code, since, appliesAt, settingsHash } = await pendingAt(owner);
  if (json === true) {
    tell(
      JSON.stringify({ changes, code, since, applies_at: appliesAt, settings_hash: settingsHash }),
    );
    return;
  }
  if (code === null) {
    tell(`${place.name}: no setting waits. What holds has the hash ${settingsHash}.`);
    return;
  }
  tell(`${place.name}: not in force, since ${isoTime(since ?? 0)}:`);
  for (const change of changes) tell(`  ${change}`);
  if (appliesAt !== null) tell(`Accepted; it holds from ${isoTime(appliesAt)} on.`);
  else tell(`To accept all of it: bigbrother settings accept ${code}`);
}

async function runAccept(code: string, { config }: Options, answer: Answer): Promise<void> {
  const { place, owner } = ownerOf(loadSettings(config ?? null));
  const by = `${userName()} on the command line`;
  const question = { kind: 'accept_settings', token: owner.token, code, by } as const;
  const heard = await askOwner(owner, question);
  if (heard.kind !== 'accepted_settings') throw new UsageError(refusalIn(heard));
  if (heard.appliesAt === null) {
    throw new UsageError(`Nothing was accepted: ${heard.because}.`);
  }
  const appliesAt = isoTime(heard.appliesAt);
  answer.note({ account: place.name, accepted: true, applies_at: appliesAt });
  answer.say(`ACCEPTED on ${place.name}: it holds from ${appliesAt} on.`);
}
