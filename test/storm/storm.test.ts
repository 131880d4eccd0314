import { describe, expect, it } from 'vitest';
import { stormWorld } from '../../simulation/storm/simulated.ts';
import { isCalm } from '../../simulation/storm/tally.ts';

describe('twenty agents at fifty positions', () => {
  it('collide nowhere when they ask BigBrother', async () => {
    const figures = await stormWorld('bigbrother', 1, 5);
    expect(figures).toMatchObject({ oversoldShares: 0, duplicates: 0, conflicts: 0 });
    expect(isCalm(figures)).toBe(true);
    // They did get their way, many times.
    expect(figures.asks.done).toBeGreaterThan(15);
    expect(figures.executions).toBeGreaterThan(15);
  }, 120_000);

  it.each(['old-bot', 'pass-through'] as const)(
    'collide in every way that is counted at the %s, in the same bursts',
    async (subject) => {
      const figures = await stormWorld(subject, 1, 5);
      expect(figures.oversoldShares).toBeGreaterThan(0);
      expect(figures.duplicates).toBeGreaterThan(0);
      expect(figures.conflicts).toBeGreaterThan(0);
      expect(figures.nakedShareSeconds).toBeGreaterThan(0);
    },
    120_000,
  );
});
