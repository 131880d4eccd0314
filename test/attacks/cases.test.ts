import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fields } from './argument-cases.ts';
import { allCases } from './cases.ts';
import { runCases } from './run-cases.ts';

/** Of the attacks through arguments alone, every fifth is made here; `npm run attacks` makes all. */
const EVERY = 5;

describe('an attack by a host in wrong hands', () => {
  it('has a name of its own, and there are thousands', () => {
    const names = allCases().map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names.length).toBeGreaterThan(7_000);
  });

  it('goes for every field of every tool that a host is told of', () => {
    const listed = JSON.parse(
      readFileSync('test/fixtures/mcp-tools-list.json', 'utf8'),
    ) as readonly {
      readonly name: string;
      readonly inputSchema: { readonly properties: object };
    }[];
    const there = listed.flatMap(({ name, inputSchema }) =>
      Object.keys(inputSchema.properties).map((field) => `${name}.${field}`),
    );
    const attacked = new Set(fields.map(([tool, field]) => `${tool}.${field}`));
    expect(there.filter((field) => !attacked.has(field))).toEqual([]);
  });

  it('has no effect that nobody permitted, and breaks nothing', async () => {
    const all = allCases();
    const few = all.filter(({ perHouse }, index) => perHouse < 100 || index % EVERY === 0);
    expect(few.length).toBeGreaterThan(2_000);
    const { cases, judged, forHosts, failures } = await runCases(few);
    expect(failures).toEqual([]);
    expect(cases).toBe(few.length);
    // That nothing forbidden came of it would mean little if nothing could have come of it.
    expect(judged).toBeGreaterThan(400);
    expect(forHosts).toBeGreaterThan(150);
  }, 120_000);
});
