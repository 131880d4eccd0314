import { describe, expect, it } from 'vitest';
import { MemoryEventStore } from '../../src/adapters/event-stores/memory.ts';
import { Ed25519Signer } from '../../src/adapters/system/ed25519-signer.ts';
import { VirtualClock } from '../../src/adapters/system/virtual-clock.ts';
import { canonicalText } from '../../src/domain/canonical.ts';
import type { Anchor } from '../../src/domain/checkpoint.ts';
import type { EventType } from '../../src/domain/event.ts';
import { AlertBoard } from '../../src/runtime/journal/alert-board.ts';
import { Anchoring } from '../../src/runtime/journal/anchoring.ts';
import { Checkpoints } from '../../src/runtime/journal/checkpoints.ts';
import { EventLogger } from '../../src/runtime/journal/event-logger.ts';
import { JournalVerifier } from '../../src/verifier/journal-verifier.ts';

const SIGNER = Ed25519Signer.forThisRun();

function signedJournal(
  given: {
    readonly store?: MemoryEventStore;
    readonly signer?: Ed25519Signer;
    readonly put?: (anchor: Anchor) => Promise<void>;
  } = {},
) {
  const clock = new VirtualClock(Date.UTC(2026, 9, 8, 15));
  const store = given.store ?? new MemoryEventStore();
  const logger = new EventLogger({ store, clock, bootId: 'boot-1' });
  const alerts = new AlertBoard({ logger, clock });
  const { put } = given;
  const place = put === undefined ? null : { name: '/mnt/elsewhere', put };
  const anchoring = new Anchoring({ place, alerts, clock });
  const checkpoints = new Checkpoints({
    ...{ logger, clock, alerts, anchoring, settingsHash: () => 'abc', codeVersion: '0.1.0' },
    signer: given.signer ?? SIGNER,
    unsettledSince: () => null,
  });
  checkpoints.start();
  const write = (count: number, type: EventType = 'decision_made', body: unknown = {}): void => {
    for (let index = 0; index < count; index += 1) logger.log({ type, actor: 'loop', body });
    logger.commit();
  };
  const sizes = () =>
    logger.recall(['checkpoint_signed']).map(({ body }) => (body as { size: number }).size);
  const verified = (publicKeys: readonly string[] = []) => {
    const verifier = new JournalVerifier({ publicKeys });
    for (const record of store.scan(1)) if (!verifier.take(canonicalText(record))) break;
    return verifier.finding();
  };
  return { clock, store, logger, alerts, anchoring, checkpoints, write, sizes, verified };
}

