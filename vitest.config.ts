import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/build-once.ts'],
    // One process per file is slow on two cores; tests share no module state.
    isolate: false,
    // Alone in a run, vitest leaves one core to the watcher that it does not start.
    maxWorkers: '100%',
    testTimeout: 20_000,
    sequence: { shuffle: { files: true, tests: false } },
  },
});
