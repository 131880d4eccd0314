import { createHash } from 'node:crypto';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** What takes longest by far begins first: begun last, it would keep one core busy alone. */
const LONGEST = [
  'simulation/slice',
  'demo/demo',
  'cli/halt',
  'cli/one-owner',
  'crash/sigkill',
  'runtime/faults',
  'runtime/sessions.',
  'attacks/',
];

/** Those that take longest, then all others in an order that the seed decides. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const { seed } = this.ctx.config.sequence;
    const isLong = (path: string) => LONGEST.some((name) => path.includes(`/test/${name}`));
    const placeOf = ({ moduleId }: TestSpecification): string =>
      (isLong(moduleId) ? '0' : '1') +
      createHash('sha256').update(`${seed} ${moduleId}`).digest('hex');
    const placed = files.map((file) => ({ file, place: placeOf(file) }));
    return placed.sort((a, b) => (a.place < b.place ? -1 : 1)).map(({ file }) => file);
  }
}
