import { expect, it } from 'vitest';
import { searchWorstHost } from './search.ts';

it('the worst host that a search finds costs less than the figure that is printed', async () => {
  // `npm run attacks` looks much longer.
  const { worst, printed, violations } = await searchWorstHost('slice', 6);
  expect(violations).toEqual([]);
  expect(worst).toBeLessThanOrEqual(printed);
  // It begins with a host that does cost something, or the sum would prove nothing.
  expect(worst).toBeGreaterThan(200);
}, 120_000);
