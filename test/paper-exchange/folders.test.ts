import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { expect, it } from 'vitest';

const ROOT = 'src/paper-exchange';
/** Each folder imports from those before it alone; the files beside the folders are `.`. */
const ORDER = [
  ...['core', 'calendar', 'market', 'protocol', 'faults', 'wire', 'control', 'oracle'],
  ...['.', 'page', 'probe'],
];

const folderOf = (file: string): string => {
  const [first = '', ...others] = relative(ROOT, file).split('/');
  return others.length === 0 ? '.' : first;
};

it('no folder of the exchange imports from one that imports from it', () => {
  const files = readdirSync(ROOT, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(ROOT, name));
  const backwards = files.flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(/from '(\.[^']+)'/g)]
      .map(([, target = '']) => normalize(join(dirname(file), target)))
      .filter((target) => target.startsWith(`${ROOT}/`))
      .filter((target) => ORDER.indexOf(folderOf(target)) > ORDER.indexOf(folderOf(file)))
      .map((target) => `${file} imports ${target}`),
  );
  expect(files.length).toBeGreaterThan(150);
  expect(new Set(files.map(folderOf))).toEqual(new Set(ORDER));
  expect(backwards).toEqual([]);
});
