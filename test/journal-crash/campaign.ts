import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { buildSync } from 'esbuild';
import { temporaryDirectory } from '../../src/adapters/system/files.ts';
import { verifyJournal } from '../../src/verifier/verify-journal.ts';

export type Tally = {
  readonly kills: number;
  readonly acknowledged: number;
  /** Acknowledged records that the next process did not find, or found changed. */
  readonly lost: number;
  readonly failures: readonly string[];
};

/** A journal is begun anew after so many kills, so that each can be verified from its start. */
const KILLS_A_JOURNAL = 25;
const LONGEST_LIFE_MS = 120;

/**
 * Kills a process that writes a journal, again and again on the same file, at any moment of its
 * life, and after each kill holds the journal to what was acknowledged.
 */
export async function killWriters(kills: number): Promise<Tally> {
  const directory = temporaryDirectory('bigbrother-kill-');
  // Where the SQLite driver is found from.
  const bundle = join('node_modules/.cache', `journal-writer-${process.pid}.mjs`);
  build(bundle);
  let [acknowledged, lost] = [0, 0];
  const failures: string[] = [];
  try {
    for (let kill = 0; kill < kills; kill += 1) {
      const home = join(directory.path, `journal-${Math.floor(kill / KILLS_A_JOURNAL)}`);
      const { first, last, said } = await lifeOf(bundle, home, (kill * 37) % LONGEST_LIFE_MS);
      if (said !== '') failures.push(`kill ${kill}: ${said}`);
      if (last === 0) continue;
      acknowledged += last - first + 1;
      const { ok, records, because } = verifyJournal(join(home, 'journal.sqlite'), {
        ...{ anchors: [], publicKeys: [], archive: null },
      });
      if (!ok) failures.push(`kill ${kill}: record ${records + 1} is bad: ${because}`);
      lost += Math.max(0, last - records);
    }
  } finally {
    directory.remove();
    rmSync(bundle);
  }
  return { kills, acknowledged, lost, failures };
}

/** @param lifeMs from its first acknowledged record, or from its start for short ones */
async function lifeOf(bundle: string, home: string, lifeMs: number) {
  const writer = spawn(process.execPath, [bundle, home]);
  let [heard, said] = ['', ''];
  writer.stdout.on('data', (chunk) => {
    heard += String(chunk);
  });
  writer.stderr.on('data', (chunk) => {
    said += String(chunk);
  });
  const ended = once(writer, 'close');
  // Every eighth is killed while it starts: opening and taking up the file is a write as well.
  if (lifeMs % 8 !== 0) await Promise.race([once(writer.stdout, 'data'), ended]);
  await sleep(lifeMs);
  writer.kill('SIGKILL');
  await ended;
  const told = heard.split('\n').slice(0, -1).map(Number);
  return { first: told[0] ?? 0, last: told.at(-1) ?? 0, said };
}

function build(outfile: string): void {
  buildSync({
    entryPoints: ['test/journal-crash/writer.ts'],
    ...{ outfile, bundle: true, platform: 'node', format: 'esm', logLevel: 'error' },
  });
}
