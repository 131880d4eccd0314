import { describe, expect, it } from 'vitest';
import { APPROVAL_TIERS, needsPerson, stricterTier } from '../../src/domain/approval.ts';
import { HALT_LEVELS, type Halt, isStricter, strictestOf } from '../../src/domain/halt.ts';

const halt = (level: Halt['level'], pressedAt = 1): Halt => ({
  ...{ level, since: 1, pressedAt, actor: 'person', by: 'Klaus', because: 'a drill' },
  includesForeign: false,
});

describe('levels of a halt', () => {
  it('are stricter the more they stop, and never than themselves', () => {
    const table = HALT_LEVELS.map((a) => HALT_LEVELS.map((b) => isStricter(a, b)));
    expect(HALT_LEVELS).toEqual(['entries', 'everything', 'flatten']);
    expect(table).toEqual([
      [false, false, false],
      [true, false, false],
      [true, true, false],
    ]);
  });

  it('give way to the strictest of all, and to none that is as strict', () => {
    const [mild, middle, strict] = [halt('entries'), halt('everything'), halt('flatten')];
    expect(strictestOf(mild, [])).toBe(mild);
    expect(strictestOf(mild, [null, strict, middle, null])).toBe(strict);
    expect(strictestOf(strict, [mild, middle])).toBe(strict);
    expect(strictestOf(middle, [halt('everything', 2)])).toBe(middle);
  });
});

describe('tiers', () => {
  it('are the stricter of two, in whatever order they are named', () => {
    expect(APPROVAL_TIERS).toEqual(['T0', 'T1', 'T2', 'T3', 'T4']);
    for (const [index, one] of APPROVAL_TIERS.entries()) {
      for (const other of APPROVAL_TIERS.slice(0, index + 1)) {
        expect([stricterTier(one, other), stricterTier(other, one)]).toEqual([one, one]);
      }
    }
  });

  it('need a person from the third on', () => {
    expect(APPROVAL_TIERS.map(needsPerson)).toEqual([false, false, true, true, true]);
  });
});
