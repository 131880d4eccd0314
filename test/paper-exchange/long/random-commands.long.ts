import fc from 'fast-check';
import { describe, it } from 'vitest';
import {
  resumingChangesNothing,
  rulesHold,
  rulesHoldUnderErrors,
  seedDecides,
} from '../oracle/properties.ts';

// Fresh seeds each time. What it finds is made small by fast-check and belongs, as the least
// test that shows it, into test/paper-exchange/oracle/found.test.ts.

describe('random commands, 100,000 runs', () => {
  it('never break a rule of the oracle', () => {
    fc.assert(rulesHold, { numRuns: 75_000 });
  });

  it('never break a rule of the oracle where the broker errs', () => {
    fc.assert(rulesHoldUnderErrors, { numRuns: 15_000 });
  });

  it('equal an unbroken run when it is saved and resumed on the way', () => {
    fc.assert(resumingChangesNothing, { numRuns: 5_000 });
  });

  it('give the same log of events, byte for byte, for the same seed', () => {
    fc.assert(seedDecides, { numRuns: 5_000 });
  });
});
