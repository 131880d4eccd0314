import { defineConfig } from 'vitest/config';

// The long run of the random commands: minutes to hours, so no part of `npm test`.
export default defineConfig({
  test: {
    include: ['test/paper-exchange/long/*.long.ts'],
    testTimeout: 24 * 3_600_000,
  },
});
