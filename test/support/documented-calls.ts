import { readFileSync } from 'node:fs';

const BLOCK = /```(?:sh|bash|console)\n([\s\S]*?)```/g;
const TYPED = /(?:^|\s)(?:node \S*bigbrother\.js|bigbrother) (.*)$/;
const IN_TEXT = /`bigbrother ([a-z][^`]*)`/g;

const plainly = (call: string): string => call.replace(/\s#.*$/, '').trim();

/** Every call of BigBrother that a document shows to be typed: its words, without comments. */
export const callsShownIn = (file: string): readonly string[] =>
  [...readFileSync(file, 'utf8').matchAll(BLOCK)]
    .flatMap((match) => (match[1] ?? '').replaceAll('\\\n', ' ').split('\n'))
    .flatMap((line) => TYPED.exec(line)?.[1] ?? [])
    .map(plainly);

/** Those, and the ones in the middle of a sentence. */
export const callsNamedIn = (file: string): readonly string[] => [
  ...callsShownIn(file),
  ...[...readFileSync(file, 'utf8').matchAll(IN_TEXT)].map((match) => plainly(match[1] ?? '')),
];
