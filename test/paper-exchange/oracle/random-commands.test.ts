import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Floor } from '../core/floor.ts';
import {
  resumingChangesNothing,
  rulesHold,
  rulesHoldUnderErrors,
  seedDecides,
} from './properties.ts';

// On a machine that does much else they take a multiple of their few seconds.
describe('random commands', { timeout: 120_000 }, () => {
  it('never break a rule of the oracle', () => {
    fc.assert(rulesHold, { numRuns: 1000 });
  });

  it('never break a rule of the oracle where the broker errs', () => {
    fc.assert(rulesHoldUnderErrors, { numRuns: 250 });
  });

  it('equal an unbroken run when it is saved and resumed on the way', () => {
    fc.assert(resumingChangesNothing, { numRuns: 100 });
  });

  it('give the same log of events, byte for byte, for the same seed', () => {
    fc.assert(seedDecides, { numRuns: 100 });
  });

  it('give other ids for another seed', () => {
    const ids = ['one', 'other'].map((seed) => new Floor({ seed }).accepted({}));
    expect(ids[0]).not.toBe(ids[1]);
  });

  it('case 58: random partial fills follow from the seed and add up to their orders', () => {
    const run = (seed: string) => {
      const floor = new Floor({ seed, switches: { randomPartialFills: true } });
      for (let count = 0; count < 100; count += 1) {
        floor.accepted({ qty: '10' });
        floor.quote('AAPL', '99.99', '100.01');
        floor.quote('AAPL', '99.99', '100.01');
      }
      for (let count = 0; count < 5; count += 1) floor.quote('AAPL', '99.99', '100.01');
      return floor;
    };
    const floor = run('partials');
    const partials = floor.eventNames().filter((name) => name === 'partial_fill');
    expect(partials.length).toBeGreaterThan(2);
    expect(partials.length).toBeLessThan(30);
    expect(floor.position().qty).toBe('1010');
    expect(run('partials').transcript()).toBe(floor.transcript());
    expect(run('others').transcript()).not.toBe(floor.transcript());
  });
});
