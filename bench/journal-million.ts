import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { SqliteEventStore } from '../src/adapters/event-stores/sqlite.ts';
import { openDatabase } from '../src/adapters/event-stores/sqlite-driver.ts';
import { SystemClock } from '../src/adapters/system/system-clock.ts';
import type { JournalEvent } from '../src/domain/event.ts';
import { EventLogger } from '../src/runtime/journal/event-logger.ts';
import type { Row } from './harness.ts';
import { decision, file, QUOTE, SYMBOLS, signing } from './journal-events.ts';
import type { Started } from './journal-start.ts';

const EVENTS = 1_000_000;
/** 10,000 events a day: a hundred days. */
const BETWEEN_MS = 8_640;

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

/** One day of one symbol out of a million events, again and again, each beside the bare rows. */
export async function journalHistory(): Promise<Row> {
  const store = new SqliteEventStore(theMillion());
  const bare = openDatabase(theMillion(), { readOnly: true });
  const rows = bare.prepare(
    'SELECT record FROM journal WHERE symbol = ? AND seq BETWEEN ? AND ? ORDER BY seq DESC',
  );
  const [oursMs, theirsMs]: [number[], number[]] = [[], []];
  let found = 0;
  for (let query = 0; query < 200; query += 1) {
    const sinceAt = Date.UTC(2026, 7, 1) + ((query * 37) % 98) * 86_400_000;
    const symbol = SYMBOLS[query % SYMBOLS.length] ?? '';
    const untilAt = sinceAt + 86_400_000;
    const started = performance.now();
    const records = store.query({ symbol, sinceAt, untilAt, limit: 5_000 });
    oursMs.push(performance.now() - started);
    const [newest, oldest] = [records[0]?.seq ?? 0, records.at(-1)?.seq ?? 0];
    const startedBare = performance.now();
    const { length } = rows.all(symbol, oldest, newest);
    theirsMs.push(performance.now() - startedBare);
    if (length !== records.length) throw new Error(`${length} rows, ${records.length} records`);
    found += length;
  }
  bare.close();
  store.close();
  if (found < 200 * 400) throw new Error(`only ${found} records were found`);
  const ours = at(oursMs, 0.99);
  return figure('journal-history-24h', {
    ...{ ours, theirs: at(theirsMs, 0.99), aim: 'p99 under 10 ms' },
    said: `p50 ${at(oursMs, 0.5).toFixed(1)} ms, p99 ${ours.toFixed(1)} ms`,
    peer: 'the same rows out of the index, as text and found before',
    note: `${Math.round(found / 200)} whole records each, among ${EVENTS.toLocaleString('en-US')}`,
  });
}

/** The value that this part of them is below. */
const at = (values: readonly number[], part: number): number =>
  values.toSorted((left, right) => left - right)[Math.floor(values.length * part)] ?? Number.NaN;

/**
 * From the beginning of a process to a journal that is checked, taken up and signed for. It holds
 * that part of the program and none of the peers of these rows, whose code alone takes 60 MB.
 */
export async function journalStart(): Promise<Row> {
  const program = join(dirname(process.argv[1] ?? ''), 'bench-journal-start.js');
  const runs: Started[] = [];
  const bareMs: number[] = [];
  for (let run = 0; run < 7; run += 1) {
    const started = performance.now();
    spawnSync(process.execPath, ['-e', '0']);
    bareMs.push(performance.now() - started);
    const child = spawnSync(process.execPath, [program, theMillion()], { encoding: 'utf8' });
    runs.push(JSON.parse(child.stdout) as Started);
  }
  const ours = at(
    runs.map(({ ms }) => ms),
    0.5,
  );
  const megabytes = at(
    runs.map((run) => run.megabytes),
    0.5,
  );
  return figure('journal-start', {
    ...{ ours, theirs: at(bareMs, 0.5), aim: 'under 1 s and 150 MB' },
    said: `${Math.round(ours)} ms, ${Math.round(megabytes)} MB`,
    peer: 'node -e 0',
    note:
      `a process from its spawn, ${EVENTS.toLocaleString('en-US')} events; ` +
      `${runs[0]?.steps} records recalled`,
  });
}

/** Times in milliseconds, held to an aim of their own and shown beside those of a peer. */
function figure(
  name: string,
  measured: {
    readonly ours: number;
    readonly theirs: number;
    readonly said: string;
    readonly peer: string;
    readonly aim: string;
    readonly note: string;
  },
): Row {
  const { ours, theirs, said, peer, aim, note } = measured;
  const ratio = theirs / ours;
  return {
    ...{ name, peer, aim, note, ours: said, theirs: `${theirs.toFixed(1)} ms` },
    ratio: { median: ratio, min: ratio, max: ratio },
  };
}
