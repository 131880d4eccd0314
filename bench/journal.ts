import { spawnSync } from 'node:child_process';
import { hash } from 'node:crypto';
import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SqliteEventStore } from '../src/adapters/event-stores/sqlite.ts';
import { openDatabase } from '../src/adapters/event-stores/sqlite-driver.ts';
import { Ed25519Signer } from '../src/adapters/system/ed25519-signer.ts';
import { SystemClock } from '../src/adapters/system/system-clock.ts';
import { canonicalText } from '../src/domain/canonical.ts';
import type { JournalEvent, JournalRecord } from '../src/domain/event.ts';
import { AlertBoard } from '../src/runtime/journal/alert-board.ts';
import { Anchoring } from '../src/runtime/journal/anchoring.ts';
import { Checkpoints } from '../src/runtime/journal/checkpoints.ts';
import { EventLogger } from '../src/runtime/journal/event-logger.ts';
import { JournalAudit } from '../src/runtime/journal/journal-audit.ts';
import { memoryOf } from '../src/runtime/journal/journal-memory.ts';
import { JournalVerifier } from '../src/verifier/journal-verifier.ts';
import { compare, type Row } from './harness.ts';

const directory = mkdtempSync(join(tmpdir(), 'bigbrother-bench-'));
process.on('exit', () => rmSync(directory, { recursive: true, force: true }));
const file = (name: string): string => join(directory, name);

/** A whole decision as the loop writes it down: about 1.4 kB. */
const decision = (index: number): JournalEvent => ({
  type: 'decision_made',
  actor: 'loop',
  symbol: SYMBOLS[index % SYMBOLS.length] ?? null,
  body: {
    decision: {
      at: index,
      snapshotVersion: index,
      urgency: 'critical',
      target: {
        side: 'long',
        quantity: '100',
        stop: { stopPrice: '163.76', limitPrice: '162.94' },
      },
      chosen: EVALUATIONS.slice(0, 1),
      evaluations: EVALUATIONS,
      overruled: [],
    },
    inputs: { digest: '5be1'.repeat(16), position: POSITION, orders: [], quote: QUOTE },
  },
});
const SYMBOLS = Array.from({ length: 20 }, (_, index) => `SYM${index}`);
const EVALUATIONS = ['stop-loss', 'partial-profit', 'trailing-stop', 'gap-rescue'].map(
  (policy) => ({
    outcome: 'recommends',
    recommendation: {
      policy,
      urgency: 'critical',
      action: { kind: 'protect', stopPrice: '163.76', limitPrice: '162.94' },
      because: '100 of 100 shares have no resting stop; stop at 163.76 (8 % from the entry)',
    },
  }),
);
const POSITION = { symbol: 'AAPL', side: 'long', quantity: '100', averageEntryPrice: '178' };
const QUOTE = { bidPrice: '180.05', askPrice: '180.07', bidSize: 300, askSize: 200, at: 1 };

const COUNT = 512;
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
  const ready = readyMade(COUNT);
  const row = await compare({
    name: `journal-append-${name}`,
    peer: peer === 'rows' ? 'the same driver, rows made before' : 'write + fdatasync',
    aim: AIM,
    note: `groups of ${group}, each durable; ours makes, chains and signs the records`,
    gate: () => undefined,
    ours: () => {
      for (let index = 0; index < COUNT; index += 1) {
        logger.log(decision(index));
        if ((index + 1) % group === 0) logger.commit();
      }
      logger.assertWritable();
    },
    theirs: () => {
      for (let at = 0; at < COUNT; at += group) theirs.append(ready.slice(at, at + group));
    },
    oursUnits: COUNT,
    theirsUnits: COUNT,
    unit: 'records',
  });
  theirs.close();
  checkpoints.stop();
  store.close();
  return row;
}

