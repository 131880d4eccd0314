import { beforeAll, describe, expect, it } from 'vitest';
import { MemoryEventStore } from '../../src/adapters/event-stores/memory.ts';
import { canonicalText } from '../../src/domain/canonical.ts';
import { MerkleTree } from '../../src/runtime/journal/merkle-tree.ts';
import type { Entry } from '../../src/verifier/journal-source.ts';
import {
  type Anchor,
  type Finding,
  JournalVerifier,
  type Origin,
} from '../../src/verifier/journal-verifier.ts';
import type { Columns } from '../../src/verifier/one-record.ts';
import { stretchOf } from '../../src/verifier/stretch.ts';
import { writeSigned } from './signed-journal.ts';

type Row = { readonly record: Buffer; readonly columns: Columns };
type Given = { readonly anchors?: readonly Anchor[]; readonly origin?: Origin };

const RECORDS = 200;
/** Joints at each place, some at checkpoints and some beside them, and none at all. */
const SIZES = [1, 2, 3, 16, 25, 64, 199, 200, 500];

let rows: readonly Row[] = [];
/** Where the journal stands after so many records, as the one who wrote it says. */
let states: readonly Origin[] = [];

beforeAll(async () => {
  const store = new MemoryEventStore();
  await writeSigned(store, RECORDS, 50);
  rows = [...store.scan(1)].map((record) => {
    const { seq, at, type, symbol, planId, orderId } = record;
    return {
      record: Buffer.from(canonicalText(record)),
      columns: { seq, at, type, symbol, planId, orderId },
    };
  });
  const tree = new MerkleTree();
  states = [...store.scan(1)].map(({ seq, hash }) => {
    tree.add(hash);
    return { seq, hash, frontier: tree.frontier() };
  });
  states = [{ seq: 0, hash: '0'.repeat(64), frontier: [] }, ...states];
});

function oneByOne(entries: readonly Entry[], given: Given = {}): Finding {
  const verifier = new JournalVerifier(given);
  for (const { record, columns } of entries) if (!verifier.take(record, columns)) break;
  return verifier.finding();
}

/** Null where the stretches do not join to a good journal; then one thread says what is bad. */
function inStretches(table: readonly Row[], size: number, given: Given = {}): Finding | null {
  const verifier = new JournalVerifier(given);
  const anchored = new Set(given.anchors?.map((anchor) => anchor.size));
  const [begin, last] = [given.origin?.seq ?? 0, table.at(-1)?.columns.seq ?? 0];
  for (let after = begin; after < last; after += size) {
    const upTo = after + size < last ? after + size : Number.MAX_SAFE_INTEGER;
    const entries = table.filter(({ columns: { seq } }) => seq > after && seq <= upTo);
    const stretch = stretchOf(entries, after, anchored);
    if (stretch === null || !verifier.takeStretch(stretch)) return null;
  }
  const finding = verifier.finding();
  return finding.ok ? finding : null;
}

/** Whether a verifier that stands there takes them as one stretch. */
function holds(entries: readonly Entry[], origin: Origin | undefined): boolean {
  if (origin === undefined) throw new Error('nobody can stand there');
  const stretch = stretchOf(entries, origin.seq, new Set());
  return stretch !== null && new JournalVerifier({ origin }).takeStretch(stretch);
}

/** Such as put a joint before that record, behind it, and anywhere. */
const sizesAt = (seq: number): readonly number[] => [
  ...(seq > 1 ? [seq - 1] : []),
  seq,
  SIZES[seq % SIZES.length] ?? 1,
];

/** As rows whose numbers have no gap. */
const renumbered = (table: readonly Row[]): readonly Row[] =>
  table.map(({ record, columns }, index) => ({ record, columns: { ...columns, seq: index + 1 } }));

function expectFound(table: readonly Row[], seq: number): void {
  expect(oneByOne(table)).toMatchObject({ ok: false, firstBadSeq: seq });
  for (const size of sizesAt(seq)) expect(inStretches(table, size)).toBeNull();
}

