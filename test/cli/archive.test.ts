import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { acquireOwnerLock } from '../../src/adapters/event-stores/owner-lock.ts';
import { SqliteEventStore } from '../../src/adapters/event-stores/sqlite.ts';
import { SqliteArchiver } from '../../src/adapters/event-stores/sqlite-archive.ts';
import { openDatabase } from '../../src/adapters/event-stores/sqlite-driver.ts';
import { Ed25519Signer } from '../../src/adapters/system/ed25519-signer.ts';
import { temporaryDirectory } from '../../src/adapters/system/files.ts';
import type { Checkpoint } from '../../src/domain/checkpoint.ts';
import { verifyJournal } from '../../src/verifier/verify-journal.ts';
import { guardedAccount, settle } from '../support/guarded-account.ts';
import { runHere } from './run-here.ts';

const NOTHING_GIVEN = { anchors: [], publicKeys: [], archive: null };

/** The data directory of an account that guarded a position for a while, on 2026-10-08. */
async function guardedInFiles() {
  const data = temporaryDirectory('bigbrother-archive-');
  onTestFinished(data.remove);
  const directory = join(data.path, 'simulated-1');
  mkdirSync(directory);
  const path = join(directory, 'journal.sqlite');
  const signer = Ed25519Signer.forThisRun();
  const account = await guardedAccount({
    signing: { signer, anchorPlace: null, codeVersion: '0.1.0' },
  });
  const store = new SqliteEventStore(path);
  const first = account.boot({}, store);
  await settle(account.clock, first.start());
  first.orchestrator.start();
  await account.clock.advanceBy(20 * 60_000);
  await settle(account.clock, first.stop());
  store.close();
  const archive = (...args: readonly string[]) =>
    runHere(['archive', '--before', '2026-10-09', ...args], { BIGBROTHER_DATA_DIR: data.path });
  return { account, data, directory, path, archive };
}

const rowsIn = (path: string): number => {
  const database = openDatabase(path);
  const row = database.prepare('SELECT COUNT(*) AS rows FROM journal').get();
  database.close();
  return (row as { rows: number }).rows;
};

