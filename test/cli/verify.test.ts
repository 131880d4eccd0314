import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SqliteEventStore } from '../../src/adapters/event-stores/sqlite.ts';
import { openDatabase } from '../../src/adapters/event-stores/sqlite-driver.ts';
import { temporaryDirectory } from '../../src/adapters/system/files.ts';
import { VirtualClock } from '../../src/adapters/system/virtual-clock.ts';
import { canonicalText } from '../../src/domain/canonical.ts';
import { EventLogger } from '../../src/runtime/journal/event-logger.ts';
import { runHere } from './run-here.ts';

const directory = temporaryDirectory('bigbrother-verify-');
const good = join(directory.path, 'journal.sqlite');
const lines = join(directory.path, 'records.jsonl');

beforeAll(() => {
  const store = new SqliteEventStore(good);
  const clock = new VirtualClock(Date.UTC(2026, 9, 8, 15));
  const logger = new EventLogger({ store, clock, bootId: 'boot-1' });
  for (let index = 0; index < 50; index += 1) {
    logger.log({ type: 'decision_made', actor: 'loop', symbol: 'AAPL', body: { index, é: '…' } });
  }
  logger.commit();
  writeFileSync(lines, [...store.scan(1)].map((record) => `${canonicalText(record)}\n`).join(''));
  store.close();
});

afterAll(() => directory.remove());

async function verified(...args: readonly string[]) {
  const { code, stdout, stderr } = await runHere(['verify', ...args, '--json']);
  return { code, stderr, ...(stdout === '' ? {} : JSON.parse(stdout)) };
}

/** Whole, whatever of the journal is not yet in its main file. */
function copyOf(journal: string, path: string): void {
  const original = openDatabase(journal);
  original.exec(`VACUUM INTO '${path}'`);
  original.close();
}

/** A copy of the journal, changed behind BigBrother's back. */
function changed(name: string, sql: string): string {
  const path = join(directory.path, name);
  copyOf(good, path);
  const database = openDatabase(path);
  database.exec('DROP TRIGGER journal_never_changes; DROP TRIGGER journal_never_shrinks');
  database.exec(sql);
  database.close();
  return path;
}

