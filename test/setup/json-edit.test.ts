import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyEdit, entryIn, removeEntry, setEntry } from '../../src/setup/json-edit.ts';
import { JsonTextError, parseJson, plainJson } from '../../src/setup/json-text.ts';

const place = { section: 'servers', name: 'bigbrother' };
const entry = { command: '/usr/bin/node', args: ['mcp'] };

const withEntry = (text: string): string => {
  const edit = setEntry(text, place, entry);
  return edit === null ? text : applyEdit(text, edit);
};
const withoutEntry = (text: string): string => {
  const edit = removeEntry(text, place);
  return edit === null ? text : applyEdit(text, edit);
};

describe('an entry in a file of somebody else', () => {
  it('comes last, and comments, order and every other byte stay', () => {
    const text = `// my servers
{
\t"inputs": [1, 2,], /* two */
\t"servers": {
\t\t"other": {"command": "x"} // mine, keep
\t},
\t"last": 1.50
}
`;
    expect(withEntry(text)).toBe(`// my servers
{
\t"inputs": [1, 2,], /* two */
\t"servers": {
\t\t"other": {"command": "x"}, // mine, keep
\t\t"bigbrother": {
\t\t\t"command": "/usr/bin/node",
\t\t\t"args": [
\t\t\t\t"mcp"
\t\t\t]
\t\t}
\t},
\t"last": 1.50
}
`);
    expect(withoutEntry(withEntry(text))).toBe(text);
  });

  it.each([
    ['an empty file', ''],
    ['an empty object', '{}'],
    ['a file in one line', '{"a":1,"servers":{"other":{}},"b":2}'],
    ['line ends of Windows', '{\r\n    "a": 1\r\n}\r\n'],
    ['a byte order mark', '\uFEFF{\n  "servers": {}\n}\n'],
    ['a comma after the last entry', '{\n  "servers": {\n    "other": {},\n  },\n}\n'],
    ['a remark alone in the section', '{\n  "servers": {\n    // none yet\n  }\n}'],
    ['an entry of the same name elsewhere', '{"bigbrother":1,"x":{"servers":{"bigbrother":2}}}'],
  ])('is written into %s once, and leaves it again', (_, text) => {
    const written = withEntry(text);
    expect(entryIn(written, place)).toEqual(entry);
    expect(withEntry(written)).toBe(written);
    expect(entryIn(withoutEntry(written), place)).toBeNull();
    if (text.includes('\r\n')) expect(written.replaceAll('\r\n', '')).not.toContain('\n');
    expect(written.startsWith('\uFEFF')).toBe(text.startsWith('\uFEFF'));
  });

  it('is replaced where it stands', () => {
    const text =
      '{\n  "servers": {\n    "bigbrother": { "command": "old" }, // ours\n    "z": 1\n  }\n}';
    expect(withEntry(text)).toBe(text.replace('{ "command": "old" }', JSON.stringify(entry)));
  });

  it.each([
    ['{"servers": {', 'line 1, column 14: it ends where "}" is missing'],
    ['{\n  "a": 1\n  "b": 2\n}', 'line 3, column 3: a comma is missing'],
    ['{"a": nope}', 'line 1, column 7: a value is missing'],
    ["{'a': 1}", 'line 1, column 2: a text in double quotes is missing'],
    ['{"a": 01}', '01 is no value'],
    ['{} {}', 'something follows'],
    ['[]', 'no object'],
    ['{"servers": []}', '"servers" is no object'],
    ['{"servers": {}, "servers": {}}', '"servers" is there twice'],
    ['{"servers": {"bigbrother": 1, "bigbrother": 2}}', '"bigbrother" is there twice'],
    [`${'['.repeat(5_000)}`, 'more than 200 levels'],
  ])('is not written into %s', (text, because) => {
    expect(() => setEntry(text, place, entry)).toThrow(JsonTextError);
    expect(() => setEntry(text, place, entry)).toThrow(because);
  });

  it('never bends anything else, however the file is laid out', () => {
    const blank = fc.constantFrom('', ' ', '\n', '\n    ', '\t', ' // note\n', '/* {"} */', '\r\n');
    const scalar = fc.oneof(fc.string(), fc.double({ noNaN: true, noDefaultInfinity: true }));
    const member = fc.tuple(blank, fc.string(), blank, scalar, blank);
    const object = fc
      .tuple(fc.array(member, { maxLength: 4 }), blank, fc.boolean())
      .map(([members, end, hasComma]) => {
        const own = members.filter(([, key]) => key !== place.section && key !== place.name);
        const inside = own.map(
          ([a, key, b, value, c]) => `${a}${JSON.stringify(key)}${b}:${JSON.stringify(value)}${c}`,
        );
        return { inside, end, comma: hasComma && own.length > 0 ? ',' : '' };
      });
    const whole = ({ inside, end, comma }: { inside: string[]; end: string; comma: string }) =>
      `{${inside.join(',')}${comma}${end}}`;
    fc.assert(
      fc.property(object, fc.option(object), fc.nat(), (root, section, at) => {
        const members = [...root.inside];
        if (section !== null) {
          members.splice(at % (members.length + 1), 0, `"servers": ${whole(section)}`);
        }
        const comma = members.length === 0 ? '' : root.comma;
        const text = whole({ ...root, inside: members, comma });
        const written = withEntry(text);
        expect(entryIn(written, place)).toEqual(entry);
        const undone = withoutEntry(written);
        const expected = section === null ? withoutSection(undone) : plain(undone);
        expect(expected).toBe(plain(text));
      }),
    );
  });
});

const plain = (text: string): string => plainJson(parseJson(text));
const withoutSection = (text: string): string => plain(text).replace(/,?"servers":\{\}\}$/, '}');