describe('a journal of 200 records with 4 checkpoints, checked in stretches', () => {
  it('gets the same finding as one by one, wherever it is cut', () => {
    const whole = oneByOne(rows);
    expect(whole).toMatchObject({ ok: true, records: RECORDS, checkpoints: 4, signedUpTo: 199 });
    for (let size = 1; size <= RECORDS + 1; size += 1) {
      expect(inStretches(rows, size)).toEqual(whole);
    }
  });

  it('gets it also from wherever an archive ends', () => {
    const { root } = oneByOne(rows);
    for (const origin of states.slice(1, RECORDS)) {
      const rest = rows.slice(origin.seq);
      const whole = oneByOne(rest, { origin });
      expect(whole).toMatchObject({ ok: true, root });
      for (const size of sizesAt(origin.seq)) {
        expect(inStretches(rest, size, { origin })).toEqual(whole);
      }
    }
  });

  it('is not good with any single bit flipped in a record at a joint', () => {
    const missed: string[] = [];
    rows.forEach(({ record, columns }, index) => {
      const bytes = Buffer.from(record);
      const alone = [{ record: bytes, columns }];
      const last = [...rows.slice(Math.max(0, index - 1), index), ...alone];
      for (let bit = 0; bit < bytes.length * 8; bit += 1) {
        const at = bit >> 3;
        bytes[at] = (bytes[at] ?? 0) ^ (1 << (bit & 7));
        if (holds(alone, states[index])) missed.push(`${index + 1}:${bit}`);
        // Behind another record it is a bit of each byte: that takes five times as long.
        if ((bit & 7) === (at & 7) && holds(last, states[index + 1 - last.length])) {
          missed.push(`${index + 1}:${bit}, as the last of two`);
        }
        bytes[at] = (bytes[at] ?? 0) ^ (1 << (bit & 7));
      }
      expect(holds(last, states[index + 1 - last.length])).toBe(true);
    });
    expect(missed).toEqual([]);
  });

  it('is not good with any record removed, be it as a gap or closed up', () => {
    for (let gone = 0; gone < RECORDS - 1; gone += 1) {
      expectFound(rows.toSpliced(gone, 1), gone + 1);
      expectFound(renumbered(rows.toSpliced(gone, 1)), gone + 1);
    }
  });

  it('is not good with any record repeated, be it in its place or as one more row', () => {
    rows.forEach((row, index) => {
      expectFound(renumbered(rows.toSpliced(index, 0, row)), index + 2);
      if (index > 0) expectFound(rows.with(index - 1, row), index);
    });
  });

  it('is not good with any two neighbours swapped, with their columns or without', () => {
    for (let index = 0; index < RECORDS - 1; index += 1) {
      const pair = rows.slice(index, index + 2);
      const [first, second] = pair;
      if (first === undefined || second === undefined) throw new Error('there are two');
      expectFound(renumbered(rows.toSpliced(index, 2, second, first)), index + 1);
      const [one, other] = [
        { record: second.record, columns: first.columns },
        { record: first.record, columns: second.columns },
      ];
      expectFound(rows.toSpliced(index, 2, one, other), index + 1);
    }
  });

  it('is not good with any column that says something else', () => {
    const others = { at: 1, type: 'stopped', symbol: 'A', planId: 'p', orderId: 'o' };
    rows.forEach(({ record, columns }, index) => {
      for (const [name, value] of Object.entries(others)) {
        const changed = { record, columns: { ...columns, [name]: value } };
        expect(holds([changed], states[index])).toBe(false);
        expect(
          holds([...rows.slice(index - 1, index), changed], states[index - 1] ?? states[0]),
        ).toBe(false);
      }
    });
  });

  it('is held to every anchor, wherever that falls, and a cut end shows by one', () => {
    const whole = oneByOne(rows);
    for (const { seq } of states.slice(1)) {
      const { root } = oneByOne(rows.slice(0, seq));
      const anchors = [{ size: seq, root }];
      const wrong = [
        { size: seq, root: root.replace(/^./, (digit) => (digit === '0' ? '1' : '0')) },
      ];
      const cut = rows.slice(0, seq - 1);
      for (const size of sizesAt(seq)) {
        expect(inStretches(rows, size, { anchors })).toEqual(whole);
        expect(inStretches(rows, size, { anchors: wrong })).toBeNull();
        expect(inStretches(cut, size, { anchors })).toBeNull();
      }
      expect(inStretches(cut, 16)).toEqual(oneByOne(cut));
    }
  });
});
