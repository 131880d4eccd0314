import { mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import {
  FileError,
  replaceTextFile,
  temporaryDirectory,
} from '../../../src/adapters/system/files.ts';

let directory: ReturnType<typeof temporaryDirectory>;
beforeEach(() => {
  directory = temporaryDirectory('bigbrother-replace-');
});
afterEach(() => directory.remove());

it('makes a file, then replaces what it held, and leaves nothing beside it', () => {
  const path = join(directory.path, 'state.json');
  for (const text of ['first and longer', 'second']) {
    replaceTextFile(path, text);
    expect(readFileSync(path, 'utf8')).toBe(text);
  }
  expect(readdirSync(directory.path)).toEqual(['state.json']);
});

it('lets only the owner read it', () => {
  const path = join(directory.path, 'state.json');
  replaceTextFile(path, 'keys');
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

it('names the file that it cannot write, and leaves no draft', () => {
  expect(() => replaceTextFile(join(directory.path, 'absent', 'x'), '')).toThrow(FileError);
  const taken = join(directory.path, 'taken');
  mkdirSync(join(taken, 'inner'), { recursive: true });
  expect(() => replaceTextFile(taken, '')).toThrow(/taken cannot be written/);
  expect(readdirSync(directory.path)).toEqual(['taken']);
});
