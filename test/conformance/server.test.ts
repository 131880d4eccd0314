import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { registerFixtures } from './fixtures.ts';
import { served } from './served.ts';
import { runSuite } from './suite.ts';

/** A hang guard for a suite that takes some twenty seconds. */
const LONGEST_MS = 120_000;

const scenariosAt = (url: string) => runSuite(['server', '--url', url, '--suite', 'all']);

describe('the official conformance suite, over our own HTTP', () => {
  let close = async (): Promise<void> => undefined;
  let scenarios: ReadonlyMap<string, readonly string[]> = new Map();

  beforeAll(async () => {
    const server = await served(registerFixtures);
    close = server.close;
    scenarios = await scenariosAt(server.url);
  }, LONGEST_MS);
  afterAll(() => close());

  it('has 32 scenarios for servers, and all of them pass', () => {
    const failed = [...scenarios].filter(([, failures]) => failures.length > 0);
    expect(failed).toEqual([]);
    expect(scenarios.size).toBe(32);
  });
});

/** What only a server with the suite's own fixtures can pass. */
const NEEDS_FIXTURES = readFileSync('test/conformance/expected-failures.txt', 'utf8')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'));

describe('the official conformance suite, without fixtures', () => {
  it(
    'fails where it asks for its fixtures, and nowhere else',
    async () => {
      const server = await served(() => undefined);
      const scenarios = await scenariosAt(server.url);
      await server.close();
      const failed = [...scenarios].filter(([, failures]) => failures.length > 0);
      expect(failed.map(([scenario]) => scenario).sort()).toEqual(NEEDS_FIXTURES);
    },
    LONGEST_MS,
  );
});