function signing(logger: EventLogger, clock: SystemClock): Checkpoints {
  const alerts = new AlertBoard({ logger, clock });
  const anchoring = new Anchoring({ place: null, alerts, clock });
  const signer = Ed25519Signer.forThisRun();
  const unsettledSince = () => null;
  const hashes = { settingsHash: () => 'bench', codeVersion: 'bench' };
  return new Checkpoints({ logger, clock, alerts, anchoring, signer, unsettledSince, ...hashes });
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

const EVENTS = 1_000_000;
/** 10,000 events a day: a hundred days. */
const BETWEEN_MS = 8_640;
const PATH_NAME = 'BIGBROTHER_BENCH_JOURNAL';

/** A journal of a million events: trades, positions that open and close, and steps between. */
function millionEvents(): string {
  const path = file('million.sqlite');
  const store = new SqliteEventStore(path);
  let at = Date.UTC(2026, 7, 1);
  const clock = new SystemClock();
  clock.now = () => at;
  const logger = new EventLogger({ store, clock, bootId: 'boot-bench' });
  const checkpoints = signing(logger, clock);
  checkpoints.start();
  for (let index = 0; index < EVENTS; index += 1) {
    at += BETWEEN_MS;
    logger.log(eventNumber(index));
  }
  checkpoints.stop();
  store.close();
  return path;
}

function eventNumber(index: number): JournalEvent {
  const symbol = SYMBOLS[Math.floor(index / 10) % SYMBOLS.length] ?? '';
  const life = Math.floor(index / 4_000) + 1;
  const episode = {
    ...{ id: `${symbol}#${life}`, symbol, side: 'long', openedAt: 1, quantity: '100' },
    ...{ entryPrice: '178', initialStopPrice: '163.76', highWaterPrice: '180', milestones: [] },
  };
  const step = Math.floor(index / 10);
  const clientOrderId = `bb1-${step}`;
  const key = `ACCOUNT|${symbol}#${life}|cover/${step}`;
  const about = {
    actor: 'system',
    symbol,
    planId: `plan-${step}`,
    orderId: `order-${step}`,
  } as const;
  if (index % 4_000 < 200 && index % 10 === 0) {
    return { type: 'episode_opened', actor: 'system', symbol, body: { episode } };
  }
  if (index % 4_000 >= 3_800 && index % 10 === 9) {
    return { type: 'episode_closed', actor: 'system', symbol, body: { episode } };
  }
  switch (index % 10) {
    case 1:
      return {
        ...{ ...about, type: 'step_intended' },
        body: {
          clientOrderId,
          key,
          generation: 1,
          kind: 'submit',
          fingerprint: key,
          request: QUOTE,
        },
      };
    case 2:
      return { ...about, type: 'step_answered', body: { clientOrderId, outcome: 'acknowledged' } };
    case 3:
      return { ...about, type: 'step_observed', body: { clientOrderId, status: 'filled' } };
    case 4:
      return { type: 'snapshot_taken', actor: 'loop', body: { positions: 20, digest: key } };
    default:
      return { ...decision(index), symbol };
  }
}

let million: string | null = null;
const theMillion = (): string => {
  million ??= millionEvents();
  return million;
};

/** One day of one symbol out of a million events, again and again. */
export async function journalHistory(): Promise<Row> {
  const store = new SqliteEventStore(theMillion());
  const timesMs: number[] = [];
  let found = 0;
  for (let query = 0; query < 200; query += 1) {
    const sinceAt = Date.UTC(2026, 7, 1) + ((query * 37) % 98) * 86_400_000;
    const symbol = SYMBOLS[query % SYMBOLS.length];
    const started = performance.now();
    const untilAt = sinceAt + 86_400_000;
    found += store.query({ symbol, sinceAt, untilAt, limit: 5_000 }).length;
    timesMs.push(performance.now() - started);
  }
  store.close();
  if (found < 200 * 400) throw new Error(`only ${found} records were found`);
  timesMs.sort((left, right) => left - right);
  const at = (part: number) => timesMs[Math.floor(timesMs.length * part)] ?? Number.NaN;
  return figure(
    'journal-history-24h',
    `p50 ${at(0.5).toFixed(1)} ms, p99 ${at(0.99).toFixed(1)} ms`,
    {
      ...{ value: at(0.99), limit: 10, aim: 'p99 under 10 ms' },
      note: `${Math.round(found / 200)} whole records each, among ${EVENTS.toLocaleString('en-US')}`,
    },
  );
}

/** From the beginning of a process to a journal that is checked, taken up and signed for. */
export async function journalStart(): Promise<Row> {
  const given = process.env[PATH_NAME];
  if (given !== undefined) return startedOn(given);
  const runs: Started[] = [];
  for (let run = 0; run < 5; run += 1) {
    const child = spawnSync(process.execPath, [process.argv[1] ?? '', 'journal-start', '--json'], {
      env: { ...process.env, [PATH_NAME]: theMillion() },
      encoding: 'utf8',
    });
    runs.push(JSON.parse((JSON.parse(child.stdout) as Row[])[0]?.note ?? '') as Started);
  }
  runs.sort((left, right) => left.ms - right.ms);
  const { ms, megabytes, steps } = runs[2] ?? { ms: Number.NaN, megabytes: 0, steps: 0 };
  return figure('journal-start', `${Math.round(ms)} ms, ${Math.round(megabytes)} MB`, {
    ...{ value: ms, limit: 1_000, aim: 'under 1 s and 150 MB' },
    note: `a process from its spawn, ${EVENTS.toLocaleString('en-US')} events; ${steps} records recalled`,
  });
}

type Started = { readonly ms: number; readonly megabytes: number; readonly steps: number };

function startedOn(path: string): Row {
  const clock = new SystemClock();
  const store = new SqliteEventStore(path);
  const logger = new EventLogger({ store, clock, bootId: 'boot-bench' });
  const audit = new JournalAudit({ logger, clock });
  if (!audit.start()) throw new Error(`the journal is damaged: ${logger.brokenBecause}`);
  const { steps } = memoryOf(logger);
  const checkpoints = signing(logger, clock);
  checkpoints.start();
  const started = {
    ms: performance.now(),
    megabytes: process.memoryUsage().rss / 1_000_000,
    steps: steps.length,
  };
  audit.stop();
  checkpoints.stop();
  store.close();
  return figure('journal-start', '', {
    value: 0,
    limit: 1,
    aim: '',
    note: JSON.stringify(started),
  });
}

const figure = (
  name: string,
  ours: string,
  { value, limit, aim, note }: { value: number; limit: number; aim: string; note: string },
): Row => {
  const ratio = limit / value;
  return {
    name,
    ours,
    peer: 'the aim',
    theirs: aim,
    ratio: { median: ratio, min: ratio, max: ratio },
    aim,
    note,
  };
};
