import { basename, dirname, join } from 'node:path';
import { Command } from 'commander';
import { AccountOwnedError, acquireOwnerLock } from '../../adapters/event-stores/owner-lock.ts';
import { SqliteEventReader } from '../../adapters/event-stores/sqlite-reader.ts';
import { RandomIds } from '../../adapters/system/random-ids.ts';
import { SystemClock } from '../../adapters/system/system-clock.ts';
import { LOCK_FILE } from '../../composition/account-storage.ts';
import { outsideOf } from '../../composition/outside.ts';
import { loadSettings } from '../../config.ts';
import { MemoryIntelligence } from '../../intelligence/memory-intelligence.ts';
import { MEMORY_RECORDS, type Remembered, rememberedOf } from '../../intelligence/remembered.ts';
import { exitCodes, UsageError } from '../shared/failure.ts';
import { journalPath } from './account-journal.ts';

type Options = { readonly config?: string; readonly account?: string; readonly json?: boolean };

const explanation = `
The memory is an index of the journal, kept by the Memory server in the account's directory.
"rebuild" empties it and stores again what became of every decision that the journal knows of and
that no person has had forgotten. One process writes to it: end the BigBrother that runs first. It
does the same by itself when the file is missing or damaged.
"forget" asks the BigBrother that runs: what was learned until then counts no more.`;

export function memoryCommand(): Command {
  const command = new Command('memory')
    .description('what the Memory server keeps of past decisions')
    .addHelpText('after', explanation);
  command
    .command('rebuild')
    .description('makes the memory anew from the journal')
    .option('--account <name>', 'the account, such as paper-PA123; default: the latest')
    .option('--json', 'one JSON object')
    .action((_, self: Command) => rebuild(self.optsWithGlobals<Options>()));
  return command;
}

async function rebuild(options: Options): Promise<void> {
  const settings = loadSettings(options.config ?? null);
  const path = journalPath(settings.dataDirectory, options.account);
  const directory = dirname(path);
  const lock = ownOrRefuse(join(directory, LOCK_FILE));
  const clock = new SystemClock();
  const { servers, memory, background } = await outsideOf(settings, directory, {
    clock,
    ids: new RandomIds(),
  });
  try {
    if (servers.memory === null || memory === null) {
      const [status] = background.servers();
      throw new UsageError(`There is no Memory server: ${status?.because ?? 'it is off'}.`);
    }
    const outcomes = outcomesIn(path);
    let problem: string | null = null;
    const intelligence = new MemoryIntelligence({
      ...{ server: servers.memory, clock, ...memory },
      account: basename(directory).replace(/^[^-]*-/, ''),
      fromJournal: () => outcomes,
      isForgotten: () => false,
      onTrouble: (because) => {
        problem = because;
      },
    });
    await intelligence.rebuild();
    const { stored, leftOut } = intelligence.health();
    intelligence.stop();
    const report = { outcomes: outcomes.length, stored, left_out: leftOut, problem };
    const words = `${stored} of ${outcomes.length} outcomes are remembered${problem === null ? '' : `; ${problem}`}`;
    process.stdout.write(`${options.json === true ? JSON.stringify(report) : words}\n`);
    process.exitCode = problem === null ? exitCodes.done : exitCodes.failed;
  } finally {
    lock.release();
  }
}

/** Its owner writes to the memory, and nobody else may at the same time. */
function ownOrRefuse(path: string) {
  try {
    return acquireOwnerLock({ path, pid: process.pid });
  } catch (error) {
    if (!(error instanceof AccountOwnedError)) throw error;
    throw new UsageError(`${error.message} It keeps the memory itself; end it first.`);
  }
}

/** Outcomes stay in the journal when older records are archived: the archive is not needed. */
function outcomesIn(path: string): readonly Remembered[] {
  const reader = new SqliteEventReader(path);
  try {
    const newestFirst = reader.query({ types: MEMORY_RECORDS, limit: Number.MAX_SAFE_INTEGER });
    return rememberedOf([...newestFirst].reverse());
  } finally {
    reader.close();
  }
}
