import {
  type JsonMember,
  type JsonNode,
  type JsonObject,
  JsonTextError,
  parseJson,
  plainJson,
} from './json-text.ts';

export type Json = string | number | boolean | null | readonly Json[] | JsonRecord;
export type JsonRecord = { readonly [key: string]: Json };

/** One entry of one section, for example `mcpServers` and `bigbrother`. */
export type EntryPlace = { readonly section: string; readonly name: string };

/** Puts `text` where `from` up to `to` was; every other byte stays. */
export type TextEdit = { readonly from: number; readonly to: number; readonly text: string };

export const applyEdit = (text: string, { from, to, text: inserted }: TextEdit): string =>
  text.slice(0, from) + inserted + text.slice(to);

/**
 * The value of an entry; null when it is not there.
 *
 * @throws JsonTextError as `setEntry` does
 */
export function entryIn(text: string, place: EntryPlace): Json {
  if (isBlank(text)) return null;
  const section = sectionIn(rootOf(text), place);
  const member = section === null ? null : memberIn(section, place.name);
  return member === null ? null : JSON.parse(plainJson(member.value));
}

/**
 * What makes the entry hold `value`; null when it does already. Indentation, line ends, comments
 * and the order of everything else stay.
 *
 * @throws JsonTextError when the text is no object, or has the place twice or as something else
 */
export function setEntry(text: string, place: EntryPlace, value: JsonRecord): TextEdit | null {
  const style = styleOf(text);
  if (isBlank(text)) {
    const whole = { [place.section]: { [place.name]: value } };
    return { from: 0, to: text.length, text: `${written(whole, '', style)}${style.lineEnd}` };
  }
  const root = rootOf(text);
  const section = sectionIn(root, place);
  const member = section === null ? null : memberIn(section, place.name);
  const edit =
    section === null
      ? appended(text, root, place.section, { [place.name]: value }, style)
      : member === null
        ? appended(text, section, place.name, value, style)
        : replaced(text, member, value, style);
  return edit === null ? null : proven(text, edit, place, value);
}

/**
 * What takes the entry away; null when it is not there.
 *
 * @throws JsonTextError as `setEntry` does
 */
export function removeEntry(text: string, place: EntryPlace): TextEdit | null {
  if (isBlank(text)) return null;
  const section = sectionIn(rootOf(text), place);
  const member = section === null ? null : memberIn(section, place.name);
  if (section === null || member === null) return null;
  return proven(text, withoutMember(text, section, member), place, null);
}

type Style = { readonly lineEnd: string; readonly indent: string };

const isBlank = (text: string): boolean => text.replace('\uFEFF', '').trim() === '';

function styleOf(text: string): Style {
  const [, indent] = /\n([ \t]+)\S/.exec(text) ?? [];
  return { lineEnd: text.includes('\r\n') ? '\r\n' : '\n', indent: indent ?? '  ' };
}

function rootOf(text: string): JsonObject {
  const root = parseJson(text);
  if (root.kind === 'object') return root;
  throw new JsonTextError('line 1, column 1: the whole is no object in braces');
}

function sectionIn(root: JsonObject, { section }: EntryPlace): JsonObject | null {
  const member = memberIn(root, section);
  if (member === null) return null;
  if (member.value.kind === 'object') return member.value;
  throw new JsonTextError(`"${section}" is no object in braces`);
}

function memberIn({ members }: JsonObject, key: string): JsonMember | null {
  const [member, second] = members.filter((each) => each.key === key);
  if (second !== undefined) throw new JsonTextError(`"${key}" is there twice; keep one of them`);
  return member ?? null;
}

function replaced(text: string, member: JsonMember, value: Json, style: Style): TextEdit | null {
  const { start, end } = member.value;
  if (plainJson(member.value) === JSON.stringify(value)) return null;
  const isOneLine = !text.slice(start, end).includes('\n');
  const inside = isOneLine ? JSON.stringify(value) : written(value, indentAt(text, start), style);
  return { from: start, to: end, text: inside };
}

/** A new last member, behind what is remarked about the one before. */
function appended(
  text: string,
  object: JsonObject,
  key: string,
  value: Json,
  style: Style,
): TextEdit {
  const last = object.members.at(-1);
  const from = last?.value.end ?? object.start + 1;
  const to = object.end - 1;
  const between = text.slice(from, to);
  const kept = between.trimEnd();
  const comma = last === undefined || last.commaAt !== null ? '' : ',';
  const isOneLine = last !== undefined && !text.slice(object.start, object.end).includes('\n');
  if (isOneLine) {
    const member = `${JSON.stringify(key)}:${JSON.stringify(value)}`;
    return { from, to, text: `${comma}${kept}${member}${between.slice(kept.length)}` };
  }
  const outer = indentAt(text, object.start);
  const indent = last === undefined ? outer + style.indent : indentAt(text, last.start);
  const member = `${JSON.stringify(key)}: ${written(value, indent, style)}`;
  const tail = last === undefined ? `${style.lineEnd}${outer}` : between.slice(kept.length);
  return { from, to, text: `${comma}${kept}${style.lineEnd}${indent}${member}${tail}` };
}

function withoutMember(text: string, object: JsonObject, member: JsonMember): TextEdit {
  const index = object.members.indexOf(member);
  const next = object.members[index + 1];
  const before = object.members[index - 1];
  const end = member.commaAt === null ? member.value.end : member.commaAt + 1;
  if (next !== undefined) {
    const blank = /^\s*/.exec(text.slice(end, next.start))?.[0].length ?? 0;
    return { from: member.start, to: end + blank, text: '' };
  }
  const from = before?.value.end ?? object.start + 1;
  const kept = text.slice(from, member.start).trimEnd();
  // The comma before goes with the last member, unless the last one had one as well.
  const commaAt = before?.commaAt ?? null;
  const isBare = commaAt === null || member.commaAt !== null;
  const rest = isBare ? kept : kept.slice(0, commaAt - from) + kept.slice(commaAt - from + 1);
  return { from, to: end, text: rest };
}

const indentAt = (text: string, offset: number): string => {
  const line = text.slice(text.lastIndexOf('\n', offset - 1) + 1, offset);
  return /^[ \t]*/.exec(line)?.[0] ?? '';
};

const written = (value: Json, indent: string, style: Style): string =>
  JSON.stringify(value, null, style.indent).replaceAll('\n', `${style.lineEnd}${indent}`);

/** Nothing is handed out that would lose or bend anything else. */
function proven(text: string, edit: TextEdit, place: EntryPlace, value: Json): TextEdit {
  const after = applyEdit(text, edit);
  const isKept = othersIn(text, place) === othersIn(after, place);
  if (isKept && JSON.stringify(entryIn(after, place)) === JSON.stringify(value)) return edit;
  throw new JsonTextError('it is laid out in a way that cannot be edited without a loss');
}

/** Everything but the entry and whether its section is there at all. */
function othersIn(text: string, { section, name }: EntryPlace): string {
  const others = ({ members }: JsonObject, key: string) => members.filter((m) => m.key !== key);
  const pairs = (members: readonly JsonMember[]) =>
    members.map(({ key, value }): [string, string] => [key, plainJson(value)]);
  const root = rootOf(text);
  const own: JsonNode | undefined = root.members.find(({ key }) => key === section)?.value;
  const beside = own?.kind === 'object' ? pairs(others(own, name)) : [];
  return JSON.stringify([pairs(others(root, section)), beside]);
}
