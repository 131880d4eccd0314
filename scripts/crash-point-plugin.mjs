// Turns each `await X` of the runtime into `await crashPoint('file:line:column', X)`, for the
// bundle of the simulation only: there a process can die at every one of them.

import { readFile } from 'node:fs/promises';
import { relative, resolve } from 'node:path';
import { parseSync } from 'oxc-parser';

const HOME = resolve('simulation/crash-points.ts');

export const crashPoints = {
  name: 'crash-points',
  setup(build) {
    build.onLoad(
      { filter: /[\\/]src[\\/](runtime[\\/].+|ports[\\/]deadline)\.ts$/ },
      async ({ path }) => {
        const source = await readFile(path, 'utf8');
        const file = relative(process.cwd(), path).replaceAll('\\', '/');
        return { contents: withPoints(file, source), loader: 'ts' };
      },
    );
  },
};

function withPoints(file, source) {
  const { program, errors } = parseSync(file, source);
  if (errors.length > 0) throw new Error(`${file} cannot be read: ${errors[0].message}`);
  const awaits = [];
  collect(program, awaits);
  if (awaits.length === 0) return source;
  const insertions = [];
  const points = [];
  for (const { argument } of awaits) {
    const point = `${file}:${placeOf(source, argument.start)}`;
    points.push(point);
    insertions.push({ at: argument.start, text: `crashPoint(${JSON.stringify(point)}, ` });
    insertions.push({ at: argument.end, text: ')' });
  }
  const head = `import { crashPoint, registerPoints } from ${JSON.stringify(HOME)};\n`;
  return `${head}registerPoints(${JSON.stringify(points)});\n${inserted(source, insertions)}`;
}

function collect(node, awaits) {
  if (Array.isArray(node)) {
    for (const each of node) collect(each, awaits);
    return;
  }
  if (typeof node !== 'object' || node === null) return;
  if (node.type === 'AwaitExpression') awaits.push(node);
  for (const value of Object.values(node)) collect(value, awaits);
}

function placeOf(source, offset) {
  const before = source.slice(0, offset).split('\n');
  return `${before.length}:${(before.at(-1) ?? '').length + 1}`;
}

/** An inner await ends where an outer one may end too: the order at one place does not matter. */
function inserted(source, insertions) {
  let text = '';
  let from = 0;
  for (const { at, text: more } of insertions.toSorted((a, b) => a.at - b.at)) {
    text += source.slice(from, at) + more;
    from = at;
  }
  return text + source.slice(from);
}
