import { expect, it } from 'vitest';
import type { Point } from './rig.ts';
import { type SavedTally, Tally } from './tally.ts';

const point: Point = {
  during: 'exit',
  kill: { at: 'journal', type: 'started', side: 'after' },
};

it('a later run knows which points no act came by', () => {
  const tally = new Tally();
  tally.miss(point);
  tally.miss(point);
  const kept = JSON.parse(JSON.stringify(tally.saved())) as SavedTally;
  expect(new Tally(kept).missesAt(point)).toBe(2);
  const { missed, ...older } = kept;
  expect(missed).toEqual([['exit: after started', 2]]);
  expect(new Tally(older).missesAt(point)).toBe(0);
});
