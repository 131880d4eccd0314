import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { SqliteEventStore } from '../../src/adapters/event-stores/sqlite.ts';
import { openDatabase } from '../../src/adapters/event-stores/sqlite-driver.ts';
import type { EventStore } from '../../src/ports/event-store.ts';
import { guardedAccount, loopedAccount, settle } from '../support/guarded-account.ts';

/** An account whose journal is a file; its first process has guarded for a while and ended. */
async function journalled() {
  const directory = mkdtempSync(join(tmpdir(), 'bigbrother-damage-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const path = join(directory, 'journal.sqlite');
  const account = await guardedAccount();
  const store = new SqliteEventStore(path);
  const first = account.boot({}, store);
  await settle(account.clock, first.start());
  first.orchestrator.start();
  await account.clock.advanceBy(60_000);
  await settle(account.clock, first.stop());
  const records = store.last()?.seq ?? 0;
  return { account, path, store, records };
}

type Journalled = Awaited<ReturnType<typeof journalled>>;

async function guardAgain({ account, path }: Journalled) {
  const store = new SqliteEventStore(path);
  onTestFinished(() => store.close());
  const second = account.boot({}, store);
  await settle(account.clock, second.start());
  second.orchestrator.start();
  account.price('AAPL', '116.5');
  await account.clock.advanceBy(30_000);
  return second;
}

describe('a journal file', () => {
  it('in which one letter of a record was changed lets BigBrother look and not act', async () => {
    const given = await journalled();
    given.store.close();
    const database = openDatabase(given.path);
    database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    database.close();
    // A page that was split keeps old copies: every one is changed.
    const bytes = readFileSync(given.path, 'latin1');
    const changed = bytes.replaceAll('"type":"episode_opened"', '"type":"epiXode_opened"');
    expect(changed).not.toBe(bytes);
    const path = `${given.path}.copy`;
    writeFileSync(path, changed, 'latin1');
    const second = await guardAgain({ ...given, path });
    const { tradingState, tradingStateCauses } = second.bigBrother.status();
    expect(tradingState).toBe('halted');
    expect(tradingStateCauses.map(({ because }) => because).join()).toMatch(
      /damaged at record \d+: record \d+ was changed after it was written/,
    );
    expect(second.broker.mutations()).toEqual([]);
    expect(second.state.snapshot()?.positions).toHaveLength(1);
    expect(second.bigBrother.snapshot()?.orders.length).toBeGreaterThan(0);
  });

  it('whose last write was torn is whole up to there, and goes on', async () => {
    const given = await journalled();
    // The store stays open, as after a kill: what it wrote last stands in the log beside the file.
    const path = `${given.path}.copy`;
    const log = readFileSync(`${given.path}-wal`);
    copyFileSync(given.path, path);
    writeFileSync(`${path}-wal`, log.subarray(0, log.length - 100));
    given.store.close();
    const second = await guardAgain({ ...given, path });
    expect(second.logger.verify()).toMatchObject({ ok: true });
    const [, started] = second.logger.recall(['started']);
    expect(started?.seq).toBeLessThanOrEqual(given.records);
    expect(second.bigBrother.status().tradingState).toBe('active');
    expect(second.broker.mutations().length).toBeGreaterThan(0);
  });
});

describe('a disk', () => {
  it.each(['ENOSPC: no space left on device', 'EIO: i/o error, fdatasync'])(
    'that says %s lets nothing more be done, while orders keep resting and it is told',
    async (message) => {
      let isBroken = false;
      const account = await loopedAccount();
      await settle(account.clock, account.stop());
      const disk: EventStore = {
        append(records) {
          if (isBroken) throw new Error(message);
          account.store.append(records);
        },
        last: () => account.store.last(),
        query: (query) => account.store.query(query),
        scan: (fromSeq) => account.store.scan(fromSeq),
        close: () => {},
      };
      const second = account.boot({}, disk);
      await settle(account.clock, second.start());
      second.orchestrator.start();
      await account.clock.advanceBy(12_000);
      isBroken = true;
      const sent = second.broker.mutations().length;
      account.price('AAPL', '116.5');
      await account.clock.advanceBy(60_000);
      expect(second.broker.mutations()).toHaveLength(sent);
      const { tradingState, tradingStateCauses } = second.bigBrother.status();
      expect(tradingState).toBe('halted');
      expect(tradingStateCauses.at(-1)?.because).toContain(message);
      expect(second.state.snapshot()?.positions).toHaveLength(1);
    },
  );

  it('that is full when an order in doubt turns up leaves it in doubt, and the rest goes on', async () => {
    let isFull = false;
    const account = await guardedAccount();
    const disk: EventStore = {
      append(records) {
        if (isFull) throw new Error('ENOSPC: no space left on device');
        account.store.append(records);
      },
      last: () => account.store.last(),
      query: (query) => account.store.query(query),
      scan: (fromSeq) => account.store.scan(fromSeq),
      close: () => {},
    };
    const second = account.boot({}, disk);
    await settle(account.clock, second.start());
    const [late, lost] = [account.clock.sleep(40_000), { kind: 'loses_request' } as const];
    second.broker.next('submit', { kind: 'arrives_late', time: late });
    for (let copy = 0; copy < 5; copy += 1) second.broker.next('submit', lost);
    second.orchestrator.start();
    await account.clock.advanceBy(25_000);
    expect(second.alerts.alerts().map(({ code }) => code)).toContain('unknown_order');
    isFull = true;
    await account.clock.advanceBy(30_000);
    expect(second.state.snapshot()?.orders).toHaveLength(1);
    expect(second.bigBrother.status().tradingState).toBe('halted');
  });
});
