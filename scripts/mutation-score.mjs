// Prints what mutation runs found so far: a line for each file, then each change that no test
// noticed. With names, only those files.

import { readFileSync } from 'node:fs';

const report = JSON.parse(readFileSync('reports/mutation-incremental.json', 'utf8'));
const wanted = process.argv.slice(2);
const files = Object.entries(report.files).filter(
  ([name]) => wanted.length === 0 || wanted.some((part) => name.includes(part)),
);

const isNoticed = ({ status }) => status === 'Killed' || status === 'Timeout';
const isMissed = ({ status }) => status === 'Survived' || status === 'NoCoverage';
const percent = (mutants) => {
  const noticed = mutants.filter(isNoticed).length;
  const all = noticed + mutants.filter(isMissed).length;
  return `${noticed} of ${all}, ${((100 * noticed) / all).toFixed(1)} %`;
};
const say = (line) => process.stdout.write(`${line}\n`);

for (const [name, { mutants }] of files) say(`${name}: ${percent(mutants)}`);
say(`together: ${percent(files.flatMap(([, { mutants }]) => mutants))}`);
for (const [name, { mutants, source }] of files) {
  const lines = source.split('\n');
  for (const { location, replacement, status } of mutants.filter(isMissed)) {
    const { start, end } = location;
    const last = start.line === end.line ? end.column - 1 : undefined;
    const before = lines[start.line - 1]?.slice(start.column - 1, last).trim() ?? '';
    const after = replacement.replace(/\s+/g, ' ');
    const why = status === 'NoCoverage' ? ' (no test gets there)' : '';
    say(`${name}:${start.line} ${before.slice(0, 80)} -> ${after.slice(0, 80)}${why}`);
  }
}
