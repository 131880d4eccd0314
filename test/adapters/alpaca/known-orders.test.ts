import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OrderFamilies } from '../../../src/adapters/alpaca/families.ts';
import { KnownOrders } from '../../../src/adapters/alpaca/known-orders.ts';
import { ORDER_FIELDS } from '../../../src/adapters/alpaca/wire.ts';
import { iso, NOW, wireOrder } from './support.ts';

const leg = wireOrder({ id: 'leg', status: 'held', type: 'stop', stop_price: '90' });
const bracket = wireOrder({ id: 'bracket', order_class: 'bracket', legs: [leg] });

function reader() {
  const known = new KnownOrders(new OrderFamilies());
  const read = (...rows: readonly object[]) => {
    known.begin();
    return known.rowsIn(JSON.stringify(rows)).map((wire) => known.membersOf(wire));
  };
  return { known, read };
}

/** Another value that may stand in the field. */
const OTHER: Readonly<Record<string, unknown>> = {
  ...{ id: 'another', client_order_id: 'another', symbol: 'MSFT', side: 'buy', type: 'limit' },
  ...{ order_class: 'oco', time_in_force: 'day', position_intent: 'buy_to_open', qty: '77' },
  ...{ filled_qty: '3', filled_avg_price: '101', limit_price: '102', stop_price: '99' },
  ...{ status: 'pending_cancel', extended_hours: true, created_at: iso(NOW - 9_000) },
  ...{ updated_at: iso(NOW - 8_000), submitted_at: iso(NOW - 7_000), expires_at: iso(NOW + 9) },
  ...{ replaces: 'older', replaced_by: 'newer', asset_class: 'crypto' },
};

describe('orders that were read before', () => {
  it('are the same objects while their rows stay as they were', () => {
    const { read } = reader();
    const [[before, beforeLeg] = []] = read(bracket);
    const [[after, afterLeg] = []] = read(bracket);
    expect(before).toBeDefined();
    expect(after).toBe(before);
    expect(afterLeg).toBe(beforeLeg);
  });

  it.each(ORDER_FIELDS)('are read anew when %s of an order or of its leg has changed', (field) => {
    for (const changed of [
      { ...bracket, [field]: OTHER[field] },
      { ...bracket, legs: [{ ...leg, [field]: OTHER[field] }] },
    ]) {
      const { read } = reader();
      const before = read(bracket);
      const after = read(changed);
      expect(after).toEqual(reader().read(changed));
      expect(after[0]).not.toBe(before[0]);
    }
  });

  it('are read anew when a leg has come or gone', () => {
    const { read } = reader();
    read(bracket);
    expect(read({ ...bracket, legs: null })[0]).toHaveLength(1);
    expect(read(bracket)[0]).toHaveLength(2);
    expect(read({ ...bracket, legs: [leg, { ...leg, id: 'second' }] })[0]).toHaveLength(3);
  });

  it('get the parent that is known of them later', () => {
    const { read } = reader();
    expect(read(leg)[0]?.[0]?.parentId).toBeNull();
    read(leg, bracket);
    expect(read(leg)[0]?.[0]?.parentId).toBe('bracket');
  });

  it('do not hide which row of a list is malformed', () => {
    const { known, read } = reader();
    read(bracket);
    const body = JSON.stringify([bracket, { ...leg, qty: 5 }]);
    expect(() => known.rowsIn(body)).toThrow('1.qty is of type number, not string');
  });

  it('are the same objects when only what is never looked at has changed', () => {
    const { read } = reader();
    const before = read(bracket);
    expect(read({ ...bracket, hwm: '120.5' })[0]).toBe(before[0]);
  });

  it('are read alike however the answer is written, and whatever stands in its texts', () => {
    const part = fc.constantFrom(
      '"',
      '\\',
      '{',
      '}',
      '[',
      ']',
      ',',
      '{"id":"',
      'leg',
      'ü',
      '\u2028',
    );
    const name = fc.array(part, { maxLength: 6 }).map((parts) => parts.join(''));
    const order = fc.record({
      id: fc.oneof(fc.constantFrom('one', 'two', 'three'), name),
      client_order_id: name,
      status: fc.constantFrom('new', 'held', 'filled'),
      legs: fc.constantFrom(null, [], [leg], [leg, { ...leg, id: 'second' }]),
    });
    const body = fc
      .tuple(fc.array(order, { maxLength: 4 }), fc.constantFrom('', ' ', '\n'))
      .map(([rows, space]) => `${JSON.stringify(rows.map(wireOrder), null, space)}${space}\n`);
    fc.assert(
      fc.property(fc.array(body, { maxLength: 6 }), (bodies) => {
        const { known } = reader();
        for (const each of bodies) {
          known.begin();
          expect(known.rowsIn(each)).toEqual(reader().known.rowsIn(` ${each}`));
        }
      }),
    );
  });

  it.each([
    ['ends too early', (body: string) => body.slice(0, -1)],
    ['ends within a row', (body: string) => body.slice(0, -40)],
    ['goes on behind its end', (body: string) => `${body}]`],
    ['has behind its end what is no space in JSON', (body: string) => `${body}\u00a0`],
    ['has a comma too many', (body: string) => body.replace(/]$/, ',]')],
    [
      'has no comma between two rows',
      (body: string) => body.replace('},{"id":"leg"', '}{"id":"leg"'),
    ],
    ['has a field without a value', (body: string) => body.replace('"qty":"10"', '"qty":')],
  ])('do not make an answer whole that %s', (_what, broken) => {
    const { known, read } = reader();
    read(bracket, leg);
    const body = broken(JSON.stringify([bracket, leg]));
    known.begin();
    expect(() => known.rowsIn(body)).toThrow(
      `a body that is no JSON (${body.length} characters) came where JSON was expected`,
    );
  });
});
