import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  basisPointsOf,
  Decimal,
  decimal,
  isWhole,
  onTick,
  parseDecimal,
  price,
  quantity,
  shareFraction,
  sharesLeft,
  text,
  tickDown,
  tickUp,
  wholeShares,
  worth,
} from '../../src/domain/decimal.ts';

/** Plain decimal text with up to nine places, the way Alpaca writes amounts. */
const digits = fc
  .tuple(fc.bigInt({ min: 0n, max: 10n ** 18n }), fc.integer({ min: 0, max: 9 }))
  .map(([whole, places]) => {
    const padded = whole.toString().padStart(places + 1, '0');
    return places === 0 ? padded : `${padded.slice(0, -places)}.${padded.slice(-places)}`;
  });

describe('decimals', () => {
  it('refuse a JavaScript number', () => {
    expect(() => Decimal.of(0.1 as unknown as string)).toThrow();
    expect(() => decimal('1').plus(0.2 as unknown as string)).toThrow();
  });

  it('refuse to be compared with < and >', () => {
    const ten = price('10') as unknown as number;
    expect(() => ten < (price('9') as unknown as number)).toThrow();
  });

  it('print plain digits, never an exponent', () => {
    expect(text(quantity('0.000000001'))).toBe('0.000000001');
    fc.assert(
      fc.property(digits, (raw) => {
        expect(text(decimal(raw))).toMatch(/^\d+(\.\d+)?$/);
      }),
    );
  });

  it('multiply exactly where a double cannot', () => {
    expect(text(worth(price('98765.4321'), quantity('123456789012.123456789')))).toBe(
      decimal('98765.4321').times('123456789012.123456789').toFixed(),
    );
    expect(text(worth(price('0.1'), quantity('3')))).toBe('0.3');
  });

  it('round a price down and up to the tick, in cents from one dollar on', () => {
    expect(text(tickDown(price('100.019')))).toBe('100.01');
    expect(text(tickUp(price('100.011')))).toBe('100.02');
    expect(text(tickDown(price('0.12345')))).toBe('0.1234');
    expect(text(tickUp(price('0.12341')))).toBe('0.1235');
    expect(onTick(price('100.10'))).toBe(true);
    expect(onTick(price('100.101'))).toBe(false);
    expect(onTick(price('0.1234'))).toBe(true);
  });

  it('keep the rounded price on the named side of the raw one', () => {
    fc.assert(
      fc.property(digits, (raw) => {
        const at = decimal(raw);
        expect(tickDown(at).lte(at)).toBe(true);
        expect(tickUp(at).gte(at)).toBe(true);
      }),
    );
  });

  it('never round a share count up', () => {
    expect(text(wholeShares(quantity('10.999999999')))).toBe('10');
    expect(text(shareFraction(quantity('1'), decimal('0.3333333333')))).toBe('0.333333333');
    expect(isWhole(quantity('10.0'))).toBe(true);
    expect(isWhole(quantity('10.1'))).toBe(false);
  });

  it('leave no negative share count', () => {
    expect(text(sharesLeft(quantity('3'), quantity('5')))).toBe('0');
    expect(text(sharesLeft(quantity('5'), quantity('3')))).toBe('2');
  });

  it('take basis points without rounding', () => {
    expect(text(basisPointsOf(decimal('123.45'), 25))).toBe('0.308625');
  });

  it.each(['1e5', 'NaN', '', '0x10', '1,5', 'Infinity', '--1', '+1', '٣'])(
    'do not read %j',
    (raw) => {
      expect(parseDecimal(raw)).toBeNull();
    },
  );

  it.each(['1', '-0.5', '.5', '7.'])('read %j', (raw) => {
    expect(parseDecimal(raw)).not.toBeNull();
  });
});
