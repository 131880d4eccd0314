import { join } from 'node:path';
import { Command } from 'commander';
import { FileStandDown } from '../../adapters/system/file-stand-down.ts';
import { replaceTextFile } from '../../adapters/system/files.ts';
import { SystemClock } from '../../adapters/system/system-clock.ts';
import { userName } from '../../adapters/system/terminal.ts';
import { AccountTakenError } from '../../composition/start-error.ts';
import { loadSettings, type Settings } from '../../config.ts';
import type { Json } from '../../domain/canonical.ts';
import { isoTime } from '../../domain/time.ts';
import { accountDoor } from '../owner/account-door.ts';
import { askOwner, refusalIn } from '../owner/ask-owner.ts';
import { type AccountPlace, confirm, placesFor } from '../owner/halt-account.ts';
import { type OwnerFile, readOwnerFile } from '../owner/owner-file.ts';
import { startBigBrother } from '../owner/start.ts';
import { type Answer, answerOf } from '../shared/answer.ts';
import { exitCodes, UsageError } from '../shared/failure.ts';
import { rollbackSettings } from './rollback-settings.ts';

type Options = {
  readonly config?: string;
  readonly protect?: boolean;
  readonly undo?: boolean;
  readonly because?: string;
  readonly yes?: string;
};

const explanation = `
One act takes the account back from BigBrother. From the first instant it begins nothing new, also
after a restart. Plans that are half way come to their end, the account is read, and a report says
what is held, which stops rest for it and what is open, so that your old bot can take over. Nothing
is placed and nothing is canceled, and the journal stays. It takes under a minute, and works
whether BigBrother runs or not, also with a settings file that is broken: then with the settings
that held last.

Exits with 0 when stops rest for every share, with 1 otherwise; the report says which do not.

Examples:
  bigbrother rollback
  bigbrother rollback --protect            first places the stops that are missing
  bigbrother rollback --undo               the way back in; asks for the account's number`;

export const rollbackCommand = (): Command =>
  new Command('rollback')
    .description('takes the account back: BigBrother only observes, and says what it leaves')
    .option('--protect', 'place missing stops first; nothing else')
    .option('--undo', 'let BigBrother act again')
    .option('--because <words>', 'why, for the journal and the report')
    .option('--yes <account>', 'the account number, to confirm --undo without a terminal')
    .option('--json', 'one JSON object')
    .addHelpText('after', explanation)
    .action((_, command: Command) => {
      const options = command.optsWithGlobals<Options>();
      const answer = answerOf(command);
      return options.undo === true ? runUndo(options, answer) : runRollback(options, answer);
    });

/** The owner drains its plans, finds out about unknown steps and reads the account. */
const LONGEST_ANSWER_MS = 58_000;

async function runRollback(options: Options, answer: Answer): Promise<void> {
  const { settings, warning } = rollbackSettings(options.config ?? null);
  if (warning !== null) process.stderr.write(`bigbrother: ${warning}\n`);
  const clock = new SystemClock();
  const by = `${userName()} on the command line`;
  const { because = 'asked for on the command line', protect = false } = options;
  const standDown = { since: clock.now(), by, because };
  const places = placesFor(settings);
  for (const place of places) {
    // Before anything is asked of anybody: from here on nothing new is begun.
    latchOf(settings, place).latch(standDown);
    answer.say(`STOOD DOWN ${place.name}: nothing new is begun`);
  }
  answer.note({ stood_down: places.map(({ name }) => name) });
  const request = { by, because, protect };
  const { isCovered, json, markdown, directory } = await handOver(settings, request);
  const name = `hand-over-${isoTime(clock.now()).replaceAll(':', '')}`;
  const paths = [join(directory, `${name}.md`), join(directory, `${name}.json`)] as const;
  replaceTextFile(paths[0], markdown);
  replaceTextFile(paths[1], json);
  answer.note({ hand_over: jsonIn(json), written_to: [...paths] });
  answer.say(markdown);
  answer.say(`Written to ${paths[0]} and ${paths[1]}`);
  if (!isCovered && !protect) {
    answer.say('"bigbrother rollback --protect" places the stops that are missing.');
  }
  process.exitCode = isCovered ? exitCodes.done : exitCodes.failed;
}

/** As this program wrote it. */
const jsonIn = (text: string): Json => JSON.parse(text);

const latchOf = ({ dataDirectory }: Settings, { name }: AccountPlace): FileStandDown =>
  new FileStandDown(join(dataDirectory, name));

type Request = { readonly by: string; readonly because: string; readonly protect: boolean };
type Handed = {
  readonly isCovered: boolean;
  readonly json: string;
  readonly markdown: string;
  readonly directory: string;
};

/** By the owner of the account; where none runs, by this process for as long as it takes. */
async function handOver(settings: Settings, request: Request): Promise<Handed> {
  for (const place of placesFor(settings)) {
    const directory = join(settings.dataDirectory, place.name);
    const owner = readOwnerFile(directory);
    const handed = owner === null ? null : await askedOf(owner, request);
    if (handed !== null) return { ...handed, directory };
  }
  if (settings.venue.kind === 'embedded') {
    throw new UsageError(
      'There are no keys, and no BigBrother runs its built-in exchange here: nothing to hand over.',
    );
  }
  return byItself(settings, request);
}

/** @returns null when nobody listens there any more */
async function askedOf(
  owner: OwnerFile,
  request: Request,
): Promise<Omit<Handed, 'directory'> | null> {
  const question = { kind: 'roll_back', token: owner.token, ...request } as const;
  const answer = await askOwner(owner, question, LONGEST_ANSWER_MS);
  if (answer.kind === 'handed_over') return answer;
  if (answer.kind === 'refused' && answer.because.endsWith('does not listen')) return null;
  throw new UsageError(refusalIn(answer));
}

async function byItself(settings: Settings, request: Request): Promise<Handed> {
  // For as long as this takes, what the file says next is nobody's matter.
  const running = await startBigBrother(settings, () => settings).catch((error: unknown) => {
    if (!(error instanceof AccountTakenError)) throw error;
    throw new UsageError(`${error.message} It does not answer; nothing new is begun all the same.`);
  });
  try {
    const directory = running.accountDirectory ?? settings.dataDirectory;
    return { ...(await accountDoor(running).rollBack(request)), directory };
  } finally {
    await running.stopGuarding();
    running.close();
  }
}

async function runUndo(options: Options, answer: Answer): Promise<void> {
  const settings = loadSettings(options.config ?? null);
  const places = placesFor(settings);
  const down = places.filter((place) => latchOf(settings, place).read() !== null);
  const [place] = down;
  answer.note({ lifted: null });
  if (place === undefined) {
    answer.say(
      `BigBrother is not stood down: ${places.map(({ name }) => name).join(', ') || 'no account'}.`,
    );
    return;
  }
  const { by, because, since } = latchOf(settings, place).read() ?? {};
  const at = isoTime(since ?? 0);
  const back = { by: by ?? null, because: because ?? null, at };
  answer.note({ account: place.name, taken_back: back, mode: settings.rules.mode });
  answer.say(`${place.name}: taken back by ${by} at ${at}: ${because}`);
  answer.say(
    `The settings ask for mode ${settings.rules.mode}; stop your other bot before you go on.`,
  );
  await confirm('Letting BigBrother act again', place, options.yes, answer);
  latchOf(settings, place).lift();
  answer.note({ lifted: place.name });
  answer.say(`LIFTED ${place.name}: BigBrother goes as far as its settings again.`);
}
