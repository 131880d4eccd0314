import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { whyNotLocal } from '../../../src/adapters/system/local-disk.ts';

function directoryOf(...below: readonly string[]): string {
  const root = mkdtempSync(join(tmpdir(), 'bb-disk-'));
  onTestFinished(() => rmSync(root, { recursive: true }));
  const path = join(root, ...below);
  mkdirSync(path, { recursive: true });
  return path;
}

it('takes a directory of this machine', () => {
  expect(whyNotLocal(directoryOf('dropboxes', 'bigbrother'))).toBeNull();
});

it.each([
  [0x6969, 'NFS'],
  // As a number with a sign, which is how some systems tell it.
  [0xff534d42 | 0, 'CIFS'],
])('refuses a network file system (%i)', (type, name) => {
  expect(whyNotLocal(directoryOf(), () => type)).toBe(`it lies on a network file system (${name})`);
});

it.each(['Dropbox', 'OneDrive - Work', 'Mobile Documents', 'Google Drive'])(
  'refuses a directory that is synced (%s)',
  (name) => {
    expect(whyNotLocal(directoryOf(name, 'bigbrother'))).toContain(name);
  },
);
