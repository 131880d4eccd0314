import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { KNOWN_SERVERS } from '../../../src/adapters/advisors/known-servers.ts';
import type { McpAdvisor } from '../../../src/adapters/advisors/mcp-advisor.ts';
import { nodeProgram } from '../../../src/adapters/system/child-process.ts';
import { VirtualClock } from '../../../src/adapters/system/virtual-clock.ts';
import { oddServer, ownDirectory, realServer } from './servers.ts';

const echo = (advisor: McpAdvisor) => advisor.call('echo', { word: 'hello' }, 5_000);

/** Of the honest odd server, as it tells of itself to who did not pin it. */
async function oddHash(): Promise<string> {
  const advisor = oddServer('honest');
  await expect(echo(advisor)).rejects.toThrow(/nobody has looked at the tools/);
  expect(advisor.status().status).toBe('disabled');
  return advisor.status().toolsHash ?? '';
}
let known: Promise<string> | null = null;
const pinned = (): Promise<string> => {
  known ??= oddHash();
  return known;
};

describe('the real servers', () => {
  it('are started when they are asked, and are those that were pinned', async () => {
    const memory = realServer('memory', { MEMORY_FILE_PATH: join(ownDirectory(), 'm.jsonl') });
    const thinking = realServer('thinking', { DISABLE_THOUGHT_LOGGING: 'true' });
    expect(memory.status()).toMatchObject({ status: 'idle', toolsHash: null });
    const thought = { thought: 'a', thoughtNumber: 1, totalThoughts: 1, nextThoughtNeeded: false };
    const [graph, counted] = await Promise.all([
      memory.call('read_graph', {}, 10_000),
      thinking.call('sequentialthinking', thought, 10_000),
    ]);
    expect(graph.structured).toEqual({ entities: [], relations: [] });
    expect(counted.structured).toMatchObject({ thoughtNumber: 1, thoughtHistoryLength: 1 });
    for (const [advisor, known] of [
      [memory, KNOWN_SERVERS.memory],
      [thinking, KNOWN_SERVERS.thinking],
    ] as const) {
      expect(advisor.status()).toMatchObject({
        ...{ status: 'ready', version: known.version, toolsHash: known.toolsHash, because: null },
      });
    }
  });

  it('without what it needs rests, and says that it ended', async () => {
    const clock = new VirtualClock(0);
    const market = realServer('market', {}, clock);
    for (let attempt = 0; attempt < 3; attempt += 1) {
      await expect(market.call('perplexity_ask', {}, 5_000)).rejects.toThrow(/ended by itself/);
    }
    expect(market.status()).toMatchObject({ status: 'resting' });
    await expect(market.call('perplexity_ask', {}, 5_000)).rejects.toThrow(/it rests/);
  });
});

describe('a server of another vendor', () => {
  it('is given its own environment and nothing of ours', async () => {
    const advisor = oddServer('honest', { toolsHash: await pinned() });
    const { given, env } = JSON.parse((await echo(advisor)).text);
    expect(given).toEqual({ word: 'hello' });
    expect(env).toEqual({ GIVEN: 'yes' });
  });

  it('is never asked for a tool that is not used', async () => {
    const advisor = oddServer('honest', { toolsHash: await pinned() });
    await expect(advisor.call('drop_all', {}, 1_000)).rejects.toThrow('no tool that is used');
    expect(advisor.status().status).toBe('idle');
  });

  it('with other tools than those that were pinned is disabled and says so', async () => {
    const advisor = oddServer('honest', { toolsHash: 'another' });
    await expect(echo(advisor)).rejects.toThrow(/not those that were pinned/);
    expect(advisor.status()).toMatchObject({ status: 'disabled', because: /pinned/ });
    await expect(echo(advisor)).rejects.toThrow(/not those that were pinned/);
  });

  it('that changes its tools after it was looked at is disabled as well', async () => {
    const advisor = oddServer('turns', { toolsHash: await pinned() });
    await echo(advisor);
    await expect.poll(() => advisor.status().status).toBe('disabled');
    await expect(echo(advisor)).rejects.toThrow(/not those that were pinned/);
  });

  it('that hangs is left in time, and started anew with the next question', async () => {
    const clock = new VirtualClock(0);
    const advisor = oddServer('hangs', { clock, toolsHash: await pinned() });
    const asked = echo(advisor);
    const told = expect(asked).rejects.toThrow(/did not answer within 5000 ms/);
    await expect.poll(() => advisor.status().status).toBe('ready');
    await clock.advanceBy(5_000);
    await told;
    expect(advisor.status().status).toBe('resting');
  });

  it.each([
    ['shouts', /more than 2097152 characters/],
    ['crashes', /ended by itself with code 7/],
    ['babbles', /not JSON/],
    ['dies', /ended by itself with code 3/],
  ])('that %s is told of: %s', async (way, because) => {
    const clock = new VirtualClock(0);
    const advisor = oddServer(way, { clock, toolsHash: await pinned() });
    await expect(echo(advisor)).rejects.toThrow(because);
    expect(advisor.status().because).toMatch(because);
  });

  it('that fails three times rests, and longer each time', async () => {
    const clock = new VirtualClock(0);
    const advisor = oddServer('dies', { clock, toolsHash: await pinned() });
    for (const restMs of [0, 0, 5_000, 10_000, 20_000]) {
      await expect(echo(advisor)).rejects.toThrow(/ended by itself/);
      if (restMs === 0) continue;
      await clock.advanceBy(restMs - 1);
      await expect(echo(advisor)).rejects.toThrow(/it rests/);
      await clock.advanceBy(1);
    }
  });

  it('that refuses is told of without a word of its own', async () => {
    const advisor = oddServer('refuses', { toolsHash: await pinned() });
    await expect(echo(advisor)).rejects.toThrow(/^odd refuses echo$/);
    expect(advisor.status().status).toBe('ready');
  });

  it('answers nobody once it is closed', async () => {
    const advisor = oddServer('honest', { toolsHash: await pinned() });
    advisor.close();
    await expect(echo(advisor)).rejects.toThrow('stopping');
  });
});

describe('the node that runs a server', () => {
  it('is the one that runs us, or the first on the search path of a host that is none', () => {
    expect(nodeProgram('', '/usr/local/bin/node')).toBe('/usr/local/bin/node');
    const own = nodeProgram(`${join(process.execPath, '..')}`, '/Applications/Claude');
    expect(own).toBe(process.execPath);
    expect(nodeProgram('/nowhere', '/Applications/Claude')).toBeNull();
  });
});
