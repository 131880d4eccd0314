import { describe, expect, it } from 'vitest';
import { type Day, growing, slopeOf } from './figures.ts';

const BOUNDS = { heapBytesPerDay: 1_000, rssBytesPerDay: 1_000 };

const days = (grow: (day: number) => Partial<Day>): readonly Day[] =>
  Array.from({ length: 20 }, (_, place) => ({
    ...{ day: place + 1, heapBytes: 5_000_000, rssBytes: 90_000_000, descriptors: 20, records: 1 },
    ...grow(place + 1),
  }));

describe('days in one process', () => {
  it('pass where nothing grows once the first days are over', () => {
    expect(
      growing(
        days((day) => ({ heapBytes: Math.min(day, 5) * 1_000_000 })),
        BOUNDS,
      ),
    ).toEqual([]);
  });

  it('do not pass where the heap, the process or its descriptors go on growing', () => {
    const noise = (day: number) => (day % 3) * 40_000;
    const leaking = days((day) => ({ heapBytes: 5_000_000 + day * 20_000 + noise(day) }));
    expect(slopeOf(leaking, ({ heapBytes }) => heapBytes)).toBeCloseTo(20_000, -4);
    expect(growing(leaking, BOUNDS).join()).toMatch(/^the heap grows by \d+ KiB a day$/);
    expect(
      growing(
        days((day) => ({ rssBytes: day * 2_000 })),
        BOUNDS,
      ),
    ).toHaveLength(1);
    expect(
      growing(
        days((day) => ({ descriptors: 20 + (day > 12 ? 1 : 0) })),
        BOUNDS,
      ),
    ).toEqual(['open descriptors grew from 20 to 21']);
  });
});
