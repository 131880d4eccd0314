import { expect, it } from 'vitest';
import { killWriters } from './campaign.ts';

it('a killed writer loses no acknowledged record, and the next one goes on with its chain', async () => {
  const { acknowledged, lost, failures } = await killWriters(12);
  expect(failures).toEqual([]);
  expect(lost).toBe(0);
  expect(acknowledged).toBeGreaterThan(100);
}, 90_000);
