import { basename, dirname } from 'node:path';
import { Command } from 'commander';
import { anchorFile } from '../../adapters/system/anchor-directory.ts';
import { fileExists, readTextFile } from '../../adapters/system/files.ts';
import { SystemClock } from '../../adapters/system/system-clock.ts';
import { loadSettings } from '../../config.ts';
import { tamperWindowMs } from '../../domain/checkpoint.ts';
import type { EpochMs } from '../../domain/time.ts';
import { DISCLOSURE, verifyDisclosure } from '../../verifier/disclosure.ts';
import type { Anchor } from '../../verifier/journal-verifier.ts';
import { verifyInThreads } from '../../verifier/verify-in-threads.ts';
import type { Report } from '../../verifier/verify-journal.ts';
import { list } from '../shared/arguments.ts';
import { exitCodes, UsageError } from '../shared/failure.ts';
import { journalPath } from './account-journal.ts';

type Options = {
  readonly config?: string;
  readonly account?: string;
  readonly anchor?: string;
  readonly archive?: string;
  readonly key?: readonly string[];
  readonly json?: boolean;
};

const explanation = `
Checks sequence, links, hashes and signatures of every record with code that shares nothing with
what writes them, and changes nothing. Without a path it checks the journal of the data directory
with its archive, also while BigBrother runs, and holds it to the anchors in the directory that
the settings name under "anchors".

A chain by itself cannot show that its end was cut off or that all of it was written anew. For that
name an anchor: what an earlier check printed and you kept elsewhere.

Examples:
  bigbrother verify
  bigbrother verify journal.sqlite --anchor 1204:5be1...
  bigbrother verify records.jsonl --anchor anchors.jsonl --json
  bigbrother verify evidence/                  a bundle of "bigbrother export --bundle"
  bigbrother verify evidence/disclosure.json   the records of one order, without the others

Exit code 0 when all is well, 1 when something is not.`;

export const verifyCommand = (): Command =>
  new Command('verify')
    .description('checks that nothing in a journal was changed, removed or put in')
    .argument('[path]', 'a journal, exported records, an evidence bundle or a disclosure')
    .option('--account <name>', 'directory of an account, such as paper-PA123; default: the latest')
    .option('--anchor <anchor>', 'SIZE:ROOT as a check printed it, or a file with anchors')
    .option(
      '--archive <directory>',
      'where older records are; default: "archive" beside the journal',
    )
    .option('--key <keys>', 'public keys that may have signed the checkpoints, with commas', list)
    .option('--json', 'one JSON object')
    .addHelpText('after', explanation)
    .action(async (named: string | undefined, _, command: Command) => {
      const options = command.optsWithGlobals<Options>();
      const task = taskOf(named, options);
      const report = await reportOn(task, options);
      const windowMs = tamperWindowMs(task.lastAnchorAt, new SystemClock().now());
      const told = { path: task.path, report, windowMs };
      process.stdout.write(options.json === true ? `${asJson(told)}\n` : inWords(told));
      process.exitCode = report.ok ? exitCodes.done : exitCodes.failed;
    });

type Task = {
  readonly path: string;
  readonly anchors: readonly Anchor[];
  /** When the newest of them was written down outside; null when none says. */
  readonly lastAnchorAt: EpochMs | null;
};

function taskOf(named: string | undefined, options: Options): Task {
  const asked = options.anchor === undefined ? [] : anchorsFrom(options.anchor);
  if (named !== undefined) return { path: named, ...withAnchors(asked) };
  const { dataDirectory, anchorDirectory } = loadSettings(options.config ?? null);
  const path = journalPath(dataDirectory, options.account);
  if (anchorDirectory === null) return { path, ...withAnchors(asked) };
  const outside = anchorFile(anchorDirectory, basename(dirname(path)));
  const found = fileExists(outside) ? anchorsIn(outside) : [];
  return { path, ...withAnchors([...asked, ...found]) };
}

type TimedAnchor = Anchor & { readonly at: EpochMs | null };

function withAnchors(anchors: readonly TimedAnchor[]) {
  const times = anchors.flatMap(({ at }) => at ?? []);
  return {
    anchors,
    lastAnchorAt: times.reduce<number | null>((a, b) => Math.max(a ?? 0, b), null),
  };
}

