import { describe, expect, it } from 'vitest';
import { ambiguousWorld } from '../../simulation/ambiguity/world.ts';

const SMALL = { symbols: 5, rounds: 3 };

describe('orders of which none is ever answered', () => {
  it('come to one order each, and leave no share without its stop', async () => {
    const counts = await ambiguousWorld(1, { ...SMALL, isPlanted: false });
    expect(counts).toMatchObject({ duplicates: 0, unprotected: 0, refusals: [] });
    expect([counts.intended, counts.orders, counts.completed]).toEqual([150, 150, 150]);
    expect(counts.ambiguousPosts).toBeGreaterThan(counts.intended);
    for (const times of Object.values(counts.fates)) expect(times).toBeGreaterThan(0);
  });

  it('are counted twice where one is sent again under another id, which halts the account', async () => {
    const counts = await ambiguousWorld(3, { ...SMALL, isPlanted: true });
    expect(counts.duplicates).toBeGreaterThan(0);
    expect(counts.refusals.join()).toContain('another one acts on this account');
  });
});
