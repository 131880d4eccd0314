import { deflateRawSync, inflateRawSync } from 'node:zlib';

const ABSENT = '~';
/** Ids do not compress, so more effort would save little and cost much. */
const FASTEST = { level: 1 };

/** A list of many flat objects, which is saved packed. What refers to one of them gets a copy. */
export class Rows<Row extends object> {
  items: Row[] = [];
}

/**
 * Many flat objects of few shapes in few bytes: column by column, and compressed. `samples` are
 * rows that have between them every field that there is. Fields are text, numbers, flags,
 * amounts and lists of text.
 */
export function packRows(rows: readonly object[], samples: readonly object[]): Uint8Array {
  const names = [...new Set(samples.flatMap((row) => Object.keys(row)))];
  const columns = names.map((name) => packColumn(rows, name));
  return new Uint8Array(deflateRawSync(JSON.stringify([rows.length, names, columns]), FASTEST));
}

/** The objects again, each with exactly the fields that it had. */
export function unpackRows(bytes: Uint8Array): readonly object[] {
  // Only ever what `packRows` made.
  const text: string = inflateRawSync(bytes).toString('utf8');
  const [count, names, columns]: [number, string[], unknown[][]] = JSON.parse(text);
  const rows = Array.from({ length: count }, () => ({}));
  for (const [place, name] of names.entries()) {
    const column = columns[place] ?? [];
    for (const [index, row] of rows.entries()) {
      const value = column.length === 1 ? column[0] : column[index];
      if (value !== ABSENT) Reflect.set(row, name, unpacked(value));
    }
  }
  return rows;
}

/** One value for all when they are the same, as most are that are seldom set. */
function packColumn(rows: readonly object[], name: string): unknown[] {
  const column: unknown[] = [];
  let isConstant = true;
  for (const row of rows) {
    const value = packed(fieldOf(row, name));
    if (column.length > 0 && value !== column[0]) isConstant = false;
    column.push(value);
  }
  return isConstant ? column.slice(0, 1) : column;
}

function fieldOf(row: object, name: string): unknown {
  return (row as { readonly [name: string]: unknown })[name];
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
