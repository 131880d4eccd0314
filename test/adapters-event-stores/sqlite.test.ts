import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AccountOwnedError, acquireOwnerLock } from '../../src/adapters/event-stores/owner-lock.ts';
import { SqliteEventStore } from '../../src/adapters/event-stores/sqlite.ts';
import { openDatabase } from '../../src/adapters/event-stores/sqlite-driver.ts';
import { SqliteEventReader } from '../../src/adapters/event-stores/sqlite-reader.ts';
import { journalRecord } from './journal-record.ts';

let directory: string;
const inside = (name: string) => join(directory, name);

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'bb-sqlite-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

describe('the journal file', () => {
  it('keeps its records when it is opened again', () => {
    const first = new SqliteEventStore(inside('journal.sqlite'));
    first.append([journalRecord(1), journalRecord(2, { symbol: 'AAPL' })]);
    first.close();
    const second = new SqliteEventStore(inside('journal.sqlite'));
    expect([...second.scan(1)]).toEqual([journalRecord(1), journalRecord(2, { symbol: 'AAPL' })]);
    second.close();
  });

  it.each([
    ["UPDATE journal SET record = '{}' WHERE seq = 1"],
    ['UPDATE journal SET seq = 9 WHERE seq = 1'],
    ['DELETE FROM journal WHERE seq = 1'],
  ])('refuses %s even to another connection', (sql) => {
    const store = new SqliteEventStore(inside('journal.sqlite'));
    store.append([journalRecord(1)]);
    const intruder = openDatabase(inside('journal.sqlite'));
    expect(() => intruder.exec(sql)).toThrow(/append-only/);
    intruder.close();
    expect(store.last()).toEqual(journalRecord(1));
    store.close();
  });

  it('writes ahead, so that readers never hold up the writer', () => {
    const store = new SqliteEventStore(inside('journal.sqlite'));
    const reader = openDatabase(inside('journal.sqlite'));
    expect(reader.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'wal' });
    reader.close();
    store.close();
  });

  it('says which path is wrong when the directory does not exist', () => {
    expect(() => new SqliteEventStore(inside('missing/journal.sqlite'))).toThrow(
      /missing\/journal\.sqlite.*directory exists and is writable/s,
    );
  });

  it('says so when a directory stands where the file should be', () => {
    mkdirSync(inside('journal.sqlite'));
    expect(() => new SqliteEventStore(inside('journal.sqlite'))).toThrow(/cannot open the journal/);
  });

  it('leaves a damaged file as it is and says so', () => {
    writeFileSync(
      inside('journal.sqlite'),
      'this is no database, and long enough to be read'.repeat(99),
    );
    expect(() => new SqliteEventStore(inside('journal.sqlite'))).toThrow(
      /damaged and is left as it/,
    );
  });

  it('names a lock held by somebody else', () => {
    const store = new SqliteEventStore(inside('journal.sqlite'), 10);
    const hog = openDatabase(inside('journal.sqlite'));
    hog.exec('BEGIN IMMEDIATE');
    expect(() => store.append([journalRecord(1)])).toThrow(/Another process is using it/);
    hog.exec('ROLLBACK');
    store.append([journalRecord(1)]);
    expect(store.last()?.seq).toBe(1);
    hog.close();
    store.close();
  });
});

describe('the journal file, opened to read', () => {
  const path = () => inside('journal.sqlite');

  it('shows what its owner writes, while the owner is writing', () => {
    const owner = new SqliteEventStore(path());
    owner.append([journalRecord(1)]);
    const reader = new SqliteEventReader(path());
    owner.append([journalRecord(2, { symbol: 'AAPL' })]);
    const writing = openDatabase(path());
    writing.exec('BEGIN IMMEDIATE');
    expect(reader.query({ symbol: 'AAPL', limit: 9 }).map(({ seq }) => seq)).toEqual([2]);
    expect(reader.last()?.seq).toBe(2);
    expect([...reader.scan(1)]).toHaveLength(2);
    writing.close();
    reader.close();
    owner.append([journalRecord(3)]);
    owner.close();
  });

  it('shows what an owner left behind', () => {
    const owner = new SqliteEventStore(path());
    owner.append([journalRecord(1)]);
    owner.close();
    const reader = new SqliteEventReader(path());
    expect(reader.last()).toEqual(journalRecord(1));
    reader.close();
  });

  it('is left as it is, whatever it lacks', () => {
    const old = openDatabase(path());
    old.exec('CREATE TABLE journal (seq INTEGER PRIMARY KEY, record TEXT NOT NULL)');
    old.close();
    const before = readFileSync(path());
    const reader = new SqliteEventReader(path());
    expect(reader.last()).toBeNull();
    reader.close();
    expect(readFileSync(path()).equals(before)).toBe(true);
  });

  it('is not made when it is missing, and says so', () => {
    expect(() => new SqliteEventReader(path())).toThrow(/cannot open the journal .*journal.sqlite/);
    expect(existsSync(path())).toBe(false);
  });

  it('says so when no journal was begun in it', () => {
    openDatabase(path()).close();
    writeFileSync(path(), '');
    expect(() => new SqliteEventReader(path())).toThrow(/start BigBrother first/);
  });
});

describe('the owner lock', () => {
  it('tells the second one who the owner is', () => {
    const lock = acquireOwnerLock({ path: inside('owner.lock'), pid: 4711 });
    const second = () => acquireOwnerLock({ path: inside('owner.lock'), pid: 4712 });
    expect(second).toThrow(AccountOwnedError);
    expect(second).toThrow(/process 4711 already guards this account/);
    lock.release();
  });

  it('is free again after its release, and then names the new owner', () => {
    acquireOwnerLock({ path: inside('owner.lock'), pid: 4711 }).release();
    const lock = acquireOwnerLock({ path: inside('owner.lock'), pid: 4712 });
    expect(() => acquireOwnerLock({ path: inside('owner.lock'), pid: 4713 })).toThrow(/4712/);
    lock.release();
  });

  it('is the kernel’s: it is free as soon as its process is killed', async () => {
    const bundle = join('node_modules/.cache', `owner-lock-${process.pid}.mjs`);
    buildSync({
      stdin: {
        contents: `
          import { acquireOwnerLock } from './src/adapters/event-stores/owner-lock.ts';
          acquireOwnerLock({ path: process.argv[2], pid: process.pid });
          process.stdout.write('held');
          setInterval(() => {}, 1000);`,
        resolveDir: '.',
      },
      bundle: true,
      platform: 'node',
      format: 'esm',
      outfile: bundle,
    });
    const child = spawn(process.execPath, [bundle, inside('owner.lock')]);
    try {
      const [said] = await Promise.race([once(child.stdout, 'data'), once(child.stderr, 'data')]);
      expect(String(said)).toBe('held');
      expect(() => acquireOwnerLock({ path: inside('owner.lock'), pid: 1 })).toThrow(
        `process ${child.pid} already guards this account`,
      );
    } finally {
      child.kill('SIGKILL');
      await once(child, 'exit');
      rmSync(bundle);
    }
    acquireOwnerLock({ path: inside('owner.lock'), pid: 1 }).release();
  });

  it('says what to do when its directory is missing', () => {
    expect(() => acquireOwnerLock({ path: inside('missing/owner.lock'), pid: 1 })).toThrow(
      /directory exists and is writable/,
    );
  });
});