describe('bigbrother archive', () => {
  it('moves what is over into a file, and journal and archive are good together and alone', async () => {
    const { path, directory, archive } = await guardedInFiles();
    const before = verifyJournal(path, NOTHING_GIVEN);
    const rows = rowsIn(path);
    const { code, stdout, stderr } = await archive();
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/verified together/);
    expect(rowsIn(path)).toBeLessThan(rows / 2);

    expect(verifyJournal(path, NOTHING_GIVEN)).toEqual(before);
    const elsewhere = { ...NOTHING_GIVEN, archive: join(directory, 'nowhere') };
    const alone = verifyJournal(path, elsewhere);
    expect(alone).toMatchObject({ ok: true, root: before.root, records: before.records });
    expect(alone.unseen?.records).toBeGreaterThan(0);
    const [segment = ''] = readdirSync(join(directory, 'archive'));
    expect(verifyJournal(join(directory, 'archive', segment), NOTHING_GIVEN).ok).toBe(true);
  });

  it('says with --json what it moved and took out, and then that there is nothing', async () => {
    const { path, directory, archive } = await guardedInFiles();
    const rows = rowsIn(path);
    const told = JSON.parse((await archive('--json')).stdout);
    const [segment = ''] = readdirSync(join(directory, 'archive'));
    const file = join(directory, 'archive', segment);
    const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
    expect(told).toMatchObject({ ok: true, before: '2026-10-09T00:00:00.000Z', verified: true });
    expect(told.moved).toMatchObject({ from: 1, to: lines.length, segment: file });
    expect(told.taken_out).toBe(rows - rowsIn(path));
    const again = await archive('--json');
    expect(JSON.parse(again.stdout)).toMatchObject({ ok: true, moved: null, taken_out: 0 });
    expect((await archive()).stdout).toMatch(/^There is nothing to move/);
  });

  it('finds a change in the archive, in what stayed, and in the mark between the two', async () => {
    const { path, directory, archive } = await guardedInFiles();
    await archive();
    const [name = ''] = readdirSync(join(directory, 'archive'));
    const segment = join(directory, 'archive', name);
    const lines = readFileSync(segment, 'utf8');
    writeFileSync(segment, lines.replace('"liveOrders":', '"liveOrder5":'));
    expect(verifyJournal(path, NOTHING_GIVEN)).toMatchObject({ ok: false });
    writeFileSync(segment, lines.slice(0, lines.lastIndexOf('\n', lines.length - 2) + 1));
    expect(verifyJournal(path, NOTHING_GIVEN)).toMatchObject({ ok: false });
    writeFileSync(segment, lines);
    expect(verifyJournal(path, NOTHING_GIVEN)).toMatchObject({ ok: true });

    const lies = [
      `UPDATE journal SET record = replace(record, 'AAPL', 'TSLA') WHERE seq =
        (SELECT MIN(seq) FROM journal WHERE symbol = 'AAPL')`,
      `UPDATE journal_origin SET hash = '${'0'.repeat(64)}'`,
      `UPDATE journal_origin SET frontier = '["${'0'.repeat(64)}"]'`,
      'UPDATE journal_origin SET seq = seq - 1',
    ];
    for (const [index, lie] of lies.entries()) {
      const copy = join(directory, `copy-${index}.sqlite`);
      copyFileSync(path, copy);
      const database = openDatabase(copy);
      database.exec(
        'DROP TRIGGER journal_never_changes; DROP TRIGGER journal_origin_never_changes',
      );
      database.exec(lie);
      database.close();
      const alone = { ...NOTHING_GIVEN, archive: join(directory, 'nowhere') };
      expect(verifyJournal(copy, alone), lie).toMatchObject({ ok: false });
    }
  });

  it('leaves a process that goes on all it needs, and the chain goes on', async () => {
    const { account, path, archive } = await guardedInFiles();
    await archive();
    const store = new SqliteEventStore(path);
    onTestFinished(() => store.close());
    const second = account.boot({}, store);
    await settle(account.clock, second.start());
    second.orchestrator.start();
    await account.clock.advanceBy(60_000);
    expect(second.logger.brokenBecause).toBeNull();
    expect(second.bigBrother.status().tradingState).toBe('active');
    expect(second.broker.mutations()).toEqual([]);
    const position = second.bigBrother.snapshot()?.positions;
    expect(position).toHaveLength(1);
    expect(second.logger.verify()).toMatchObject({ ok: true });
    account.price('AAPL', '125');
    await account.clock.advanceBy(30_000);
    expect(second.broker.mutations().length).toBeGreaterThan(0);
    await settle(account.clock, second.stop());
    expect(verifyJournal(path, NOTHING_GIVEN)).toMatchObject({ ok: true, unseen: null });
  });

  it('that was stopped in the middle is whole, and the next run ends it', async () => {
    const { path, directory, archive } = await guardedInFiles();
    const rows = rowsIn(path);
    const before = verifyJournal(path, NOTHING_GIVEN);
    // As far as the mark, and not a row was taken out.
    const store = new SqliteEventStore(path);
    const [record] = store.query({ types: ['checkpoint_signed'], limit: 1 });
    store.close();
    const { size, lastHash, frontier } = (record?.body ?? {}) as unknown as Checkpoint;
    const archiver = new SqliteArchiver(path);
    const segment = join(directory, 'segment.jsonl');
    writeFileSync(segment, [...archiver.texts(0, size)].map((text) => `${text}\n`).join(''));
    archiver.begin({ seq: size, hash: lastHash, frontier, segment, segmentSha256: '' });
    archiver.close();
    expect(rowsIn(path)).toBe(rows);
    expect(verifyJournal(path, NOTHING_GIVEN)).toEqual(before);
    const { code, stdout } = await archive();
    expect({ code, stdout }).toMatchObject({ code: 0 });
    expect(rowsIn(path)).toBeLessThan(rows);
    expect(verifyJournal(path, NOTHING_GIVEN)).toEqual(before);
  });

  it('never lets anybody else take a record out', async () => {
    const { path, archive } = await guardedInFiles();
    await archive();
    const intruder = openDatabase(path);
    for (const table of ['journal', 'journal_origin']) {
      expect(() => intruder.exec(`DELETE FROM ${table}`)).toThrow(/append-only/);
    }
    intruder.close();
  });

  it('moves nothing while somebody owns the account, or when the journal is damaged', async () => {
    const { path, directory, archive } = await guardedInFiles();
    const lock = acquireOwnerLock({ path: join(directory, 'owner.lock'), pid: 4711 });
    expect(await archive()).toMatchObject({ code: 2, stderr: expect.stringContaining('4711') });
    lock.release();
    const database = openDatabase(path);
    database.exec('DROP TRIGGER journal_never_changes');
    database.exec(
      `UPDATE journal SET record = replace(record, '"seq":9,', '"seq":8,') WHERE seq = 9`,
    );
    database.close();
    const rows = rowsIn(path);
    expect(await archive()).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('record 9'),
    });
    expect(rowsIn(path)).toBe(rows);
  });
});
