import { defineConfig } from 'vitest/config';

/** A million pairs take minutes: run with `npm run long:advice`. */
export default defineConfig({
  test: {
    include: ['test/intelligence/long/**/*.long.ts'],
    testTimeout: 3_600_000,
    reporters: ['default'],
  },
});
