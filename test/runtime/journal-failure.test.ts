import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { describe, expect, it, onTestFinished } from 'vitest';
import { SqliteEventStore } from '../../src/adapters/event-stores/sqlite.ts';
import { openDatabase } from '../../src/adapters/event-stores/sqlite-driver.ts';
import { SqliteEventReader } from '../../src/adapters/event-stores/sqlite-reader.ts';
import { VirtualClock } from '../../src/adapters/system/virtual-clock.ts';
import { EventLogger } from '../../src/runtime/journal/event-logger.ts';
import { verifyJournal } from '../../src/verifier/verify-journal.ts';
import { guardedAccount, settle } from '../support/guarded-account.ts';

const NOTHING_GIVEN = { anchors: [], publicKeys: [], archive: null };

function directory(): string {
  const path = mkdtempSync(join(tmpdir(), 'bigbrother-failure-'));
  chmodSync(path, 0o777);
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

const loggerOn = (store: SqliteEventStore): EventLogger =>
  new EventLogger({ store, clock: new VirtualClock(1_000), bootId: 'boot-1' });

const WRITER = `
  import { SqliteEventStore } from './src/adapters/event-stores/sqlite.ts';
  import { VirtualClock } from './src/adapters/system/virtual-clock.ts';
  import { EventLogger } from './src/runtime/journal/event-logger.ts';
  const path = process.argv[2] ?? '';
  if (process.argv[3] === 'nobody') process.setuid?.(65534);
  const said = { durable: 0, because: '', readable: 0 };
  try {
    const store = new SqliteEventStore(path);
    const logger = new EventLogger({ store, clock: new VirtualClock(1_000), bootId: 'boot-2' });
    try {
      for (let count = 0; count < 2_000; count += 1) {
        logger.logDurably({ type: 'started', actor: 'system', body: 'x'.repeat(1_000) });
        said.durable = logger.length;
      }
    } catch (error) {
      said.because = error.message;
    }
    said.readable = logger.getHistory({ limit: 100_000 }).records.length;
  } catch (error) {
    said.because = error.message;
  }
  process.stdout.write(JSON.stringify(said));`;

/** A process of its own that writes until it cannot, under a limit of the shell's. */
async function writerUnder(limit: string, path: string, user = 'same') {
  const bundle = join('node_modules/.cache', `journal-failure-${process.pid}.mjs`);
  buildSync({
    stdin: { contents: WRITER, resolveDir: '.', loader: 'ts' },
    ...{ outfile: bundle, bundle: true, platform: 'node', format: 'esm', logLevel: 'error' },
  });
  try {
    const command = `${limit} exec "$0" "$1" "$2" "$3"`;
    const child = spawn('sh', ['-c', command, process.execPath, bundle, path, user]);
    let said = '';
    child.stdout.on('data', (chunk) => {
      said += String(chunk);
    });
    child.stderr.on('data', (chunk) => {
      said += String(chunk);
    });
    await once(child, 'close');
    return JSON.parse(said) as { durable: number; because: string; readable: number };
  } finally {
    rmSync(bundle);
  }
}

describe('a journal that cannot be written', () => {
  it('since the file may not grow says so, loses nothing that was durable and can be read', async () => {
    const path = join(directory(), 'journal.sqlite');
    const { durable, because, readable } = await writerUnder('ulimit -f 600;', path);
    expect(because).toMatch(/no order is sent or changed: cannot write the journal .*(full|I\/O)/);
    expect(durable).toBeGreaterThan(10);
    expect(readable).toBe(durable);
    const { ok, records } = verifyJournal(path, NOTHING_GIVEN);
    expect(ok).toBe(true);
    expect(records).toBeGreaterThanOrEqual(durable);
    // With room again the next process goes on.
    const after = await writerUnder('', path);
    expect(after).toMatchObject({ because: '', durable: records + 2_000 });
    expect(verifyJournal(path, NOTHING_GIVEN)).toMatchObject({ ok: true, records: after.durable });
  });

  it.runIf(process.getuid?.() === 0 || process.platform === 'linux')(
    'since it belongs to somebody else says so and changes nothing',
    async () => {
      const home = directory();
      const path = join(home, 'journal.sqlite');
      const store = new SqliteEventStore(path);
      loggerOn(store).logDurably({ type: 'started', actor: 'system', body: {} });
      store.close();
      chmodSync(path, 0o444);
      chmodSync(home, 0o555);
      const user = process.getuid?.() === 0 ? 'nobody' : 'same';
      const { because, durable } = await writerUnder('', path, user);
      chmodSync(home, 0o777);
      expect(because).toMatch(/cannot (open|write) the journal .*(readonly|unable to open)/);
      expect(durable).toBe(0);
      expect(verifyJournal(path, NOTHING_GIVEN)).toMatchObject({ ok: true, records: 1 });
    },
  );

  it('while somebody else holds its lock lets nothing be sent, tells it, and shows what is there', async () => {
    const path = join(directory(), 'journal.sqlite');
    const account = await guardedAccount();
    const store = new SqliteEventStore(path, 10);
    onTestFinished(() => store.close());
    const guarded = account.boot({}, store);
    await settle(account.clock, guarded.start());
    guarded.orchestrator.start();
    await account.clock.advanceBy(30_000);
    const sent = guarded.broker.mutations().length;
    const other = openDatabase(path);
    other.exec('BEGIN IMMEDIATE');
    account.price('AAPL', '116.5');
    await account.clock.advanceBy(60_000);
    expect(guarded.broker.mutations()).toHaveLength(sent);
    expect(guarded.bigBrother.status().tradingState).toBe('halted');
    const alert = guarded.bigBrother.alerts().find(({ code }) => code === 'journal_broken');
    expect(alert?.because).toMatch(/nothing is sent: .*Another process is using it/);
    expect(guarded.bigBrother.snapshot()?.positions).toHaveLength(1);
    expect(guarded.bigBrother.history({ limit: 5 }).records).toHaveLength(5);
    other.close();
  });
});

describe('the layout of a journal file', () => {
  it('of a version that came after this one is refused in words, to read and to write', () => {
    const path = join(directory(), 'journal.sqlite');
    new SqliteEventStore(path).close();
    const database = openDatabase(path);
    database.exec('PRAGMA user_version = 7');
    database.close();
    const refusal =
      /newer BigBrother \(journal format 7; this one knows up to 1\)\. Use that version/;
    expect(() => new SqliteEventStore(path)).toThrow(refusal);
    expect(() => new SqliteEventReader(path)).toThrow(refusal);
  });

  it('from before it was numbered is read as it is, and goes on when it is written', () => {
    const path = join(directory(), 'journal.sqlite');
    const old = openDatabase(path);
    old.exec(FORMAT_0);
    const insert = old.prepare('INSERT INTO journal VALUES (?, ?, ?, NULL, NULL, NULL, ?)');
    for (const record of OLD_RECORDS) {
      const { seq, at, type } = JSON.parse(record) as { seq: number; at: number; type: string };
      insert.run(seq, at, type, record);
    }
    old.close();
    const reader = new SqliteEventReader(path);
    expect([...reader.scan(1)].map(({ type }) => type)).toEqual(['started', 'stopped']);
    reader.close();
    expect(verifyJournal(path, NOTHING_GIVEN)).toMatchObject({ ok: true, records: 2 });
    const store = new SqliteEventStore(path);
    const logger = loggerOn(store);
    logger.logDurably({ type: 'started', actor: 'system', body: {} });
    expect(logger.verify()).toMatchObject({ ok: true, records: 3 });
    store.close();
    expect(verifyJournal(path, NOTHING_GIVEN)).toMatchObject({ ok: true, records: 3 });
    // And the version before it reads and writes what this one left.
    const again = openDatabase(path);
    again.exec(FORMAT_0);
    again.close();
  });
});

/** The layout before layouts were numbered, as it was in November 2026. */
const FORMAT_0 = `
  PRAGMA journal_mode = WAL;
  CREATE TABLE IF NOT EXISTS journal (
    seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, type TEXT NOT NULL, symbol TEXT, plan_id TEXT,
    order_id TEXT, record TEXT NOT NULL) STRICT;
  CREATE INDEX IF NOT EXISTS journal_by_symbol ON journal (symbol, seq);
  CREATE INDEX IF NOT EXISTS journal_by_type ON journal (type, seq);
  CREATE INDEX IF NOT EXISTS journal_by_time ON journal (at, seq);
  CREATE TRIGGER IF NOT EXISTS journal_never_changes BEFORE UPDATE ON journal
    BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;`;

/** Two records that were written then. */
const OLD_RECORDS = [
  '{"actor":"system","at":1795305600000,"body":{"mode":"observe"},"boot":"boot-old","hash":"f490f0fe9f81605cdf7b6ece9ffb85d2e92787addc9265b2e285779edd116258","orderId":null,"planId":null,"prev":"0000000000000000000000000000000000000000000000000000000000000000","seq":1,"symbol":null,"type":"started","v":1}',
  '{"actor":"system","at":1795305600000,"body":{},"boot":"boot-old","hash":"2b2aa8d491ba15c0d9b8dffb605c7064fe8866ac2a97e74c4ea02a7a8249a638","orderId":null,"planId":null,"prev":"f490f0fe9f81605cdf7b6ece9ffb85d2e92787addc9265b2e285779edd116258","seq":2,"symbol":null,"type":"stopped","v":1}',
] as const;
