// One record: whether it is what its hash, the columns beside it and the record before it say.
import { hash } from 'node:crypto';

/** As long as `"hash":"…",` with its 64 digits. */
const HASH_FIELD_LENGTH = 74;

/** The columns that stand beside a record in the database; they must say the same as the record. */
export type Columns = {
  readonly seq: number;
  readonly at: number;
  readonly type: string;
  readonly symbol: string | null;
  readonly planId: string | null;
  readonly orderId: string | null;
};

/** The last fields of a record; names and ids still as JSON text. */
type Tail = {
  readonly hash: string;
  readonly orderId: string;
  readonly planId: string;
  readonly prev: string;
  readonly seq: number;
  readonly symbol: string;
  readonly type: string;
};

const STRING = '"(?:[^"\\\\]|\\\\.)*"';
const MAYBE = `(null|${STRING})`;
/** Compared with one that was computed. */
const HASH = '"([^"]{64})"';
const TAIL = new RegExp(
  `^"hash":${HASH},"orderId":${MAYBE},"planId":${MAYBE},"prev":${HASH},` +
    `"seq":([1-9]\\d{0,15}),"symbol":${MAYBE},"type":"([a-z_]+)","v":1\\}$`,
);
/** More than the last fields take, but for ids that are longer than any. */
const TAIL_BYTES = 512;

/** The last fields of a record that says of itself what it holds; else in words why not. */
export function wholeTailOf(record: Buffer): Tail | string {
  const text = textFromHashIn(record);
  const tail = tailOf(text);
  if (tail === null) return 'it is not a record of version 1';
  const hashAt = record.length - Buffer.byteLength(text);
  return hashWithout(record, hashAt) === tail.hash ? tail : 'it was changed after it was written';
}

/** Only plain values come after the hash. */
function tailOf(text: string): Tail | null {
  const found = TAIL.exec(text);
  if (found === null) return null;
  const [, own = '', orderId = '', planId = '', prev = '', seq = '', symbol = '', type = ''] =
    found;
  return { hash: own, orderId, planId, prev, seq: Number(seq), symbol, type };
}

/**
 * What stands at the end of a record from its hash on. A quote inside a string is escaped, so the
 * last `"hash":"` is the record's own field.
 */
function textFromHashIn(record: Buffer): string {
  const end = record.toString('utf8', Math.max(0, record.length - TAIL_BYTES));
  const at = end.lastIndexOf('"hash":"');
  if (at >= 0) return end.slice(at);
  const all = record.toString();
  return all.slice(Math.max(0, all.lastIndexOf('"hash":"')));
}

/** Written into one place again and again: new buffers would take a fifth of all the time. */
let room = Buffer.alloc(1 << 16);

/** SHA-256 of the record without its hash, which is how it was before it had one. */
function hashWithout(record: Buffer, hashAt: number): string {
  if (room.length < record.length) room = Buffer.alloc(record.length);
  room.set(record);
  room.copyWithin(hashAt, hashAt + HASH_FIELD_LENGTH, record.length);
  return hash('sha256', room.subarray(0, record.length - HASH_FIELD_LENGTH));
}

/** In words, the first column that says something else than its record; null when none does. */
export function differenceTo(columns: Columns, record: Buffer, tail: Tail): string | null {
  const name =
    (columns.seq !== tail.seq && 'seq') ||
    (columns.at !== instantOf(record) && 'at') ||
    (columns.type !== tail.type && 'type') ||
    (asJson(columns.symbol) !== tail.symbol && 'symbol') ||
    (asJson(columns.planId) !== tail.planId && 'planId') ||
    (asJson(columns.orderId) !== tail.orderId && 'orderId');
  return name === false ? null : `its column ${name} says something else than the record`;
}

const asJson = (value: string | null): string => (value === null ? 'null' : JSON.stringify(value));

const instantOf = (record: Buffer): number =>
  Number(/^\{"actor":"[a-z]+","at":(-?\d+),/.exec(record.toString('latin1', 0, 64))?.[1]);

const QUOTE = 34;
const COMMA = 44;
const ZERO = 48;
const ACTOR_AT = '{"actor":"'.length;
const INSTANT_AFTER = '","at":'.length;

/** The same for an instant since 1970, digit by digit: three times as fast as by a pattern. */
function instantAtOnce(record: Buffer): number {
  let at = ACTOR_AT;
  while (at < record.length && record[at] !== QUOTE) at += 1;
  let instant = 0;
  for (at += INSTANT_AFTER; at < record.length && record[at] !== COMMA; at += 1) {
    instant = instant * 10 + (record[at] ?? 0) - ZERO;
  }
  return instant;
}

/**
 * The hash of a record that is what its columns and the record before it ask for; null for any
 * other. Takes half as long as to find out what it is instead.
 */
function hashAsExpected(record: Buffer, columns: Columns, prev: string): string | null {
  if (columns.at !== instantAtOnce(record)) return null;
  const { seq, type, symbol, planId, orderId } = columns;
  const after =
    `"orderId":${asJson(orderId)},"planId":${asJson(planId)},"prev":"${prev}",` +
    `"seq":${seq},"symbol":${asJson(symbol)},"type":${asJson(type)},"v":1}`;
  // Where the end is not ASCII this is another place, and what stands there not as expected.
  const hashAt = record.length - after.length - HASH_FIELD_LENGTH;
  if (hashAt < 0) return null;
  const own = hashWithout(record, hashAt);
  return record.toString('utf8', hashAt) === `"hash":"${own}",${after}` ? own : null;
}

/**
 * Hash and type of a record that is whole, stands in its place after the one before it and says
 * what its columns say; else in words why not.
 */
export function linkAfter(
  before: { readonly seq: number; readonly hash: string },
  record: Buffer,
  columns: Columns | null,
): { readonly hash: string; readonly type: string } | string {
  const seq = before.seq + 1;
  const expected = columns?.seq === seq ? hashAsExpected(record, columns, before.hash) : null;
  if (columns !== null && expected !== null) return { hash: expected, type: columns.type };
  const tail = wholeTailOf(record);
  if (typeof tail === 'string') return tail;
  if (tail.seq !== seq) return `record ${tail.seq} stands in its place`;
  if (tail.prev !== before.hash) return 'it does not follow the record before it';
  return (columns === null ? null : differenceTo(columns, record, tail)) ?? tail;
}
