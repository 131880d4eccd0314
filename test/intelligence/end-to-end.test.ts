import { readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { SeededIds } from '../../src/adapters/system/seeded-ids.ts';
import { VirtualClock } from '../../src/adapters/system/virtual-clock.ts';
import { madeUpAccount } from '../../src/cli/exchange/embedded-exchange.ts';
import { accountDoor } from '../../src/cli/owner/account-door.ts';
import { compose, type Running } from '../../src/compose.ts';
import { defaultSettings, type Settings } from '../../src/config.ts';
import { ticker } from '../../src/domain/ids.ts';
import { decimal } from '../../src/paper-exchange/core/decimal.ts';
import { PaperExchange } from '../../src/paper-exchange/exchange.ts';
import { ownDirectory } from '../adapters/advisors/servers.ts';
import { settle } from '../support/guarded-account.ts';

const ELEVEN = Date.UTC(2026, 9, 8, 15, 0);
const AAPL = ticker('AAPL');

/** The whole program on a paper account with AAPL, its journal and its memory on disk. */
function world(intelligence: Partial<Settings['intelligence']> = {}) {
  const clock = new VirtualClock(ELEVEN);
  const account = madeUpAccount([{ symbol: 'AAPL', qty: '10', averageEntryPrice: '100' }], 'PA1');
  const market = { kind: 'silent', symbols: ['AAPL'] } as const;
  const exchange = new PaperExchange({ seed: '7', accounts: [account], market }, clock);
  const base = defaultSettings('execute', ownDirectory());
  const settings: Settings = { ...base, intelligence: { ...base.intelligence, ...intelligence } };
  const system = { clock, ids: new SeededIds('whole'), exchange, journal: 'file' } as const;
  let trades = 0;
  const price = (at: string): void => {
    const last = decimal(at);
    const cent = decimal('0.01');
    const quote = {
      ...{ symbol: 'AAPL', at: clock.now(), bidPrice: last - cent, askPrice: last + cent },
      ...{ bidSize: 1_000, askSize: 1_000 },
    };
    exchange.tell({ kind: 'quote', quote });
    trades += 1;
    const trade = { symbol: 'AAPL', at: clock.now(), price: last, size: 100, id: trades };
    exchange.tell({ kind: 'trade', trade });
  };
  const buy = async (): Promise<void> => {
    const answer = await exchange.fetchApi('http://127.0.0.1/v2/orders', {
      method: 'POST',
      headers: {
        'APCA-API-KEY-ID': account.keyId,
        'APCA-API-SECRET-KEY': account.secretKey,
        'content-type': 'application/json',
      },
      body: JSON.stringify({
        ...{ symbol: 'AAPL', qty: '10', side: 'buy', type: 'market', time_in_force: 'day' },
      }),
    });
    if (!answer.ok) throw new Error(await answer.text());
  };
  const start = async (): Promise<Running> => {
    exchange.start();
    price('100');
    const running = await settle(clock, compose(settings, system));
    onTestFinished(() => running.close());
    running.orchestrator.start();
    await clock.advanceBy(1_000);
    return running;
  };
  const stop = async (running: Running): Promise<void> => {
    await settle(clock, running.stopGuarding());
    running.close();
  };
  const memoryFile = join(
    settings.dataDirectory,
    'simulated-PA1',
    'advisors',
    'memory',
    'memory.jsonl',
  );
  return { clock, price, buy, start, stop, memoryFile };
}

const stored = (path: string): number => {
  try {
    return readFileSync(path, 'utf8').split('"relationType":"stands_on"').length - 1;
  } catch {
    return 0;
  }
};

/** A child needs real time: virtual time must not run away from it meanwhile. */
const patiently = { timeout: 30_000, interval: 200 };

/** Resolves when so many decisions are stored; a second passes at each look. */
const untilStored = (clock: VirtualClock, path: string, count: number) =>
  expect
    .poll(async () => {
      await clock.advanceBy(1_000);
      return stored(path);
    }, patiently)
    .toBe(count);

/** Looks every minute, and gives the server real time in between, until all is known. */
async function untilKnown(clock: VirtualClock, running: Running, count: number): Promise<void> {
  const known = () =>
    running.bigBrother
      .evaluate(AAPL)
      ?.background?.history.find(({ action }) => action === 'protect')?.count ?? null;
  for (let looks = 0; looks < 5 && known() !== count; looks += 1) {
    await clock.advanceBy(60_000);
    await expect
      .poll(known, { timeout: 3_000 })
      .toBe(count)
      .catch(() => undefined);
  }
  expect(known()).toBe(count);
}

describe('what became of decisions', () => {
  it('is remembered, shown and used by the next one; after a restart, and from the journal alone', async () => {
    const given = world();
    const { clock, price, buy, memoryFile } = given;
    let running = await given.start();
    for (let loss = 1; loss <= 5; loss += 1) {
      price('91.9');
      await untilStored(clock, memoryFile, loss);
      price('100');
      await buy();
      // A purchase between two readings is believed with the next one, a cycle later.
      await clock.advanceBy(20_000);
    }
    await untilKnown(clock, running, 10);
    const uses = (from: Running) => {
      const advice = from.bigBrother.evaluate(AAPL)?.context.advice ?? [];
      return advice.map(({ source, signal, severity }) => `${source} ${signal} ${severity}`);
    };
    expect(uses(running)).toEqual(['memory track_record 1']);
    await given.stop(running);

    running = await given.start();
    await untilKnown(clock, running, 10);
    expect(uses(running)).toEqual(['memory track_record 1']);
    await given.stop(running);

    rmSync(memoryFile);
    running = await given.start();
    await untilKnown(clock, running, 10);
    expect(stored(memoryFile)).toBe(5);
    expect(running.logger.verify()).toMatchObject({ ok: true });

    accountDoor(running).forget({ policy: null, symbol: 'AAPL', by: 'a person' });
    expect(uses(running)).toEqual([]);
    await expect.poll(() => stored(memoryFile), patiently).toBe(0);
    await given.stop(running);

    running = await given.start();
    await untilKnown(clock, running, 0);
    expect([uses(running), stored(memoryFile)]).toEqual([[], 0]);
    await given.stop(running);
  }, 90_000);
});

describe('servers that hang', () => {
  it('cost the loop no instant: what is done is done when it is without them', async () => {
    const command = [process.execPath, resolve('test/adapters/advisors/odd-server.mjs'), 'hangs'];
    const hung = { use: 'other', command } as const;
    const off = { use: 'off' } as const;
    const told: string[][] = [];
    for (const server of [off, hung]) {
      const base = defaultSettings('execute', '/nowhere').intelligence;
      const market = { ...base.market, ...server };
      const given = world({ memory: server, thinking: server, market });
      const running = await given.start();
      await given.clock.advanceBy(120_000);
      given.price('91.9');
      await given.clock.advanceBy(120_000);
      const acts = running.logger
        .recall(['step_intended', 'step_answered', 'fill_received', 'plan_finished'])
        .map(({ at, type, body }) => `${at - ELEVEN} ${type} ${JSON.stringify(body).length}`);
      told.push(acts);
      const servers = running.bigBrother.status().servers ?? [];
      expect(servers.map(({ name }) => name)).toEqual(['memory', 'thinking', 'market']);
      await given.stop(running);
    }
    expect(told[0]?.length).toBeGreaterThan(3);
    expect(told[1]).toEqual(told[0]);
  });
});

describe('without keys', () => {
  it('everything says what is off and why', async () => {
    const given = world({ thinking: { use: 'off' } });
    const running = await given.start();
    const servers = running.bigBrother.status().servers ?? [];
    expect(servers.map(({ name, status, because }) => [name, status, because])).toEqual([
      ['memory', 'idle', null],
      ['thinking', 'off', 'it is switched off (intelligence.thinking.use)'],
      ['market', 'off', 'PERPLEXITY_API_KEY is not set'],
    ]);
    await given.stop(running);
  });
});
