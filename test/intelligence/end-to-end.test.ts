import { readFileSync, rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { VirtualClock } from '../../src/adapters/system/virtual-clock.ts';
import { accountDoor } from '../../src/cli/owner/account-door.ts';
import type { Running } from '../../src/compose.ts';
import { defaultSettings, type Settings } from '../../src/config.ts';
import { ticker } from '../../src/domain/ids.ts';
import { ownDirectory } from '../adapters/advisors/servers.ts';
import { ELEVEN, world as wholeProgram } from './world.ts';

const AAPL = ticker('AAPL');

function world(intelligence: Partial<Settings['intelligence']> = {}) {
  const given = wholeProgram(ownDirectory(), intelligence);
  const start = async (): Promise<Running> => {
    const running = await given.start();
    onTestFinished(() => running.close());
    return running;
  };
  return { ...given, start };
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
    // A server that is slow today is asked again a minute later.
    const asked = async () => {
      await clock.advanceBy(60_000);
      return running.bigBrother.status().servers?.[0];
    };
    await expect
      .poll(asked, patiently)
      .toMatchObject({ name: 'memory', status: 'ready', because: null });
    expect((await asked())?.toolsHash).toMatch(/^[0-9a-f]{64}$/);
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
