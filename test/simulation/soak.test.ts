import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it, onTestFinished } from 'vitest';
import { SqliteEventStore } from '../../src/adapters/event-stores/sqlite.ts';
import { guardedAccount, settle } from '../support/guarded-account.ts';

const DAY_MS = 24 * 3_600_000;
const DAYS = 6;
/** What a week at a thousand cycles a day may add: prices at the exchange, compiled code. */
const MOST_GROWN_BYTES = 4_000_000;

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

function heldBytes(): number {
  collect();
  return process.memoryUsage().heapUsed;
}

describe('a process that runs for days', () => {
  it('holds no more after many days than after the first', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'bigbrother-soak-'));
    onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
    const store = new SqliteEventStore(join(directory, 'journal.sqlite'));
    onTestFinished(() => store.close());
    const account = await guardedAccount();
    const guard = account.boot({ cycleMs: 60_000, closedCycleMs: 600_000 }, store);
    await settle(account.clock, guard.start());
    guard.orchestrator.start();
    const day = async (number: number): Promise<void> => {
      for (let hour = 0; hour < 24; hour += 1) {
        account.price('AAPL', (100 + ((number + hour) % 5) / 100).toFixed(2));
        await account.clock.advanceBy(DAY_MS / 24);
      }
    };
    await day(0);
    const before = heldBytes();
    const records = guard.logger.length;
    for (let number = 1; number < DAYS; number += 1) await day(number);
    const grown = heldBytes() - before;
    expect(guard.state.snapshot()?.positions).toHaveLength(1);
    expect(guard.logger.length - records).toBeGreaterThan(500);
    expect(grown).toBeLessThan(MOST_GROWN_BYTES);
  }, 60_000);
});
