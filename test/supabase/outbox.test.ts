import { describe, expect, it } from 'vitest';
import { MemoryEventStore } from '../../src/adapters/event-stores/memory.ts';
import { VirtualClock } from '../../src/adapters/system/virtual-clock.ts';
import { canonicalText } from '../../src/domain/canonical.ts';
import type { JournalRecord } from '../../src/domain/event.ts';
import type { EventStore } from '../../src/ports/event-store.ts';
import {
  type Replica,
  type ReplicaDifference,
  type ReplicaEntry,
  ReplicaError,
} from '../../src/ports/replica.ts';
import { AlertBoard } from '../../src/runtime/journal/alert-board.ts';
import { EventLogger } from '../../src/runtime/journal/event-logger.ts';
import { Outbox } from '../../src/runtime/journal/outbox.ts';
import { chained, entryOf } from './journal.ts';

const SECOND = 1_000;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** A replica in memory that notes when it was asked, and is away when told to be. */
class Shelf implements Replica {
  readonly kept: ReplicaEntry[] = [];
  readonly askedAt: number[] = [];
  readonly batches: number[] = [];
  isAway = false;
  /** Takes no batch of more records than this. */
  mostRecords = Number.POSITIVE_INFINITY;
  readonly #clock: VirtualClock;

  constructor(clock: VirtualClock) {
    this.#clock = clock;
  }

  async head() {
    this.#ask();
    return this.kept.at(-1) ?? null;
  }

  async add(entries: readonly ReplicaEntry[]): Promise<ReplicaDifference | null> {
    this.#ask();
    if (entries.length > this.mostRecords) {
      throw new ReplicaError('statement timeout', { fault: 'unreachable', code: '57014' });
    }
    this.batches.push(entries.length);
    this.kept.push(...entries);
    return null;
  }

  #ask(): void {
    this.askedAt.push(this.#clock.now());
    if (this.isAway) throw new ReplicaError('nobody is there', { fault: 'unreachable' });
  }
}

const started = async (
  store: EventStore = new MemoryEventStore(),
  kept: readonly ReplicaEntry[] = [],
  bootId = 'boot-1',
) => {
  const clock = new VirtualClock(Date.UTC(2026, 9, 8, 15, 0));
  const shelf = new Shelf(clock);
  shelf.kept.push(...kept);
  const logger = new EventLogger({ store, clock, bootId });
  const alerts = new AlertBoard({ logger, clock });
  const copied: number[] = [];
  const onCopied = (seq: number) => void copied.push(seq);
  const outbox = new Outbox({ replica: shelf, store, logger, alerts, clock, bootId, onCopied });
  outbox.start();
  const log = (count: number, size = 10) => {
    for (let index = 0; index < count; index += 1) {
      logger.log({ type: 'snapshot_taken', actor: 'loop', body: { text: 'x'.repeat(size) } });
    }
    logger.commit();
  };
  const isEqual = () =>
    expect(shelf.kept.map(({ text }) => text)).toEqual(
      [...store.scan(1)].map((record) => canonicalText(record)),
    );
  await clock.advanceBy(0);
  return { clock, store, shelf, logger, alerts, outbox, copied, log, isEqual };
};

