import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { FileStandDown } from '../../../src/adapters/system/file-stand-down.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'bigbrother-stand-down-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const word = { since: 1_000, by: 'me', because: 'a drill' };

it('a word to stand down holds for every process, keeps its beginning, and ends when lifted', () => {
  const [one, other] = [new FileStandDown(directory), new FileStandDown(directory)];
  expect(other.read()).toBeNull();
  one.latch(word);
  expect(other.latch({ ...word, since: 2_000 })).toEqual(word);
  expect(other.read()).toEqual(word);
  other.lift();
  expect(one.read()).toBeNull();
});

it('a word that cannot be read counts as given', () => {
  writeFileSync(join(directory, 'stood-down.json'), 'half a w');
  expect(new FileStandDown(directory).read()?.because).toContain('cannot be read');
});

it('whoever watches is told when another process gives the word, and when it is taken back', async () => {
  const [watching, giving] = [new FileStandDown(directory), new FileStandDown(directory)];
  const next = () =>
    new Promise<void>((resolve) => {
      const end = watching.watch(() => {
        end();
        resolve();
      });
    });
  const given = next();
  giving.latch(word);
  await given;
  const takenBack = next();
  giving.lift();
  await takenBack;
  expect(watching.read()).toBeNull();
});

it('a directory that cannot be watched is nobody’s fault: the next look finds what changed', () => {
  const latch = new FileStandDown(join(directory, 'not-there'));
  latch.watch(() => {})();
  expect(latch.read()).toBeNull();
});
