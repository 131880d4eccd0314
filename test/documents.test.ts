import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { createProgram } from '../src/cli/program.ts';
import { callsShownIn } from './support/documented-calls.ts';

const documents = ['README.md', ...readdirSync('docs').map((file) => join('docs', file))].filter(
  (file) => file.endsWith('.md'),
);

const calls = documents.flatMap((file) => callsShownIn(file).map((call) => [file, call] as const));

const program = await createProgram();

/** Null when the words name a command that there is, with options that it has. */
function whyUnknown(call: string): string | null {
  const words = call.split(/\s+/).filter((word) => word !== '');
  let command: Command = program;
  const known = [...command.options];
  for (const word of words) {
    const next = command.commands.find((each) => each.name() === word);
    if (next === undefined) break;
    command = next;
    known.push(...next.options);
  }
  if (command.parent === null) return `no command is called ${words[0]}`;
  const flags = words.filter((word) => /^--?[a-z]/.test(word)).map((flag) => flag.split('=')[0]);
  const unknown = flags.filter(
    (flag) => !known.some(({ short, long }) => flag === short || flag === long),
  );
  return unknown.length === 0 ? null : `${command.name()} has no ${unknown.join(', ')}`;
}

describe('the documents', () => {
  it('show calls of BigBrother', () => {
    expect(calls.length).toBeGreaterThan(30);
  });

  it.each(calls)('%s: bigbrother %s', (_, call) => {
    expect(whyUnknown(call)).toBeNull();
  });

  it('would be caught at a call that there is not', () => {
    expect(whyUnknown('halt --flaten')).toBe('halt has no --flaten');
    expect(whyUnknown('stop')).toBe('no command is called stop');
  });

  it('name what there is where the program itself says what to type', () => {
    const sources = ['src', 'tools', 'policies'].flatMap((folder) =>
      readdirSync(folder, { recursive: true, encoding: 'utf8' })
        .filter((file) => file.endsWith('.ts'))
        .map((file) => join(folder, file)),
    );
    const said = sources.flatMap((file) =>
      [...readFileSync(file, 'utf8').matchAll(/"bigbrother ([a-z][^"\n]*)"/g)].map(
        (match) => (match[1] ?? '').split(/\$\{| \.\.\.|[A-Z<]/)[0] ?? '',
      ),
    );
    expect(said.length).toBeGreaterThan(30);
    expect(said.map(whyUnknown).filter((why) => why !== null)).toEqual([]);
  });

  it.each(documents)('%s links only to files that are there', (file) => {
    const folder = file.startsWith('docs') ? 'docs' : '.';
    const links = [...readFileSync(file, 'utf8').matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)/g)];
    const missing = links
      .map((link) => link[1] ?? '')
      .filter((link) => !existsSync(join(folder, link)));
    expect(missing).toEqual([]);
  });
});
