import { once } from 'node:events';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { SqliteEventStore } from '../../src/adapters/event-stores/sqlite.ts';
import { SqliteArchiver } from '../../src/adapters/event-stores/sqlite-archive.ts';
import { openDatabase } from '../../src/adapters/event-stores/sqlite-driver.ts';
import { temporaryDirectory } from '../../src/adapters/system/files.ts';
import type { Checkpoint } from '../../src/domain/checkpoint.ts';
import type { JournalRecord } from '../../src/domain/event.ts';
import { verifyInThreads } from '../../src/verifier/verify-in-threads.ts';
import { type Given, verifyJournal } from '../../src/verifier/verify-journal.ts';
import { CliProcess } from '../cli/run-cli.ts';
import { SIGNER, writeSigned } from './signed-journal.ts';

const directory = temporaryDirectory('bigbrother-threads-');
const good = join(directory.path, 'journal.sqlite');
const NOTHING_GIVEN: Given = { anchors: [], publicKeys: [], archive: null };
const STRETCH = 32;
const BUILT = pathToFileURL(resolve('dist/parts/verify-thread.js'));

beforeAll(async () => {
  const store = new SqliteEventStore(good);
  await writeSigned(store, 200, 25);
  store.close();
});
afterAll(() => directory.remove());

const inThreads = (path: string, given: Given = NOTHING_GIVEN, program = BUILT) =>
  verifyInThreads(path, given, { count: 2, stretchRecords: STRETCH, fromRecords: 1, program });

/** A copy of the journal, changed behind the program's back. */
function changed(name: string, sql: string): string {
  const path = join(directory.path, `${name.replaceAll(' ', '-')}.sqlite`);
  const original = openDatabase(good);
  original.exec(`VACUUM INTO '${path}'`);
  original.close();
  const database = openDatabase(path);
  database.exec('DROP TRIGGER journal_never_changes; DROP TRIGGER journal_never_shrinks');
  database.exec(sql);
  database.close();
  return path;
}

describe('a journal that several threads check', () => {
  it('gets the report of one', async () => {
    const alone = verifyJournal(good, NOTHING_GIVEN);
    expect(alone).toMatchObject({ ok: true, records: 200, checkpoints: 8 });
    expect(await inThreads(good)).toEqual(alone);
  });

  const PLACES = [1, STRETCH, STRETCH + 1, 100, 200];
  it.each(PLACES)('gets the report of one when record %i is bad', async (seq) => {
    for (const [name, sql] of [
      [
        'changed',
        `UPDATE journal SET record = replace(record, '"v":1', '"v":2') WHERE seq = ${seq}`,
      ],
      ['column', `UPDATE journal SET symbol = 'TSLA' WHERE seq = ${seq}`],
      ['gone', `DELETE FROM journal WHERE seq = ${seq}`],
      [
        'other',
        `UPDATE journal SET record = (SELECT record FROM journal WHERE seq = 50) WHERE seq = ${seq}`,
      ],
    ] as const) {
      const path = changed(`${name}-${seq}`, sql);
      const alone = verifyJournal(path, NOTHING_GIVEN);
      expect(await inThreads(path)).toEqual(alone);
      // What is cut off the end is not to be seen.
      expect(alone.firstBadSeq).toBe(name === 'gone' && seq === 200 ? null : seq);
    }
  });

  it.each([1_000, 1_000_000_000, Number.MAX_SAFE_INTEGER])(
    'gets the report of one when the last row says that it is number %i',
    async (seq) => {
      const path = changed(`far-${seq}`, `UPDATE journal SET seq = ${seq} WHERE seq = 200`);
      const alone = verifyJournal(path, NOTHING_GIVEN);
      expect(alone).toMatchObject({ ok: false, firstBadSeq: 200 });
      expect(await inThreads(path)).toEqual(alone);
    },
  );

  it('gets the report of one with any keys and anchors', async () => {
    const { root } = verifyJournal(good, NOTHING_GIVEN);
    const middle = verifyJournal(
      changed('half', 'DELETE FROM journal WHERE seq > 100'),
      NOTHING_GIVEN,
    );
    const anchors = [
      { size: 100, root: middle.root },
      { size: 200, root },
    ];
    for (const [isGood, given] of [
      [true, { anchors }],
      [true, { publicKeys: [SIGNER.publicKey] }],
      [false, { publicKeys: ['WN0ehfa'] }],
      [false, { anchors: [{ size: 100, root }] }],
      [false, { anchors: [{ size: STRETCH, root }] }],
      [false, { anchors: [{ size: 201, root }] }],
    ] as const) {
      const alone = verifyJournal(good, { ...NOTHING_GIVEN, ...given });
      expect(alone.ok).toBe(isGood);
      expect(await inThreads(good, { ...NOTHING_GIVEN, ...given })).toEqual(alone);
    }
  });

  it('gets the report of one for a page that cannot be read', async () => {
    const path = changed('overwritten', 'SELECT 1');
    const bytes = readFileSync(path);
    const page = Math.floor(bytes.indexOf('"seq":120,') / 4096) * 4096;
    bytes.fill(255, page, page + 4096);
    writeFileSync(path, bytes);
    const alone = verifyJournal(path, NOTHING_GIVEN);
    expect(alone.ok).toBe(false);
    expect(await inThreads(path)).toEqual(alone);
  });

  it('gets the report of one with its archive, with a damaged one and without', async () => {
    const path = changed('archived', 'SELECT 1');
    const segment = archiveHalf(path);
    const missing = { ...NOTHING_GIVEN, archive: join(directory.path, 'nowhere') };
    for (const given of [NOTHING_GIVEN, missing]) {
      const alone = verifyJournal(path, given);
      expect(alone).toMatchObject({ ok: true, records: 200 });
      expect(await inThreads(path, given)).toEqual(alone);
    }
    writeFileSync(segment, readFileSync(segment, 'utf8').replace('"seq":60,', '"seq":61,'));
    const alone = verifyJournal(path, NOTHING_GIVEN);
    expect(alone).toMatchObject({ ok: false, firstBadSeq: 60 });
    expect(await inThreads(path)).toEqual(alone);
  });
});

