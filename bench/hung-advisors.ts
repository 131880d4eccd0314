import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { defaultSettings, type Settings } from '../src/config.ts';
import { ELEVEN, world } from '../test/intelligence/world.ts';
import { compare, type Row } from './harness.ts';

const CYCLES = 60;
const CYCLE_MS = 10_000;

/**
 * The loop of the whole program with Memory, Sequential Thinking and the market's server hung,
 * against the loop without them: the same hours of a virtual day.
 */
export async function hungAdvisors(): Promise<Row> {
  const hung = await guardedWith('hung');
  const off = await guardedWith('off');
  const row = await compare({
    name: 'cycles of the loop, three servers hung',
    peer: 'the same loop without servers',
    aim: 'the same orders in the same instants',
    note: `${off.acts().length} acts, in the same instants`,
    gate: () => {
      const [one, other] = [hung.acts(), off.acts()];
      if (one.length < 4) throw new Error(`only ${one.length} acts were compared`);
      if (hung.memory() === 'idle') throw new Error('nobody asked the server that hangs');
      if (one.join('\n') !== other.join('\n')) throw new Error('they act at other instants');
    },
    ours: hung.goOn,
    theirs: off.goOn,
    oursUnits: CYCLES,
    theirsUnits: CYCLES,
    unit: 'cycles',
  });
  const [one, other] = [hung.cpuMs(), off.cpuMs()];
  await hung.end();
  await off.end();
  const cpu = `${one.toFixed(2)} ms of CPU a cycle hung, ${other.toFixed(2)} ms without`;
  return { ...row, note: `${row.note}; ${cpu}` };
}

async function guardedWith(servers: 'hung' | 'off') {
  const directory = mkdtempSync(join(tmpdir(), 'bigbrother-bench-'));
  const { clock, price, buy, start, stop } = world(directory, intelligenceOf(servers));
  const running = await start();
  await clock.advanceBy(120_000);
  price('91.9');
  await clock.advanceBy(120_000);
  price('100');
  await buy();
  await clock.advanceBy(20_000);
  let [cpuUs, cycles] = [0, 0];
  return {
    acts: () =>
      running.logger
        .recall(['step_intended', 'step_answered', 'fill_received', 'plan_finished'])
        .map(({ at, type }) => `${at - ELEVEN} ${type}`),
    memory: () => running.bigBrother.status().servers?.[0]?.status ?? 'idle',
    goOn: async () => {
      const before = process.cpuUsage();
      await clock.advanceBy(CYCLES * CYCLE_MS);
      const { user, system } = process.cpuUsage(before);
      cpuUs += user + system;
      cycles += CYCLES;
    },
    cpuMs: () => cpuUs / cycles / 1_000,
    end: async () => {
      await stop(running);
      rmSync(directory, { recursive: true });
    },
  };
}

function intelligenceOf(servers: 'hung' | 'off'): Partial<Settings['intelligence']> {
  const { market } = defaultSettings('execute', '/nowhere').intelligence;
  const command = [process.execPath, resolve('test/adapters/advisors/odd-server.mjs'), 'hangs'];
  const each = servers === 'off' ? { use: 'off' as const } : { use: 'other' as const, command };
  return { memory: each, thinking: each, market: { ...market, ...each } };
}
