import fc from 'fast-check';
import { expect } from 'vitest';
import { isChanged, pair, riskier, think } from './hostile-advice.ts';

/** Demands of so many pairs that none is riskier with its advice. @returns how many differ */
export function countPairs(seed: number, pairs: number): number {
  let changed = 0;
  fc.assert(
    fc.property(pair, (given) => {
      const [plain, advised] = [think(given, []), think(given, given.advice)];
      if (isChanged(plain.thought, advised.thought)) changed += 1;
      const found = riskier(given.given.context, plain, advised);
      if (found.length > 0) expect(found).toEqual([]);
    }),
    { numRuns: pairs, seed },
  );
  return changed;
}

/** The faults that are found where misled policies are simply obeyed. */
export function faultsWithoutGate(seed: number, pairs: number): readonly string[] {
  const faults = new Set<string>();
  for (const given of fc.sample(pair, { numRuns: pairs, seed })) {
    const { misled } = given;
    if (misled === null) continue;
    const obeyed = think({ ...given, given: { ...given.given, evaluations: misled } }, []);
    for (const fault of riskier(given.given.context, think(given, []), obeyed)) faults.add(fault);
  }
  return [...faults];
}
