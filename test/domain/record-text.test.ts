import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalText, sha256 } from '../../src/domain/canonical.ts';
import { price } from '../../src/domain/decimal.ts';
import type { JournalRecord } from '../../src/domain/event.ts';
import { hashedRecord, recordText } from '../../src/domain/record-text.ts';

const record = (body: unknown): JournalRecord =>
  hashedRecord({
    ...{ v: 1, seq: 7, at: 1_000, boot: 'boot-1', type: 'tool_called', actor: 'host' },
    ...{ symbol: 'BRK.B', planId: null, orderId: 'an "order"', body, prev: 'a'.repeat(64) },
  });

describe('a record', () => {
  it('is what its text says, whatever the body holds', () => {
    fc.assert(
      fc.property(fc.anything({ withMap: true, withSet: true, maxDepth: 3 }), (body) => {
        fc.pre(hasJsonForm(body));
        const made = record(body);
        expect(JSON.parse(recordText(made))).toEqual(made);
        // In the same order, too: whoever goes through its fields.
        const { body: read } = JSON.parse(recordText(made)) as JournalRecord;
        expect(JSON.stringify(made.body)).toBe(JSON.stringify(read));
        expect(recordText(made)).toBe(canonicalText(made));
      }),
    );
  });

  it('has the SHA-256 of its text without the hash', () => {
    const made = record({ at: price('1.50') });
    const { hash, ...rest } = made;
    expect(hash).toBe(sha256(canonicalText(rest)));
  });

  it('is whole in a copy of it, and another one when it is changed there', () => {
    const made = record({ n: 1 });
    const { hash, ...rest } = made;
    expect(rest.body).toEqual({ n: 1 });
    expect(recordText({ ...made, body: { n: 2 } })).toContain('"body":{"n":2}');
    expect(Object.freeze(made).body).toBe(made.body);
  });

  it('keeps what was said when whoever said it goes on writing', () => {
    const said = { orders: ['first'], stop: { price: '9' } };
    const made = record(said);
    said.orders.push('second');
    said.stop.price = '8';
    expect(made.body).toEqual({ orders: ['first'], stop: { price: '9' } });
  });

  it('keeps a field that has the name of the prototype, and leaves out what is absent', () => {
    const body = JSON.parse('{"__proto__":{"isAdmin":true},"kept":-0}');
    const made = record({ ...body, gone: undefined });
    expect(recordText(made)).toContain('"body":{"__proto__":{"isAdmin":true},"kept":0}');
    expect(Object.entries(made.body ?? {})).toEqual([
      ['__proto__', { isAdmin: true }],
      ['kept', 0],
    ]);
  });
});

function hasJsonForm(value: unknown): boolean {
  try {
    canonicalText(value);
    return true;
  } catch {
    return false;
  }
}
