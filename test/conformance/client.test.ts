import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runSuite } from './suite.ts';

const LONGEST_MS = 60_000;

describe('the official conformance suite, against the client that asks advisors', () => {
  const directory = mkdtempSync(join(tmpdir(), 'bigbrother-conformance-client-'));
  const program = join(directory, 'client.mjs');

  beforeAll(async () => {
    await build({
      ...{ entryPoints: ['test/conformance/client.ts'], outfile: program, bundle: true },
      ...{ platform: 'node', format: 'esm', logLevel: 'warning' },
      banner: {
        js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
      },
    });
  });
  afterAll(() => rmSync(directory, { recursive: true }));

  // Of elicitation and authorization there is nothing to test: an advisor may ask nobody anything,
  // and none of ours asks for a login.
  it.each(['initialize', 'tools_call', 'sse-retry'])(
    'passes %s',
    async (scenario) => {
      const command = `${process.execPath} ${program}`;
      const scenarios = await runSuite(['client', '--command', command, '--scenario', scenario]);
      expect([...scenarios.values()]).toEqual([[]]);
    },
    LONGEST_MS,
  );
});