describe('the outbox', () => {
  it('sends what came together together, a second later and in order', async () => {
    const { clock, shelf, log, isEqual, outbox, copied } = await started();
    log(3);
    log(2);
    await clock.advanceBy(SECOND - 1);
    expect(shelf.kept).toEqual([]);
    await clock.advanceBy(1);
    expect(shelf.batches).toEqual([5]);
    isEqual();
    expect(outbox.status()).toEqual({
      copiedSeq: 5,
      behindRecords: 0,
      behindSeconds: 0,
      problem: null,
    });
    expect(copied.at(-1)).toBe(5);
  });

  it('asks for nothing while nothing happens', async () => {
    const { clock, shelf } = await started();
    const asked = shelf.askedAt.length;
    await clock.advanceBy(DAY);
    expect(shelf.askedAt.length).toBe(asked);
  });

  it('sends nothing that the journal does not hold durably', async () => {
    const { clock, shelf, logger, outbox, isEqual } = await started();
    logger.log({ type: 'snapshot_taken', actor: 'loop', body: {} });
    await clock.advanceBy(30 * SECOND);
    expect(shelf.kept).toEqual([]);
    expect(outbox.status()).toMatchObject({ behindRecords: 1, behindSeconds: 0 });
    logger.commit();
    await clock.advanceBy(SECOND);
    isEqual();
  });

  it('tries again ever more rarely, at least every five minutes, and not all at once', async () => {
    const pauses = async (bootId: string) => {
      const { clock, shelf, log } = await started(new MemoryEventStore(), [], bootId);
      shelf.isAway = true;
      log(1);
      await clock.advanceBy(HOUR);
      return shelf.askedAt.slice(1).map((at, index, all) => at - (all[index - 1] ?? at));
    };
    const [one, other] = [await pauses('boot-1'), await pauses('boot-2')];
    expect(one.length).toBeGreaterThan(15);
    expect(one.length).toBeLessThan(40);
    expect(Math.max(...one)).toBeLessThanOrEqual(300 * SECOND);
    expect(one[3]).toBeGreaterThan(one[1] ?? 0);
    expect(one).not.toEqual(other);
  });

  it('goes on after days, with one batch in memory at a time', async () => {
    const { clock, shelf, log, isEqual, alerts, outbox } = await started();
    shelf.isAway = true;
    for (let day = 0; day < 3; day += 1) {
      log(700, 1_000);
      await clock.advanceBy(DAY);
    }
    expect(outbox.status()).toMatchObject({ behindRecords: 2_101, problem: 'nobody is there' });
    expect(outbox.status().behindSeconds).toBeGreaterThan(2 * 86_400);
    expect(alerts.alerts()).toMatchObject([
      { code: 'copy_behind', because: expect.stringContaining('nobody is there') },
    ]);
    shelf.isAway = false;
    await clock.advanceBy(HOUR);
    isEqual();
    expect(Math.max(...shelf.batches)).toBeLessThanOrEqual(100);
    expect(alerts.alerts()).toEqual([]);
  });

  it('keeps a batch of large records small, and sends one that is larger alone', async () => {
    const { clock, shelf, log, isEqual } = await started();
    log(10, 50_000);
    log(1, 1_000_000);
    await clock.advanceBy(10 * SECOND);
    isEqual();
    expect(shelf.batches).toEqual([2, 2, 2, 2, 2, 1]);
  });

  it('finds the size that a slow project still takes, and grows again', async () => {
    const { clock, shelf, log, isEqual } = await started();
    shelf.mostRecords = 20;
    log(300);
    await clock.advanceBy(HOUR);
    isEqual();
    shelf.mostRecords = Number.POSITIVE_INFINITY;
    log(1_000);
    await clock.advanceBy(HOUR);
    isEqual();
    expect(Math.max(...shelf.batches)).toBe(100);
  });

  it('goes on in another process where the last one stopped', async () => {
    const first = await started();
    first.log(10);
    await first.clock.advanceBy(SECOND);
    await first.outbox.stop(0);
    first.log(10);
    const second = await started(first.store, first.shelf.kept);
    await second.clock.advanceBy(SECOND);
    expect(second.shelf.batches).toEqual([10]);
    second.isEqual();
  });

  it('at its end copies what is left, unless that does not work', async () => {
    const { clock, shelf, log, isEqual, outbox } = await started();
    log(500);
    const stopped = outbox.stop(2 * SECOND);
    await clock.advanceBy(SECOND);
    await stopped;
    isEqual();
    const away = await started();
    away.shelf.isAway = true;
    away.log(1);
    const before = away.clock.now();
    const ended = away.outbox.stop(2 * SECOND);
    await away.clock.advanceBy(0);
    await ended;
    expect(away.clock.now()).toBe(before);
    await clock.advanceBy(HOUR);
    expect(shelf.batches.length).toBe(5);
  });

  it('says so when the copy knows more than the journal, and writes nothing', async () => {
    const whole = chained(Array.from({ length: 5 }, () => ({ type: 'started' }) as const));
    const store = new MemoryEventStore();
    store.append(whole.slice(0, 3));
    const kept = whole.map((record) => ({
      ...{ seq: record.seq, hash: record.hash },
      text: canonicalText(record),
    }));
    const { clock, shelf, alerts, outbox } = await started(store, kept);
    await clock.advanceBy(SECOND);
    expect(shelf.batches).toEqual([]);
    expect(alerts.alerts()).toMatchObject([{ code: 'copy_conflict' }]);
    expect(outbox.status().problem).toMatch(/holds 5 records, the journal only 3/);
  });

  describe('behind an archive', () => {
    const whole = chained(Array.from({ length: 9 }, () => ({ type: 'started' }) as const));
    /** The journal begins after 5; of the archive there is what comes after `lostUpTo`. */
    const behindArchive = (lostUpTo: number, kept: number, gone: number | null = null) => {
      const archive = whole.filter(({ seq }) => seq > lostUpTo && seq <= 5 && seq !== gone);
      const rest = whole.slice(5);
      const from = (records: readonly JournalRecord[]) => (after: number) =>
        records.filter(({ seq }) => seq >= after);
      const archived = {
        ...{ append: () => undefined, query: () => [], close: () => undefined },
        ...{ last: () => whole.at(-1) ?? null, scan: from(rest), archived: from(archive) },
      };
      return started(archived, whole.slice(0, kept).map(entryOf));
    };

    it.each([0, 2, 5, 7])('copies all of it when %i records were copied before', async (kept) => {
      const { clock, shelf, alerts } = await behindArchive(0, kept);
      await clock.advanceBy(SECOND);
      expect(shelf.kept.slice(0, 9)).toEqual(whole.map(entryOf));
      expect(alerts.alerts()).toEqual([]);
    });

    it('goes on without the archive when all of that was copied', async () => {
      const { clock, shelf } = await behindArchive(5, 5);
      await clock.advanceBy(SECOND);
      expect(shelf.kept.slice(0, 9)).toEqual(whole.map(entryOf));
    });

    it.each([2, 5])('leaves no gap in a copy: without %i of its records it waits', async (lost) => {
      const { clock, shelf, alerts, outbox } = await behindArchive(lost, 1);
      await clock.advanceBy(HOUR);
      expect(shelf.batches).toEqual([]);
      expect(outbox.status()).toMatchObject({ copiedSeq: null });
      expect(alerts.alerts()).toMatchObject([
        { code: 'copy_conflict', because: expect.stringContaining('ends at record 1') },
      ]);
    });

    it('never leaps over what a damaged archive has lost in its middle', async () => {
      const { clock, shelf, outbox } = await behindArchive(0, 1, 4);
      await clock.advanceBy(HOUR);
      expect(shelf.kept.map(({ seq }) => seq)).toEqual([1, 2, 3]);
      expect(outbox.status().problem).toMatch(/ends at record 3, .* not whole/);
    });

    it('begins an empty copy where there is something to copy, and says so', async () => {
      const { clock, shelf, alerts } = await behindArchive(5, 0);
      await clock.advanceBy(SECOND);
      expect(shelf.kept.slice(0, 4)).toEqual(whole.slice(5).map(entryOf));
      expect(alerts.alerts()).toMatchObject([
        { code: 'copy_begins_late', because: expect.stringContaining('begins at record 6') },
      ]);
    });
  });
});
