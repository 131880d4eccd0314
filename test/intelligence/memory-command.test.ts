import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { acquireOwnerLock } from '../../src/adapters/event-stores/owner-lock.ts';
import { SqliteEventStore } from '../../src/adapters/event-stores/sqlite.ts';
import { DataDirectory } from '../../src/adapters/system/files.ts';
import { SystemClock } from '../../src/adapters/system/system-clock.ts';
import { EventLogger } from '../../src/runtime/journal/event-logger.ts';
import { ownDirectory } from '../adapters/advisors/servers.ts';
import { runCli } from '../cli/run-cli.ts';

/** A data directory in which one account has a journal with three outcomes. */
function accountWithOutcomes() {
  const dataDirectory = ownDirectory();
  const account = DataDirectory.open(dataDirectory).directory('paper-PA1');
  const store = new SqliteEventStore(account.privateFile('journal.sqlite'));
  const logger = new EventLogger({ store, clock: new SystemClock(), bootId: 'boot-1' });
  for (const profit of ['-1', '2', '3']) {
    const body = { policy: 'stop-loss', purpose: 'protect', result: 'filled', profit, closedAt: 1 };
    logger.log({ type: 'outcome_measured', actor: 'system', symbol: 'AAPL', body });
  }
  logger.commit();
  store.close();
  const env = { BIGBROTHER_DATA_DIR: dataDirectory };
  const run = (...args: string[]) => runCli(['memory', 'rebuild', ...args], env);
  return { account, run };
}

describe('bigbrother memory rebuild', () => {
  it('makes the memory anew from the journal, as often as it is asked', async () => {
    const { account, run } = accountWithOutcomes();
    expect(JSON.parse((await run('--json')).stdout)).toEqual({
      ...{ outcomes: 3, stored: 3, left_out: 0, problem: null },
    });
    rmSync(join(account.path, 'advisors', 'memory', 'memory.jsonl'));
    expect(await run()).toMatchObject({ code: 0, stdout: '3 of 3 outcomes are remembered\n' });
  });

  it('leaves the memory to the process that owns the account', async () => {
    const { account, run } = accountWithOutcomes();
    const lock = acquireOwnerLock({ path: account.privateFile('owner.lock'), pid: process.pid });
    const refused = await run();
    lock.release();
    expect(refused.code).toBe(2);
    expect(refused.stderr).toMatch(/end it first/);
  });
});