describe('bigbrother verify', () => {
  it('finds a database and its export good, with the same root', async () => {
    const database = await verified(good);
    const exported = await verified(lines);
    expect(database).toMatchObject({ code: 0, ok: true, records: 50, first_bad_seq: null });
    expect(exported).toMatchObject({ code: 0, ok: true, records: 50, root: database.root });
  });

  it.each([
    [
      'a changed record',
      `UPDATE journal SET record = replace(record, '"index":7', '"index":8')`,
      8,
    ],
    ['a changed column', `UPDATE journal SET symbol = 'TSLA' WHERE seq = 31`, 31],
    ['a removed record', 'DELETE FROM journal WHERE seq = 12', 12],
    ['a record and a line feed', 'UPDATE journal SET record = record || char(10) WHERE seq = 9', 9],
    [
      'two records in one row',
      `UPDATE journal SET record = record || char(10) ||
        (SELECT record FROM journal WHERE seq = 21) WHERE seq = 20;
       DELETE FROM journal WHERE seq = 21`,
      20,
    ],
    ['a record that moved on a row', 'UPDATE journal SET seq = 51 WHERE seq = 50', 50],
    ['a column with quotes of its own', `UPDATE journal SET symbol = '"AAPL"' WHERE seq = 44`, 44],
  ])('finds %s and ends with 1', async (name, sql, seq) => {
    const path = changed(`${name.replaceAll(' ', '-')}.sqlite`, sql);
    expect(await verified(path)).toMatchObject({ code: 1, ok: false, first_bad_seq: seq });
  });

  it('names the first record that cannot be read any more', async () => {
    const path = changed('overwritten.sqlite', 'SELECT 1');
    const bytes = readFileSync(path);
    // The page in which that record stands, behind its header.
    const page = Math.floor(bytes.indexOf('"index":33') / 4096) * 4096;
    bytes.fill(255, page + 8, page + 4096);
    writeFileSync(path, bytes);
    const { code, first_bad_seq: bad, records } = await verified(path);
    expect({ code, before: bad - records }).toEqual({ code: 1, before: 1 });
    expect(bad).toBeGreaterThan(1);
    expect(bad).toBeLessThanOrEqual(34);
  });

  it('finds the columns good that hold other letters', async () => {
    const path = join(directory.path, 'letters.sqlite');
    const store = new SqliteEventStore(path);
    const clock = new VirtualClock(Date.UTC(2026, 9, 8, 15));
    const logger = new EventLogger({ store, clock, bootId: 'boot-1' });
    for (const symbol of ['é', 'Ã©', '"', '\\n', '\n', '漢', 'A'.repeat(600), null]) {
      logger.log({ type: 'decision_made', actor: 'loop', symbol, planId: symbol, body: {} });
    }
    logger.commit();
    store.close();
    expect(await verified(path)).toMatchObject({ code: 0, ok: true, records: 8 });
    const database = openDatabase(path);
    database.exec(
      "DROP TRIGGER journal_never_changes; UPDATE journal SET symbol = 'Ã©' WHERE seq = 1",
    );
    database.close();
    expect(await verified(path)).toMatchObject({ code: 1, first_bad_seq: 1 });
  });

  it('finds a cut end by an anchor that was kept elsewhere, given inline or in a file', async () => {
    const { root } = await verified(good);
    const cut = changed('cut.sqlite', 'DELETE FROM journal WHERE seq > 40');
    expect(await verified(cut)).toMatchObject({ code: 0, records: 40 });
    const anchors = join(directory.path, 'anchors.jsonl');
    writeFileSync(anchors, `${JSON.stringify({ size: 50, root })}\n`);
    for (const anchor of [`50:${root}`, anchors]) {
      const found = await verified(cut, '--anchor', anchor);
      expect(found).toMatchObject({ code: 1, ok: false, first_bad_seq: 41 });
    }
  });

  it('holds the journal to the directory of the settings, and tells the tamper window', async () => {
    const { root } = await verified(good);
    const data = join(directory.path, 'data');
    const outside = join(directory.path, 'outside');
    mkdirSync(join(data, 'simulated-1'), { recursive: true });
    mkdirSync(outside);
    copyOf(good, join(data, 'simulated-1', 'journal.sqlite'));
    const config = join(data, 'bigbrother.config.json');
    writeFileSync(config, JSON.stringify({ anchors: { directory: outside } }));
    const check = async () => {
      const { code, stdout } = await runHere(['verify', '--json'], { BIGBROTHER_DATA_DIR: data });
      return { code, ...JSON.parse(stdout) };
    };
    expect(await check()).toMatchObject({ code: 0, tamper_window_ms: null });
    const anchors = join(outside, 'simulated-1.anchors.jsonl');
    const at = Date.UTC(2026, 9, 8);
    writeFileSync(anchors, `${JSON.stringify({ at, size: 50, root })}\n`);
    const known = await check();
    expect(known).toMatchObject({ code: 0, ok: true });
    expect(known.tamper_window_ms).toBeGreaterThan(0);
    appendFileSync(anchors, `${JSON.stringify({ at, size: 51, root })}\n`);
    expect(await check()).toMatchObject({ code: 1, ok: false, first_bad_seq: 51 });
  });

  it('says what to do where there is nothing to check', async () => {
    const missing = await verified(join(directory.path, 'missing.sqlite'));
    expect(missing).toMatchObject({ code: 2 });
    expect(missing.stderr).toContain('does not exist');
    const damaged = join(directory.path, 'damaged.sqlite');
    writeFileSync(damaged, 'SQLite format 3\0 and then nothing that is one');
    expect(await verified(damaged)).toMatchObject({ code: 1, ok: false, first_bad_seq: 1 });
  });
});