/** Moves what the fourth checkpoint signs for out of the journal; two records stay in it as well. */
function archiveHalf(path: string): string {
  const segment = join(directory.path, 'segment.jsonl');
  const archiver = new SqliteArchiver(path);
  const texts = [...archiver.texts(0)];
  const records = texts.map((text) => JSON.parse(text) as JournalRecord);
  const signed = records.filter(({ type }) => type === 'checkpoint_signed');
  const [, , , fourth] = signed.map(({ body }) => body as unknown as Checkpoint);
  if (fourth === undefined) throw new Error('it was not signed four times');
  const { size: seq, lastHash: hash, frontier } = fourth;
  writeFileSync(segment, `${texts.slice(0, seq).join('\n')}\n`);
  archiver.begin({ seq, hash, frontier, segment, segmentSha256: '' });
  archiver.sweep(new Set([7, STRETCH]));
  archiver.close();
  return segment;
}

describe('a journal that somebody else has locked', () => {
  it('is checked when it is free again, not called damaged', async () => {
    const path = changed('locked', 'SELECT 1');
    const holder = new Worker(HOLDER, { eval: true, workerData: { path, forMs: 300 } });
    await once(holder, 'message');
    expect(verifyJournal(path, NOTHING_GIVEN)).toMatchObject({ ok: true, records: 200 });
    await once(holder, 'exit');
  });
});

/** Another thread, since this one stands still while it waits for the file. */
const HOLDER = `
  const { parentPort, workerData } = require('node:worker_threads');
  const hasBuiltIn = Number(process.versions.node.split('.')[0]) >= 22;
  const { DatabaseSync } = require(hasBuiltIn ? 'node:sqlite' : '@photostructure/sqlite');
  const database = new DatabaseSync(workerData.path);
  database.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN IMMEDIATE; COMMIT');
  database.prepare('SELECT max(seq) FROM journal').get();
  parentPort.postMessage('locked');
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, workerData.forMs);
  database.exec('PRAGMA locking_mode = NORMAL');
  database.close();`;

describe('a thread that ends before its work does', () => {
  it.each([
    ['cannot be found', null, /Cannot find module/],
    ['throws', "throw new Error('no memory is left');", /no memory is left/],
    ['leaves with a code', 'process.exit(7);', /ended with code 7/],
    ['leaves with none', 'process.exit(0);', /before its work was done/],
    ['says nothing of a stretch that it took', takesOneWithout(''), /before its work was done/],
    ['takes its word with it', takesOneWithout("throw new Error('late');"), /late/],
  ])('makes the check fail with its cause when it %s', async (name, code, because) => {
    const program = join(directory.path, `${name.replaceAll(' ', '-')}.mjs`);
    if (code !== null) writeFileSync(program, code);
    await expect(inThreads(good, NOTHING_GIVEN, pathToFileURL(program))).rejects.toThrow(because);
  });
});

/** The real program, of which one thread loses a stretch first. */
function takesOneWithout(telling: string): string {
  return `
    import { workerData } from 'node:worker_threads';
    Atomics.add(workerData.taken, 0, 1);
    await import(${JSON.stringify(BUILT.href)});
    ${telling}`;
}

describe('the built program', () => {
  it('checks a long journal in threads, which are part of it', async () => {
    const long = join(directory.path, 'long.sqlite');
    const store = new SqliteEventStore(long);
    await writeSigned(store, 21_000, 1_000);
    store.close();
    const whole = await verified(resolve('dist/bigbrother.js'), long);
    expect(whole).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(whole.stdout)).toMatchObject({ ok: true, records: 21_000, checkpoints: 21 });

    const without = withoutThreads();
    const short = await verified(without, good);
    expect(short).toMatchObject({ code: 0, stderr: '' });
    const failed = await verified(without, long);
    // One core alone needs no threads.
    if (availableParallelism() < 2) return;
    expect(failed.code).not.toBe(0);
    expect(JSON.parse(failed.stdout)).toMatchObject({ ok: false, error: { exit_code: 1 } });
    expect(failed.stderr).toContain('verify-thread.js');
  });
});

const verified = (program: string, path: string) =>
  new CliProcess(['verify', path, '--json'], {}, program).ended();

/** The program without the part that its threads run; beneath the checkout, where SQLite is. */
function withoutThreads(): string {
  const place = mkdtempSync('dist/without-threads-');
  onTestFinished(() => rmSync(place, { recursive: true }));
  const parts = JSON.parse(readFileSync('dist/parts/program.json', 'utf8')) as readonly string[];
  expect(parts).toContain('parts/verify-thread.js');
  mkdirSync(join(place, 'parts'));
  for (const part of parts.filter((name) => name !== 'parts/verify-thread.js')) {
    copyFileSync(join('dist', part), join(place, part));
  }
  return resolve(place, 'bigbrother.js');
}
