import { hash } from 'node:crypto';
import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';
import { SqliteEventStore } from '../src/adapters/event-stores/sqlite.ts';
import { openDatabase } from '../src/adapters/event-stores/sqlite-driver.ts';
import { SystemClock } from '../src/adapters/system/system-clock.ts';
import { canonicalText } from '../src/domain/canonical.ts';
import type { JournalRecord } from '../src/domain/event.ts';
import { EventLogger } from '../src/runtime/journal/event-logger.ts';
import { verifyInThreads } from '../src/verifier/verify-in-threads.ts';
import { verifyJournal } from '../src/verifier/verify-journal.ts';
import { compare, type Row } from './harness.ts';
import { decision, file, signing } from './journal-events.ts';

/** As many records a round as take a tenth of a second or so. */
const COUNT = { 1: 512, 64: 4_096 } as const;
const AIM = 'over 0.8x';

/** What the journal is held against; each gets the same schema or the same bytes. */
const PEERS = {
  rows: 'the same driver, rows made before',
  plain: 'the same driver, rows of JSON.stringify and one SHA-256',
  bytes: 'write + fdatasync',
} as const;
type Peer = keyof typeof PEERS;
const NOTES: Readonly<Record<Peer, (group: number) => string>> = {
  rows: (group) => `groups of ${group}, each durable; the peer has the same schema`,
  plain: (group) => `groups of ${group}; the least that a chain of hashes costs, same schema`,
  bytes: (group) =>
    `groups of ${group}, each durable; "journal-rows-64-bytes" is the most there is`,
};

/**
 * Durable appends of whole decision records, canonical form, chain and Merkle tree included,
 * against the same driver inserting rows that were made before, against the least that a chain
 * of hashes costs with them, or against the disk alone.
 */
export async function journalAppend(group: 1 | 64, peer: Peer): Promise<Row> {
  const name = `${group}-${peer}`;
  const store = new SqliteEventStore(file(`ours-${name}.sqlite`));
  const clock = new SystemClock();
  const logger = new EventLogger({ store, clock, bootId: 'boot-bench' });
  const checkpoints = signing(logger, clock);
  checkpoints.start();
  const theirs = { rows: rowInserter, plain: plainInserter, bytes: byteAppender }[peer](name);
  const count = COUNT[group];
  const ready = readyMade(count);
  const row = await compare({
    name: `journal-append-${name}`,
    peer: PEERS[peer],
    aim: AIM,
    note: NOTES[peer](group),
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

/**
 * What is left for any journal in this database: rows that were made before, against the disk
 * alone. Where this is under 0.8 so is everything that makes its rows itself.
 */
export async function readyRows(group: 64): Promise<Row> {
  const [rows, bytes] = [rowInserter('floor'), byteAppender('floor')];
  const count = COUNT[group];
  const ready = readyMade(count);
  const inGroups = (append: (group: readonly Ready[]) => void) => () => {
    for (let at = 0; at < count; at += group) append(ready.slice(at, at + group));
  };
  const row = await compare({
    name: `journal-rows-${group}-bytes`,
    peer: PEERS.bytes,
    aim: 'none: the most that a row can reach',
    note: `groups of ${group}, each durable; rows and bytes were both made before`,
    gate: () => undefined,
    ours: inGroups(rows.append),
    theirs: inGroups(bytes.append),
    oursUnits: count,
    theirsUnits: count,
    unit: 'records',
  });
  rows.close();
  bytes.close();
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

/** Text without an order of its names and a chain, but no tree and no signatures. */
function plainInserter(name: string) {
  const rows = rowInserter(name);
  let prev = '';
  return {
    append(group: readonly Ready[]): void {
      const made = group.map(({ record }, index) => {
        const text = JSON.stringify({ ...decision(index), seq: record.seq, at: record.at, prev });
        prev = hash('sha256', text);
        return { record, text: `${text.slice(0, -1)},"hash":"${prev}"}` };
      });
      rows.append(made);
    },
    close: rows.close,
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

const VERIFIED = 200_000;
const HASHED = 50_000;
const NOTHING_GIVEN = { anchors: [], publicKeys: [], archive: null };

/**
 * The independent verifier over a journal file as a run leaves it, the way that the command goes,
 * against bare SHA-256 or against itself with one thread.
 */
export async function journalVerify(peer: 'hashes' | 'one-thread'): Promise<Row> {
  const path = await theSigned();
  const verify = () => verifyInThreads(path, NOTHING_GIVEN);
  const { records } = await verify();
  const against = peer === 'hashes' ? bareHashes() : byOneThread(path, records);
  return compare({
    name: peer === 'hashes' ? 'journal-verify' : 'journal-verify-threads',
    ...against,
    note:
      'out of the file, as the command does: columns, sequence, links, hashes, Merkle tree, ' +
      `a signature every 256; ${Math.min(availableParallelism(), 4)} threads`,
    gate: async () => {
      const { ok, signedUpTo, because } = await verify();
      if (!ok || signedUpTo !== records - 1) throw new Error(`the verifier found: ${because}`);
    },
    ours: verify,
    oursUnits: records,
    unit: 'records',
  });
}

function bareHashes() {
  const texts = readyMade(HASHED).map(({ text }) => text);
  return {
    peer: 'SHA-256 of as many records in memory, three times, by one thread',
    aim: '250,000 records/s',
    theirs: () => {
      for (const text of texts) {
        hash('sha256', text);
        hash('sha256', text.slice(0, 65), 'buffer');
        hash('sha256', text.slice(0, 65), 'buffer');
      }
    },
    theirsUnits: texts.length,
  };
}

const byOneThread = (path: string, records: number) => ({
  peer: 'the same by one thread',
  aim: 'none: as many times as fast as there are threads',
  theirs: () => verifyJournal(path, NOTHING_GIVEN),
  theirsUnits: records,
});

let signed: string | null = null;
const theSigned = async (): Promise<string> => {
  signed ??= await signedJournal();
  return signed;
};

async function signedJournal(): Promise<string> {
  const path = file('signed.sqlite');
  const store = new SqliteEventStore(path);
  const clock = new SystemClock();
  const logger = new EventLogger({ store, clock, bootId: 'boot-bench' });
  const checkpoints = signing(logger, clock);
  checkpoints.start();
  for (let index = 0; index < VERIFIED; index += 1) {
    logger.log(decision(index));
    if (index % 256 === 0) await wait(2); // It is signed between two events.
  }
  checkpoints.stop();
  store.close();
  return path;
}
