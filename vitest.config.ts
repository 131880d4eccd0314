import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/support/longest-first.ts';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/build-once.ts'],
    setupFiles: ['test/support/same-draws.ts'],
    // One process per file is slow on two cores; tests share no module state.
    isolate: false,
    // One more than there are cores: tests of the command line wait for processes most of the time.
    maxWorkers: availableParallelism() + 1,
    // Most of what a test makes is gone at once: with room for it, a tenth less time is spent on it.
    // Most code runs a few times only: compiled at once, it takes a tenth less than interpreted.
    execArgv: ['--min-semi-space-size=32', '--max-semi-space-size=64', '--always-sparkplug'],
    testTimeout: 20_000,
    sequence: { sequencer: LongestFirst, shuffle: { files: true, tests: false } },
  },
});
