import { Command } from 'commander';
import { readTextFile } from '../adapters/system/files.ts';
import { loadSettings } from '../config.ts';
import { entriesIn } from '../verifier/journal-source.ts';
import { type Anchor, type Finding, JournalVerifier } from '../verifier/journal-verifier.ts';
import { journalPath } from './account-journal.ts';
import { exitCodes, UsageError } from './failure.ts';

type Options = {
  readonly config?: string;
  readonly account?: string;
  readonly anchor?: string;
  readonly key?: string;
  readonly json?: boolean;
};

const explanation = `
Checks sequence, links, hashes and signatures of every record with code that shares nothing with
what writes them, and changes nothing. Without a file it checks the journal of the data directory,
also while BigBrother runs.

A chain by itself cannot show that its end was cut off or that all of it was written anew. For that
name an anchor: what an earlier check printed and you kept elsewhere.

Examples:
  bigbrother verify
  bigbrother verify journal.sqlite --anchor 1204:5be1...
  bigbrother verify records.jsonl --anchor anchors.jsonl --json

Exit code 0 when all is well, 1 when something is not.`;

export const verifyCommand = (): Command =>
  new Command('verify')
    .description('checks that nothing in a journal was changed, removed or put in')
    .argument('[file]', 'a journal (SQLite) or its exported records (JSON lines)')
    .option('--account <name>', 'directory of an account, such as paper-PA123; default: the latest')
    .option('--anchor <anchor>', 'SIZE:ROOT as a check printed it, or a file with anchors')
    .option('--key <key>', 'the public key that must have signed the checkpoints')
    .option('--json', 'one JSON object')
    .addHelpText('after', explanation)
    .action((file: string | undefined, _, command: Command) => {
      const options = command.optsWithGlobals<Options>();
      const path =
        file ?? journalPath(loadSettings(options.config ?? null).dataDirectory, options.account);
      const finding = findingOf(path, options);
      process.stdout.write(
        options.json === true ? `${asJson(path, finding)}\n` : inWords(path, finding),
      );
      process.exitCode = finding.ok ? exitCodes.done : exitCodes.failed;
    });

function findingOf(path: string, { anchor, key }: Options): Finding {
  const anchors = anchor === undefined ? [] : anchorsFrom(anchor);
  const verifier = new JournalVerifier({ anchors, publicKey: key ?? null });
  try {
    for (const { text, columns } of entriesIn(path)) if (!verifier.take(text, columns)) break;
  } catch (error) {
    if (isAbsence(error)) throw new UsageError(`${path} does not exist or cannot be read.`);
    verifier.unreadable(error instanceof Error ? error.message : String(error));
  }
  return verifier.finding();
}

const isAbsence = (error: unknown): boolean =>
  error instanceof Error &&
  'code' in error &&
  ['ENOENT', 'EACCES', 'EISDIR'].includes(`${error.code}`);

function anchorsFrom(named: string): readonly Anchor[] {
  const inline = anchorIn(named);
  if (inline !== null) return [inline];
  return readTextFile(named)
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line, index) => {
      const anchor = anchorInJson(line);
      if (anchor === null) throw new UsageError(`${named}, line ${index + 1}: this is no anchor.`);
      return anchor;
    });
}

function anchorIn(text: string): Anchor | null {
  const found = /^(\d{1,15}):([0-9a-f]{64})$/.exec(text);
  return found === null ? null : { size: Number(found[1]), root: found[2] ?? '' };
}

function anchorInJson(line: string): Anchor | null {
  try {
    const { size, root } = JSON.parse(line) as { readonly size: unknown; readonly root: unknown };
    return anchorIn(`${size}:${root}`);
  } catch {
    return null;
  }
}

const asJson = (path: string, finding: Finding): string =>
  JSON.stringify({
    ok: finding.ok,
    records: finding.records,
    first_bad_seq: finding.firstBadSeq,
    because: finding.because,
    root: finding.root,
    checkpoints: finding.checkpoints,
    signed_up_to: finding.signedUpTo,
    public_key: finding.publicKey,
    journal: path,
  });

function inWords(path: string, finding: Finding): string {
  const { records, root, checkpoints, signedUpTo, publicKey, because, firstBadSeq } = finding;
  const signed =
    publicKey === null
      ? 'No checkpoint was signed yet.'
      : `${checkpoints} checkpoints, signed up to record ${signedUpTo} by key ${publicKey}.`;
  const lines = finding.ok
    ? [
        `${path}: all ${records} records are as they were written. ${signed}`,
        `Keep this elsewhere as an anchor: ${records}:${root}`,
      ]
    : [
        `${path}: record ${firstBadSeq} is bad: ${because}.`,
        `The ${records} records before it are as they were written. ${signed}`,
        'Keep the file as it is, and compare it with a copy or with Supabase.',
      ];
  return `${lines.join('\n')}\n`;
}
