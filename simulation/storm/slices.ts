import { execFileSync } from 'node:child_process';
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { z } from 'zod';
import { SUBJECTS } from './simulated.ts';

const count = z.number().nonnegative();

const figures = z.object({
  ...{ orders: count, executions: count, oversoldShares: count, duplicates: count },
  ...{ conflicts: count, nakedShareSeconds: count, nakedDollarSeconds: count },
  ...{ episodes: count, simulatedMs: count },
  refusals: z.record(z.string(), count),
  asks: z.object({ done: count, nothing: count, refused: count }),
});

const slice = z.object({
  /** The commit that the world was run on; with a plus where files had been changed since. */
  code: z.string(),
  subject: z.enum(SUBJECTS),
  seed: z.number().int().positive(),
  cpuSeconds: count,
  figures,
});

/** One world that was played to its end. */
export type Slice = z.output<typeof slice>;

/** Those of an earlier run; none where there is no such file yet. @throws on a line of others */
export const readSlices = (path: string): readonly Slice[] =>
  existsSync(path)
    ? readFileSync(path, 'utf8')
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => slice.parse(JSON.parse(line)))
    : [];

export const keepSlice = (path: string, kept: Slice): void =>
  appendFileSync(path, `${JSON.stringify(kept)}\n`);

export function codeNow(): string {
  const git = (...args: string[]) => execFileSync('git', args, { encoding: 'utf8' }).trim();
  try {
    const watched = ['src', 'policies', 'tools', 'simulation'];
    const isChanged = git('status', '--porcelain', '--', ...watched) !== '';
    return `${git('rev-parse', '--short', 'HEAD')}${isChanged ? '+' : ''}`;
  } catch {
    return 'unknown';
  }
}
