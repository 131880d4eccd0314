// Breaks every file that `stryker.config.json` names, one after another, and keeps what it found
// after each: stopped and started again, it goes on where it was. A file that has changed since is
// done again, and of it only the changes that are new. Ends with the score of all of them.

import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

const { mutate, incrementalFile } = JSON.parse(readFileSync('stryker.config.json', 'utf8'));
const patterns = mutate.map((pattern) => `:(glob)${pattern}`);
const listed = execFileSync('git', ['ls-files', '--', ...patterns], { encoding: 'utf8' });
const files = listed.trim().split('\n');
const words = process.argv.slice(2);
const wanted = files.filter(
  (file) => words.length === 0 || words.some((word) => file.includes(word)),
);

const isDone = (file) => {
  if (!existsSync(incrementalFile)) return false;
  const known = JSON.parse(readFileSync(incrementalFile, 'utf8')).files[file];
  return known?.source === readFileSync(file, 'utf8');
};

for (const file of wanted) {
  if (isDone(file)) continue;
  const started = performance.now();
  // Its exit code tells of a score that is too low so far; the score is told at the end.
  spawnSync('npx', ['stryker', 'run', '--mutate', file], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const minutes = ((performance.now() - started) / 60_000).toFixed(1);
  process.stdout.write(`${file}: ${isDone(file) ? 'done' : 'nothing to break'}, ${minutes} min\n`);
}
execFileSync(process.execPath, ['scripts/mutation-score.mjs', ...words], { stdio: 'inherit' });
