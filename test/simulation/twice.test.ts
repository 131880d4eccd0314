import { writeFileSync } from 'node:fs';
import { expect, it, onTestFinished } from 'vitest';
import { runTwice } from '../../simulation/twice.ts';
import { temporaryDirectory } from '../../src/adapters/system/files.ts';

/** A program that tells the trace of its worlds, which is the same again only for seed 1. */
function program(): string {
  const directory = temporaryDirectory('bigbrother-twice-');
  onTestFinished(() => directory.remove());
  const path = `${directory.path}/program.mjs`;
  const trace = "process.argv[3] === '1' ? 'same' : String(process.pid)";
  writeFileSync(path, `console.log(JSON.stringify({ trace_hash: ${trace} }));\n`);
  return path;
}

it('worlds that are not the same again in another process are told of by their seeds', async () => {
  const notes: string[] = [];
  const told = await runTwice(program(), 1, 14, [], (line) => notes.push(line));
  expect(told).toEqual({ seeds: 14, different: ['seeds 11 to 14'] });
  expect(notes[0]).toBe('seeds 1 to 10: equal');
  expect(notes[1]).toMatch(/^seeds 11 to 14: DIFFERENT, \d+ and \d+$/);
});
