import type { loadSurroundings } from '../../config.ts';
import { type HostName, hosts } from '../../setup/hosts.ts';
import type { JsonRecord } from '../../setup/json-edit.ts';
import type { SetupOptions } from './setup-command.ts';

/** What setup did to a file, or would do; its own names go out as JSON. */
export type SetupReport = {
  readonly host: HostName;
  readonly file: string;
  readonly action: 'created' | 'changed' | 'unchanged' | 'restored' | 'removed';
  readonly dry_run: boolean;
  /** The file as it was before BigBrother; null where there was none, or it is not needed. */
  readonly copy: string | null;
  readonly entry: JsonRecord | null;
  readonly difference: Difference | null;
  readonly notes: readonly string[];
  readonly next_step: string;
};

type Difference = {
  readonly line: number;
  readonly removed: readonly string[];
  readonly added: readonly string[];
};

const KEY = /("[^"\n]*(?:KEY|SECRET|TOKEN|PASSWORD)[^"\n]*"\s*:\s*)"(?:[^"\\]|\\.)*"/gi;

const hidden = (text: string): string => text.replace(KEY, '$1"(not shown)"');

/** An entry as it may be shown. */
export const withoutKeys = (entry: JsonRecord): JsonRecord =>
  JSON.parse(hidden(JSON.stringify(entry)));

/** Lines that go and lines that come, without the keys in either; null when nothing changes. */
export function differenceOf(before: string, after: string): Difference | null {
  if (before === after) return null;
  const [old, young] = [before, after].map((text) => text.replace(/\r?\n$/, '').split(/\r?\n/));
  if (old === undefined || young === undefined) return null;
  const isSame = (index: number) => old[index] === young[index];
  const shorter = Math.min(old.length, young.length);
  let head = 0;
  while (head < shorter && isSame(head)) head += 1;
  let tail = 0;
  while (tail < shorter - head && old.at(-1 - tail) === young.at(-1 - tail)) tail += 1;
  // A line of somebody else that only got its comma is no news.
  const isComma = (line: string) => old[head] === line.replace(/,$/, '');
  if (head < shorter - tail && isComma(young[head] ?? '')) head += 1;
  const between = (lines: readonly string[]) =>
    lines.slice(head, lines.length - tail).map(shownLine);
  return { line: head + 1, removed: between(old), added: between(young) };
}

const LONGEST_LINE = 200;

/** A file in one line would show what other programs keep in it. */
const shownLine = (line: string): string =>
  line.length > LONGEST_LINE ? `(a line of ${line.length} characters)` : hidden(line);

export function notesFor(
  { keysFromEnv }: SetupOptions,
  file: string,
  entry: JsonRecord,
  { hasKeys }: ReturnType<typeof loadSurroundings>,
): readonly string[] {
  return [keysNote(keysFromEnv === true, file, entry, hasKeys), ...placeNotes(entry)];
}

function keysNote(
  areWritten: boolean,
  file: string,
  { env = {} }: JsonRecord,
  hasKeys: boolean,
): string {
  if (areWritten) {
    return (
      `Your paper keys stand in ${file}, in plain text, readable by you alone. ` +
      '"bigbrother setup --undo" takes them out again.'
    );
  }
  if (typeof env === 'object' && env !== null && 'APCA_API_KEY_ID' in env) {
    return 'The keys in its entry were there before, and stay.';
  }
  return hasKeys
    ? 'The keys of this shell are not written, and a host may not see them: it then guards an ' +
        'account on the built-in paper exchange. Say --keys-from-env to copy them into the file.'
    : 'No keys are written: without any, BigBrother guards an account on its own paper exchange.';
}

/** What npx fetches is gone when its cache is emptied. */
const placeNotes = ({ args }: JsonRecord): readonly string[] =>
  JSON.stringify(args).includes('_npx')
    ? ['BigBrother runs out of the cache of npx here, which npm may empty; install it to stay.']
    : [];

export function inWords(report: SetupReport): string {
  const { file, action, difference, copy, notes, next_step: next, dry_run: isDry } = report;
  const { title } = hosts[report.host];
  const did = {
    created: ['made, with BigBrother in it', 'would be made, with BigBrother in it'],
    changed: ['BigBrother was entered', 'BigBrother would be entered'],
    unchanged: ['nothing to do', 'nothing to do'],
    restored: ['BigBrother was taken out', 'BigBrother would be taken out'],
    removed: ['gone, because only BigBrother was in it', 'would go: only BigBrother is in it'],
  }[action][isDry ? 1 : 0];
  const marked = (mark: string, lines: readonly string[]) =>
    lines.filter((line) => line !== '').map((line) => `${mark} ${line}`);
  const shown =
    difference === null
      ? []
      : [
          `line ${difference.line}:`,
          ...marked('-', difference.removed),
          ...marked('+', difference.added),
        ];
  const hasChanged = action !== 'unchanged' && !isDry;
  return `${[
    `${title}: ${file}: ${did}.`,
    ...shown,
    ...(copy === null ? [] : [`As it was before: ${copy}`]),
    ...notes,
    ...(hasChanged ? [`Next: ${next}`] : []),
  ].join('\n')}\n`;
}
