import { expect, it } from 'vitest';
import { runSequences } from './hijack.ts';

it('whatever a hijacked host calls in whatever order, nothing happens that nobody permitted', async () => {
  // `npm run attacks` plays all of them.
  const { sequences, calls, forHosts, failures } = await runSequences(0, 216);
  expect(failures).toEqual([]);
  expect(sequences).toBe(216);
  expect(calls).toBeGreaterThan(1_500);
  expect(forHosts).toBeGreaterThan(60);
}, 120_000);
