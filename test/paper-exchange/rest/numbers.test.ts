import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const folder = fileURLToPath(new URL('../../', import.meta.url));
const texts = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.test.ts'))
  .map((path) => readFileSync(`${folder}/${path}`, 'utf8'));

/** The numbers that follow a word where a test's title begins. */
function numbersAfter(word: 'case' | 'scenario'): readonly number[] {
  const titles = new RegExp(`['"\`]${word} (\\d+)\\b`, 'g');
  const numbers = texts.flatMap((text) => [...text.matchAll(titles)].map(([, number]) => number));
  return [...new Set(numbers.map(Number))].sort((one, other) => one - other);
}

const upTo = (last: number) => Array.from({ length: last }, (_, place) => place + 1);

describe('the tests', () => {
  it('name every one of the 70 conformance cases, so that a search for its number finds it', () => {
    expect(numbersAfter('case')).toEqual(upTo(70));
  });

  it('name every one of the 47 scenarios that hurt on Alpaca', () => {
    expect(numbersAfter('scenario')).toEqual(upTo(47));
  });
});
