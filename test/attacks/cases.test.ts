import { describe, expect, it } from 'vitest';
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
