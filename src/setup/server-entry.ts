import type { Host } from './hosts.ts';
import {
  applyEdit,
  entryIn,
  type Json,
  type JsonRecord,
  removeEntry,
  setEntry,
  type TextEdit,
} from './json-edit.ts';

/** How a host is to start BigBrother. */
export type Launch = {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
};

/** What a host's file is to become; `edit` is null when it is that already. */
export type Change = { readonly entry: JsonRecord; readonly edit: TextEdit | null };

/**
 * The file with BigBrother in it. What somebody added to our entry, its environment included,
 * stays as long as `launch` does not say otherwise.
 *
 * @throws JsonTextError for a file that cannot be edited safely
 */
export function withServer(text: string, host: Host, launch: Launch): Change {
  const entry = mergedEntry(entryIn(text, host.place), host, launch);
  return { entry, edit: setEntry(text, host.place, entry) };
}

/** The entry alone, in the shape in which it is pasted. */
export const snippetOf = ({ place }: Host, entry: JsonRecord): string =>
  JSON.stringify({ [place.section]: { [place.name]: entry } }, null, 2);

/** The entry for a file that has none. */
export const freshEntry = (host: Host, launch: Launch): JsonRecord =>
  mergedEntry(null, host, launch);

/**
 * The file as it was before BigBrother; `original` is what it was then, null when there was none.
 * What others have changed since then stays. `text` is null when the file goes as a whole.
 *
 * @throws JsonTextError for a file that cannot be edited safely
 */
export function withoutServer(
  text: string,
  original: string | null,
  { place }: Host,
): { readonly text: string | null; readonly isExact: boolean } {
  const entry = entryIn(text, place);
  const before = original === null ? null : entryIn(original, place);
  if (isRecord(entry)) {
    const edit = setEntry(original ?? '', place, entry);
    const ours = edit === null ? original : applyEdit(original ?? '', edit);
    if (ours === text) return { text: original, isExact: true };
  }
  const edit = isRecord(before) ? setEntry(text, place, before) : removeEntry(text, place);
  return { text: edit === null ? text : applyEdit(text, edit), isExact: false };
}

const isRecord = (value: Json): value is JsonRecord =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function mergedEntry(found: Json, { extra }: Host, { command, args, env }: Launch): JsonRecord {
  const kept = isRecord(found) ? found : {};
  const { env: foundEnv = {} } = kept;
  const all = { ...(isRecord(foundEnv) ? foundEnv : {}), ...env };
  const rest = Object.keys(all).length === 0 ? {} : { env: all };
  return { ...kept, ...extra, command, args, ...rest };
}
