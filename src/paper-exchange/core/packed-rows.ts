import { deflateRawSync, inflateRawSync } from 'node:zlib';

/** A flat object: text, numbers, flags, amounts, lists of text. */
type Row = object;

const ABSENT = '~';
/** Ids do not compress, so more effort would save little and cost much. */
const FASTEST = { level: 1 };

/** Many objects of few shapes in few bytes: column by column, and compressed. */
export function packRows(rows: readonly Row[]): Uint8Array {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const columns = names.map((name) => rows.map((row) => packed(Reflect.get(row, name))));
  return new Uint8Array(deflateRawSync(JSON.stringify([rows.length, names, columns]), FASTEST));
}

/** The objects again, each with exactly the fields that it had. */
export function unpackRows(bytes: Uint8Array): readonly Row[] {
  // Only ever what `packRows` made.
  const text: string = inflateRawSync(bytes).toString('utf8');
  const [count, names, columns]: [number, string[], unknown[][]] = JSON.parse(text);
  const rows = Array.from({ length: count }, () => ({}));
  for (const [place, name] of names.entries()) {
    const column = columns[place] ?? [];
    for (const [index, row] of rows.entries()) {
      if (column[index] !== ABSENT) Reflect.set(row, name, unpacked(column[index]));
    }
  }
  return rows;
}

function packed(value: unknown): unknown {
  if (typeof value === 'bigint') return `~${value}`;
  if (typeof value === 'string') return value.startsWith('~') ? `~~${value}` : value;
  return value === undefined ? ABSENT : value;
}

function unpacked(value: unknown): unknown {
  if (typeof value !== 'string' || !value.startsWith('~')) return value;
  return value.startsWith('~~') ? value.slice(2) : BigInt(value.slice(1));
}