describe('checkpoints', () => {
  it('are signed every 256 records, and the verifier agrees', async () => {
    const { clock, write, sizes, verified } = signedJournal();
    for (let burst = 0; burst < 40; burst += 1) {
      write(64);
      await clock.advanceBy(1);
    }
    expect(sizes()).toHaveLength(10);
    expect(sizes()[0]).toBe(256);
    const { ok, because, checkpoints } = verified([SIGNER.publicKey]);
    expect({ ok, because, checkpoints }).toEqual({ ok: true, because: null, checkpoints: 10 });
  });

  it('are signed after five minutes in which anything was written, and only then', async () => {
    const { clock, write, sizes } = signedJournal();
    write(3);
    await clock.advanceBy(5 * 60_000);
    expect(sizes()).toEqual([3]);
    await clock.advanceBy(60 * 60_000);
    expect(sizes()).toEqual([3]);
    write(1);
    await clock.advanceBy(5 * 60_000);
    expect(sizes()).toEqual([3, 5]);
  });

  it.each(['trading_state_changed', 'halt_latched', 'halt_lifted', 'started'] as const)(
    'are signed at once when there is a %s',
    async (type) => {
      const { clock, write, sizes } = signedJournal();
      write(2);
      write(1, type);
      await clock.advanceBy(0);
      expect(sizes()).toEqual([3]);
    },
  );

  it('are signed at the close of a session and when the process ends', async () => {
    const { clock, write, sizes, checkpoints, verified } = signedJournal();
    write(1, 'snapshot_taken', { sessionOpen: true });
    write(1, 'snapshot_taken', { sessionOpen: true });
    await clock.advanceBy(0);
    expect(sizes()).toEqual([]);
    write(1, 'snapshot_taken', { sessionOpen: false });
    await clock.advanceBy(0);
    expect(sizes()).toEqual([3]);
    write(1, 'stopped');
    checkpoints.stop();
    expect(sizes()).toEqual([3, 5]);
    expect(verified().ok).toBe(true);
  });

  it('go on after a restart from what was signed, not from the first record', async () => {
    const first = signedJournal();
    first.write(1_000);
    first.checkpoints.stop();
    first.write(7);
    let lowest = Number.POSITIVE_INFINITY;
    const { scan } = first.store;
    first.store.scan = (fromSeq) => {
      lowest = Math.min(lowest, fromSeq);
      return scan.call(first.store, fromSeq);
    };
    const second = signedJournal({ store: first.store });
    expect(lowest).toBeGreaterThan(700);
    second.write(300);
    await second.clock.advanceBy(0);
    expect(second.sizes()).toEqual([1_000, 1_308]);
    expect(second.verified([SIGNER.publicKey])).toMatchObject({ ok: true, signedUpTo: 1_308 });
  });

  it('by another key than before are told of, and the verifier has to know both', async () => {
    const first = signedJournal();
    first.write(10);
    first.checkpoints.stop();
    const other = Ed25519Signer.forThisRun();
    const second = signedJournal({ store: first.store, signer: other });
    expect(second.alerts.alerts()).toMatchObject([{ code: 'checkpoint_key_changed' }]);
    second.checkpoints.stop();
    expect(second.verified()).toMatchObject({ ok: false, firstBadSeq: 13 });
    expect(second.verified([SIGNER.publicKey, other.publicKey]).ok).toBe(true);
  });

  it('that somebody else signed in our name stop the journal', () => {
    const first = signedJournal();
    first.write(10);
    const forger = { publicKey: SIGNER.publicKey, sign: () => 'AAAA' };
    const forged = signedJournal({
      store: first.store,
      signer: forger as unknown as Ed25519Signer,
    });
    forged.checkpoints.stop();
    const { logger } = signedJournal({ store: first.store });
    expect(logger.brokenBecause).toContain('was not signed here');
  });
});

describe('anchors', () => {
  it('are brought outside for each checkpoint, and say what the verifier computes', async () => {
    const brought: Anchor[] = [];
    const journal = signedJournal({ put: async (anchor) => void brought.push(anchor) });
    expect(journal.anchoring.tamperWindowMs()).toBeNull();
    journal.write(256);
    await journal.clock.advanceBy(90_000);
    const [anchor] = brought;
    expect(anchor?.size).toBe(256);
    expect(journal.anchoring.tamperWindowMs()).toBe(90_000);
    const verifier = new JournalVerifier({ anchors: brought });
    for (const record of journal.store.scan(1)) verifier.take(canonicalText(record));
    expect(verifier.finding().ok).toBe(true);
  });

  it('that cannot be written are told of, and hold up nothing', async () => {
    let isThere = false;
    const journal = signedJournal({
      put: async () => {
        if (!isThere) throw new Error('ENODEV: no such device');
      },
    });
    journal.write(256);
    await journal.clock.advanceBy(0);
    expect(journal.alerts.alerts()).toMatchObject([{ code: 'anchor_not_written' }]);
    expect(journal.alerts.alerts()[0]?.because).toContain('/mnt/elsewhere (ENODEV');
    isThere = true;
    journal.write(256);
    await journal.clock.advanceBy(0);
    expect(journal.alerts.alerts()).toEqual([]);
  });

  it('wait for a place that hangs with the newest alone, and not for ever', async () => {
    const arrivals: (() => void)[] = [];
    const brought: number[] = [];
    const journal = signedJournal({
      put: (anchor) =>
        new Promise((resolve) => {
          arrivals.push(() => {
            brought.push(anchor.size);
            resolve();
          });
        }),
    });
    for (let round = 0; round < 4; round += 1) {
      journal.write(256);
      await journal.clock.advanceBy(0);
    }
    const settled = journal.anchoring.settle(2_000);
    await journal.clock.advanceBy(2_000);
    await settled;
    expect(brought).toEqual([]);
    arrivals[0]?.();
    await journal.clock.advanceBy(0);
    arrivals[1]?.();
    await journal.clock.advanceBy(0);
    expect(brought).toEqual([256, journal.sizes().at(-1)]);
  });
});