async function reportOn({ path, anchors }: Task, { archive, key = [] }: Options): Promise<Report> {
  try {
    if (path.endsWith('.json')) {
      const content = readTextFile(path);
      if (!content.includes(DISCLOSURE)) throw new UsageError(`${path} is no disclosure.`);
      return { ...verifyDisclosure(content, key), unseen: null };
    }
    return await verifyInThreads(path, { anchors, publicKeys: key, archive: archive ?? null });
  } catch (error) {
    if (isAbsence(error)) throw new UsageError(`${path} does not exist or cannot be read.`);
    throw error;
  }
}

const isAbsence = (error: unknown): boolean =>
  error instanceof Error &&
  'code' in error &&
  ['ENOENT', 'EACCES', 'EISDIR'].includes(`${error.code}`);

function anchorsFrom(named: string): readonly TimedAnchor[] {
  const inline = anchorIn(named);
  return inline === null ? anchorsIn(named) : [inline];
}

const anchorsIn = (path: string): readonly TimedAnchor[] =>
  readTextFile(path)
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line, index) => {
      const anchor = anchorInJson(line);
      if (anchor === null) throw new UsageError(`${path}, line ${index + 1}: this is no anchor.`);
      return anchor;
    });

function anchorIn(text: string): TimedAnchor | null {
  const found = /^(\d{1,15}):([0-9a-f]{64})$/.exec(text);
  return found === null ? null : { size: Number(found[1]), root: found[2] ?? '', at: null };
}

function anchorInJson(line: string): TimedAnchor | null {
  try {
    const { size, root, at } = JSON.parse(line) as Readonly<Record<string, unknown>>;
    const anchor = anchorIn(`${size}:${root}`);
    return anchor === null ? null : { ...anchor, at: typeof at === 'number' ? at : null };
  } catch {
    return null;
  }
}

type Told = {
  readonly path: string;
  readonly report: Report;
  readonly windowMs: number | null;
};

const asJson = ({ path, report, windowMs }: Told): string =>
  JSON.stringify({
    ok: report.ok,
    records: report.records,
    first_bad_seq: report.firstBadSeq,
    because: report.because,
    root: report.root,
    checkpoints: report.checkpoints,
    signed_up_to: report.signedUpTo,
    public_key: report.publicKey,
    unseen_records: report.unseen?.records ?? 0,
    tamper_window_ms: windowMs,
    journal: path,
  });

function inWords({ path, report, windowMs }: Told): string {
  if (report.ok && path.endsWith('.json')) {
    const { records, signedUpTo, root, publicKey } = report;
    return (
      `${path}: its ${records} records are of the journal over whose first ${signedUpTo} records ` +
      `key ${publicKey} signed the root ${root}.\n`
    );
  }
  const { ok, records, root, checkpoints, signedUpTo, publicKey, because, firstBadSeq } = report;
  const signed =
    publicKey === null
      ? 'No checkpoint was signed yet.'
      : `${checkpoints} checkpoints, signed up to record ${signedUpTo} by key ${publicKey}.`;
  const lines = ok
    ? [
        `${path}: all ${records} records are as they were written. ${signed}`,
        ...unseenWords(report),
        windowMs === null
          ? 'No anchor from outside was held against them: a cut end or a journal written anew ' +
            'by who holds the key would not show.'
          : `Tamper window: the last anchor from outside is ${Math.round(windowMs / 1_000)} s old.`,
        `Keep this elsewhere as an anchor: ${records}:${root}`,
      ]
    : [
        `${path}: record ${firstBadSeq} is bad: ${because}.`,
        `The ${records} records before it are as they were written. ${signed}`,
        'Keep the file as it is, and compare it with a copy or with Supabase.',
      ];
  return `${lines.join('\n')}\n`;
}

const unseenWords = ({ unseen }: Report): readonly string[] =>
  unseen === null
    ? []
    : [
        `The first ${unseen.records} of them were moved to an archive that is not there and were ` +
          `not looked at${unseen.segments.length === 0 ? '' : `: ${unseen.segments.join(', ')}`}; ` +
          'what follows was checked against their root.',
      ];
