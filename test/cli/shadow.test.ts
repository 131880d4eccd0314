import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startOldBot } from '../../simulation/old-bot/old-bot.ts';
import { SqliteEventStore } from '../../src/adapters/event-stores/sqlite.ts';
import { temporaryDirectory } from '../../src/adapters/system/files.ts';
import { guardedAccount, settle } from '../support/guarded-account.ts';
import { runHere } from './run-here.ts';

const data = temporaryDirectory('bigbrother-shadow-');
const run = (...args: readonly string[]) =>
  runHere(['shadow', 'report', ...args], { BIGBROTHER_DATA_DIR: data.path });

beforeAll(async () => {
  mkdirSync(join(data.path, 'simulated-1'));
  const account = await guardedAccount();
  const { exchange, clock, price } = account;
  const store = new SqliteEventStore(join(data.path, 'simulated-1', 'journal.sqlite'));
  const watching = account.boot({ mode: 'observe' }, store);
  await settle(clock, watching.start());
  watching.orchestrator.start();
  await clock.advanceBy(20_000);
  const bot = await startOldBot({
    connection: {
      ...{ keyId: 'PK-TEST', secret: 'secret', endpoint: { url: 'http://127.0.0.1' } },
      ...{ fetchApi: exchange.fetchApi, wsFactory: exchange.wsFactory },
    },
    clock,
  });
  for (const at of ['100', '117', '117']) {
    price('AAPL', at);
    await clock.advanceBy(30_000);
  }
  bot.stop();
  await settle(clock, watching.stop());
  store.close();
});
afterAll(() => data.remove());

describe('bigbrother shadow report', () => {
  it('shows each policy beside what the other bot did', async () => {
    const { code, stdout } = await run();
    expect(code).toBe(0);
    expect(stdout).toMatch(/^policy +wishes +matched +missed +conflicting/m);
    expect(stdout).toMatch(/^stop-loss +\d+ +[1-9]/m);
    expect(stdout).toMatch(/^Without a stop: [\d.]+ share-seconds; BigBrother foresaw [\d.]+\.$/m);
  });

  it('is one object for machines', async () => {
    const { code, stdout } = await run('--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ verdict: 'compared', seen: { fills: 1 } });
  });

  it('ends with 1 and says why where there is nothing to compare', async () => {
    const { code, stdout } = await run('--orders', 'nobody-');
    expect(code).toBe(1);
    expect(stdout).toContain('Nothing to compare.');
    expect(stdout).toContain('nobody else placed an order here');
  });

  it('refuses a time that it cannot read, in the words of its options', async () => {
    const { code, stderr } = await run('--from', 'someday');
    expect(code).toBe(2);
    expect(stderr).toContain('--from must be');
  });
});
