import { expect, it } from 'vitest';
import { countPairs } from '../count-pairs.ts';

const SEEDS = 100;
const PAIRS_PER_SEED = 10_000;

it(`advice makes none of ${SEEDS * PAIRS_PER_SEED} pairs riskier`, () => {
  let changed = 0;
  for (let seed = 1; seed <= SEEDS; seed += 1) changed += countPairs(seed, PAIRS_PER_SEED);
  process.stdout.write(`${changed} of ${SEEDS * PAIRS_PER_SEED} plans changed with advice\n`);
  expect(changed).toBeGreaterThan(SEEDS);
});
