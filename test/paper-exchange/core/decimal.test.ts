import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decimal,
  divide,
  formatDecimal,
  fromNumber,
  multiply,
  parseDecimal,
  roundTo,
  toNumber,
  truncateTo,
} from '../../../src/paper-exchange/core/basics/decimal.ts';

describe('exact decimals', () => {
  it('what is written reads back as the same value', () => {
    const units = fc.bigInt({ min: -(10n ** 24n), max: 10n ** 24n });
    fc.assert(fc.property(units, (value) => parseDecimal(formatDecimal(value)) === value));
  });

  it('text reads the same with more zeros behind it', () => {
    const text = fc
      .tuple(fc.nat({ max: 10_000_000 }), fc.nat({ max: 9999 }), fc.nat({ max: 6 }))
      .map(
        ([whole, rest, zeros]) => `${whole}.${String(rest).padStart(4, '0')}${'0'.repeat(zeros)}`,
      );
    fc.assert(
      fc.property(text, (digits) => parseDecimal(digits) === parseDecimal(`${digits}0000`)),
    );
  });

  it.each(['', '.', '1.', '.5', '1e-7', 'NaN', '1,5', ' 1', '0x1', '1.00000000000001'])(
    'refuses %j',
    (text) => {
      expect(parseDecimal(text)).toBeNull();
      expect(() => decimal(text)).toThrow('is no decimal');
    },
  );

  it('a price times a quantity keeps every digit', () => {
    const product = multiply(decimal('123.4567'), decimal('0.123456789'));
    expect(formatDecimal(product)).toBe('15.2415677625363');
  });

  it('rounds half away from zero, truncates towards it, and divides towards it', () => {
    expect(formatDecimal(roundTo(decimal('1.005'), 2))).toBe('1.01');
    expect(formatDecimal(roundTo(decimal('-1.005'), 2))).toBe('-1.01');
    expect(formatDecimal(truncateTo(decimal('-1.009'), 2))).toBe('-1');
    expect(formatDecimal(divide(decimal('2'), decimal('3')))).toBe('0.6666666666666');
  });

  it('takes market numbers to four decimals and gives them back as numbers', () => {
    expect(formatDecimal(fromNumber(27.33254))).toBe('27.3325');
    expect(toNumber(decimal('27.3325'))).toBe(27.3325);
  });
});
