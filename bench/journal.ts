import { hash } from 'node:crypto';
import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs';
import { SqliteEventStore } from '../src/adapters/event-stores/sqlite.ts';
import { openDatabase } from '../src/adapters/event-stores/sqlite-driver.ts';
import { SystemClock } from '../src/adapters/system/system-clock.ts';
import { canonicalText } from '../src/domain/canonical.ts';
import type { JournalRecord } from '../src/domain/event.ts';
import { EventLogger } from '../src/runtime/journal/event-logger.ts';
import { JournalVerifier } from '../src/verifier/journal-verifier.ts';
import { compare, type Row } from './harness.ts';
import { decision, file, signing } from './journal-events.ts';

/** As many records a round as take a tenth of a second or so. */
const COUNT = { 1: 512, 64: 4_096 } as const;
const AIM = 'over 0.8x';

type Peer = 'rows' | 'bytes';

/**
 * Durable appends of whole decision records, canonical form, chain and Merkle tree included,
 * against the same driver inserting rows that were made before, or against the disk alone.
 */
export async function journalAppend(group: 1 | 64, peer: Peer): Promise<Row> {
  const name = `${group}-${peer}`;
  const store = new SqliteEventStore(file(`ours-${name}.sqlite`));
  const clock = new SystemClock();
  const logger = new EventLogger({ store, clock, bootId: 'boot-bench' });
  const checkpoints = signing(logger, clock);
  checkpoints.start();
  const theirs = peer === 'rows' ? rowInserter(name) : byteAppender(name);
  const count = COUNT[group];
  const ready = readyMade(count);
  const row = await compare({
    name: `journal-append-${name}`,
    peer: peer === 'rows' ? 'the same driver, rows made before' : 'write + fdatasync',
    aim: AIM,
    note: `groups of ${group}, each durable; ours makes, chains and signs the records`,
    gate: () => undefined,
    ours: () => {
      for (let index = 0; index < count; index += 1) {
        logger.log(decision(index));
        if ((index + 1) % group === 0) logger.commit();
      }
      logger.assertWritable();
    },
    theirs: () => {
      for (let at = 0; at < count; at += group) theirs.append(ready.slice(at, at + group));
    },
    oursUnits: count,
    theirsUnits: count,
    unit: 'records',
  });
  theirs.close();
  checkpoints.stop();
  store.close();
  return row;
}

type Ready = { readonly record: JournalRecord; readonly text: string };

function readyMade(count: number): readonly Ready[] {
  const records: JournalRecord[] = [];
  const store = {
    append: (batch: readonly JournalRecord[]) => void records.push(...batch),
    last: () => null,
    query: () => [],
    scan: () => [],
    close: () => undefined,
  };
  const logger = new EventLogger({ store, clock: new SystemClock(), bootId: 'boot-bench' });
  for (let index = 0; index < count; index += 1) logger.log(decision(index));
  logger.commit();
  return records.map((record) => ({ record, text: canonicalText(record) }));
}

function rowInserter(name: string) {
  const path = file(`theirs-${name}.sqlite`);
  // The same table, indexes and triggers.
  new SqliteEventStore(path).close();
  const database = openDatabase(path);
  database.exec('PRAGMA synchronous = FULL');
  const insert = database.prepare('INSERT INTO journal VALUES (?, ?, ?, ?, ?, ?, ?)');
  let seq = 0;
  return {
    append(rows: readonly Ready[]): void {
      database.exec('BEGIN IMMEDIATE');
      for (const { record, text } of rows) {
        seq += 1;
        const { at, type, symbol, planId, orderId } = record;
        insert.run(seq, at, type, symbol, planId, orderId, text);
      }
      database.exec('COMMIT');
    },
    close: () => database.close(),
  };
}

function byteAppender(name: string) {
  const descriptor = openSync(file(`theirs-${name}.bytes`), 'a');
  return {
    append(rows: readonly Ready[]): void {
      writeSync(descriptor, rows.map(({ text }) => `${text}\n`).join(''));
      fdatasyncSync(descriptor);
    },
    close: () => closeSync(descriptor),
  };
}

/** The independent verifier over records in memory, against their bare SHA-256. */
export async function journalVerify(): Promise<Row> {
  const texts = readyMade(20_000).map(({ text }) => text);
  const verify = () => {
    const verifier = new JournalVerifier();
    for (const text of texts) verifier.take(text);
    return verifier.finding();
  };
  return compare({
    name: 'journal-verify',
    peer: 'SHA-256 of the same bytes, three times',
    aim: '250,000 records/s',
    note: 'sequence, links, hashes and Merkle tree; a record takes three hashes',
    gate: () => {
      const { ok, records } = verify();
      if (!ok || records !== texts.length) throw new Error('the verifier found fault');
    },
    ours: verify,
    theirs: () => {
      for (const text of texts) {
        hash('sha256', text);
        hash('sha256', text.slice(0, 65), 'buffer');
        hash('sha256', text.slice(0, 65), 'buffer');
      }
    },
    oursUnits: texts.length,
    theirsUnits: texts.length,
    unit: 'records',
  });
}
