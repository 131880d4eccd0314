import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Shrunk } from './shrink.ts';

const DIRECTORY = 'test/fixtures/simulation';

const fixtureSchema = z.object({
  seed: z.int().positive(),
  limits: z.object({
    kind: z.enum(['everything', 'ambiguous']),
    steps: z.int().positive(),
    without: z.array(z.string()),
    symbols: z.int().positive(),
    rare: z.boolean().optional(),
    calm: z.boolean().optional(),
    dieAt: z.string().optional(),
    /** Absent where nothing could be opened yet. */
    opens: z.union([z.boolean(), z.enum(['always', 'busy'])]).default(false),
  }),
  /** What did not hold when it was found. */
  found: z.object({ invariant: z.int(), symbol: z.string().nullable(), because: z.string() }),
  replay: z.string(),
});
/** A world in which something once did not hold, and how to see it again. */
export type Fixture = z.output<typeof fixtureSchema>;

const LONGEST_REASON = 500;

/** @returns the path of the fixture */
export function saveFixture(seed: number, { limits, result }: Shrunk): string {
  const [violation] = result.violations;
  const { invariant = 0, symbol = null, because = '' } = violation ?? {};
  const path = join(DIRECTORY, `invariant-${invariant}-seed-${seed}.json`);
  const fixture: Fixture = {
    seed,
    limits: { ...limits, without: [...limits.without], opens: limits.opens ?? true },
    found: { invariant, symbol, because: because.slice(0, LONGEST_REASON) },
    replay: `npm run simulate -- --replay ${path}`,
  };
  mkdirSync(DIRECTORY, { recursive: true });
  writeFileSync(path, `${JSON.stringify(fixture, null, 2)}\n`);
  return path;
}

/** @throws for a file that is no fixture */
export const readFixture = (path: string): Fixture =>
  fixtureSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
