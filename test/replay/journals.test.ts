import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { declarationOf, declared, keptJournal, recordsIn } from './fixtures.ts';
import { situations } from './situations.ts';

const DIRECTORY = 'test/fixtures/journals';
const MOST_BYTES = 3_000_000;

describe('a kept journal', () => {
  it.each(situations)('decides as is declared when $about ($name)', ({ name, about, shows }) => {
    const text = keptJournal(name);
    expect(shows.filter((mark) => !mark.test(text))).toEqual([]);
    const found = declarationOf(about, recordsIn(text));
    // Changed on purpose? "npm run journals -- declare" prints what differs, and declares it.
    expect(found).toEqual(declared()[name]);
    expect(found.same).toBeGreaterThan(0);
  });
});

describe('the kept journals', () => {
  it('are one for each situation, at least twenty, and small', () => {
    const files = readdirSync(DIRECTORY);
    const names = situations.map(({ name }) => name);
    expect(files.sort()).toEqual(
      [...names.map((name) => `${name}.jsonl.br`), 'declared.json'].sort(),
    );
    expect(Object.keys(declared())).toEqual(names);
    expect(names.length).toBeGreaterThanOrEqual(20);
    const bytes = files.map((file) => statSync(join(DIRECTORY, file)).size);
    expect(bytes.reduce((sum, size) => sum + size, 0)).toBeLessThan(MOST_BYTES);
  });
});
