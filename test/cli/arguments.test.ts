import { describe, expect, it } from 'vitest';
import { eventTypes, list, since, symbol, wholeNumber } from '../../src/cli/shared/arguments.ts';
import { table } from '../../src/cli/shared/table.ts';

const now = Date.parse('2026-11-22T12:00:00Z');

describe('an argument', () => {
  it.each(['-1', '65536', '1.5', 'abc', '', '1e3', '0x10'])(
    'that is no port, %j, is refused with the range',
    (typed) => {
      expect(() => wholeNumber(0, 65_535)(typed)).toThrow('a whole number from 0 to 65535');
    },
  );

  it('that is a number at an end of the range is taken', () => {
    expect(wholeNumber(0, 65_535)('0')).toBe(0);
    expect(wholeNumber(0, 65_535)('65535')).toBe(65_535);
  });

  it.each([
    ['90m', '2026-11-22T10:30:00Z'],
    ['2h', '2026-11-22T10:00:00Z'],
    ['7d', '2026-11-15T12:00:00Z'],
    ['45s', '2026-11-22T11:59:15Z'],
    ['2026-11-20', '2026-11-20T00:00:00Z'],
    ['2026-11-20T14:30:00-05:00', '2026-11-20T19:30:00Z'],
  ])('for a time may be %s', (typed, means) => {
    expect(since(() => now)(typed)).toBe(Date.parse(means));
  });

  it.each(['yesterday', '2026-13-40', '5', '-2h', '2w'])('for a time may not be %s', (typed) => {
    expect(() => since(() => now)(typed)).toThrow('an age such as 90m, 2h, 7d');
  });

  it('for a symbol is taken in either case and refused when it is none', () => {
    expect(symbol(' brk.b ')).toBe('BRK.B');
    expect(() => symbol('../etc')).toThrow('a symbol such as AAPL');
  });

  it('that lists event types names all there are when one is unknown', () => {
    expect(eventTypes('plan_finished, fill_received')).toEqual(['plan_finished', 'fill_received']);
    expect(() => eventTypes('plan_finished,fils')).toThrow('fill_received');
  });

  it('that is a list may have no empty entries', () => {
    expect(list('a.csv, b.csv')).toEqual(['a.csv', 'b.csv']);
    expect(() => list('a.csv,,b.csv')).toThrow('single commas');
  });
});

it('a table makes every column as wide as its widest cell', () => {
  const columns = [
    { title: 'NAME', align: 'left' },
    { title: 'SHARES', align: 'right' },
  ] as const;
  expect(
    table(columns, [
      ['AAPL', '100'],
      ['V', '12345678'],
    ]),
  ).toEqual(['NAME    SHARES', 'AAPL       100', 'V     12345678']);
});
