import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, it } from 'vitest';

const WORLDS = 6;

it('what the worlds of the simulation leave is decided the same again', async () => {
  const args = ['--seed', '401', '--seeds', `${WORLDS}`, '--steps', '1000', '--no-save'];
  const child = spawn(process.execPath, ['dist/simulate.js', ...args, '--journals', '--json']);
  let told = '';
  child.stdout.on('data', (text: Buffer) => {
    told += text.toString();
  });
  child.stderr.resume();
  await once(child, 'close');
  const { journals } = JSON.parse(told);
  expect(journals).toMatchObject({ journals: WORLDS, different: 0, missing: 0, first: [] });
  expect(journals.same).toBeGreaterThan(100);
}, 60_000);
