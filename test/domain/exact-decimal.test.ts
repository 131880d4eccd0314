import Big from 'big.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Decimal } from '../../src/domain/exact-decimal.ts';

/** What everything is held against: another's arithmetic, in the same terms. */
const Other = Big();
Other.strict = true;
Other.DP = 18;
Other.RM = 2;
Other.NE = -1_000;
Other.PE = 1_000;

const EDGE = 2n ** 53n;

/** Whole numbers of every length, many of them where a double stops being exact. */
const units = fc.oneof(
  fc.bigInt({ min: -1_000n, max: 1_000n }),
  fc.bigInt({ min: -(10n ** 10n), max: 10n ** 10n }),
  fc.bigInt({ min: EDGE - 20n, max: EDGE + 20n }),
  fc.bigInt({ min: -EDGE - 20n, max: -EDGE + 20n }),
  fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n }),
  fc
    .tuple(fc.bigInt({ min: -999n, max: 999n }), fc.integer({ min: 0, max: 24 }))
    .map(([first, zeros]) => first * 10n ** BigInt(zeros)),
  fc.constantFrom(5n, -5n, 15n, 25n, 50n, 250n, 49_999n, 50_001n),
);

/** Plain text, with zeros at the end as they come. */
const digits = fc
  .tuple(units, fc.oneof(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: 30 })))
  .map(([whole, places]) => {
    const sign = whole < 0n ? '-' : '';
    const text = String(whole < 0n ? -whole : whole).padStart(places + 1, '0');
    return places === 0 ? sign + text : `${sign}${text.slice(0, -places)}.${text.slice(-places)}`;
  });

const RUNS = { numRuns: 3_000 };
const holds = (check: (a: string, b: string) => void): void =>
  fc.assert(fc.property(digits, digits, check), RUNS);

/** Its value as the other one writes it; a zero has no sign there either. */
const same = (ours: Decimal, other: Big.Big): void => {
  expect(ours.toFixed()).toBe(other.toFixed());
  // Whatever way it came about, an equal value has equal fields.
  expect(ours).toStrictEqual(Decimal.of(other.toFixed()));
};

describe('a decimal agrees with big.js', () => {
  it('in what it reads and writes', () => {
    holds((a) => same(Decimal.of(a), new Other(a)));
  });

  it('in sums and differences', () => {
    holds((a, b) => {
      same(Decimal.of(a).plus(b), new Other(a).plus(b));
      same(Decimal.of(a).minus(b), new Other(a).minus(b));
      same(Decimal.of(a).minus(a), new Other('0'));
    });
  });

  it('in products', () => {
    holds((a, b) => same(Decimal.of(a).times(b), new Other(a).times(b)));
  });

  it('in quotients of eighteen digits, half to even', () => {
    holds((a, b) => {
      fc.pre(!Decimal.of(b).eq('0'));
      same(Decimal.of(a).div(b), new Other(a).div(b));
    });
  });

  it('in every comparison', () => {
    holds((a, b) => {
      for (const [left, right] of [
        [a, b],
        [a, a],
        [a, `${a}${a.includes('.') ? '0' : '.0'}`],
      ] as const) {
        const [ours, other] = [Decimal.of(left), new Other(left)];
        expect(ours.cmp(right)).toBe(other.cmp(right));
        expect(ours.eq(right)).toBe(other.eq(right));
        expect(ours.gt(right)).toBe(other.gt(right));
        expect(ours.gte(right)).toBe(other.gte(right));
        expect(ours.lt(right)).toBe(other.lt(right));
        expect(ours.lte(right)).toBe(other.lte(right));
      }
    });
  });

  it('in its sign', () => {
    holds((a) => {
      same(Decimal.of(a).neg(), new Other(a).neg());
      same(Decimal.of(a).abs(), new Other(a).abs());
    });
  });

  it('in every rounding, and in the text of it', () => {
    const rounding = fc.constantFrom(0, 1, 2, 3);
    const places = fc.oneof(fc.integer({ min: 0, max: 4 }), fc.integer({ min: 0, max: 32 }));
    fc.assert(
      fc.property(digits, places, rounding, (a, kept, way) => {
        same(Decimal.of(a).round(kept, way), new Other(a).round(kept, way));
        expect(Decimal.of(a).toFixed(kept, way)).toBe(new Other(a).toFixed(kept, way));
        expect(Decimal.of(a).toFixed(kept)).toBe(new Other(a).toFixed(kept));
      }),
      { numRuns: 10_000 },
    );
  });

  it('in exponents, which a JavaScript number that was printed may have', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        const digitsOfIt = Object.is(value, -0) ? '0' : String(value);
        same(Decimal.of(digitsOfIt), new Other(digitsOfIt));
      }),
      RUNS,
    );
  });

  it('in what it does not read', () => {
    const letters = fc.string({ unit: fc.constantFrom(...'0123456789.-+eE _x'), maxLength: 8 });
    fc.assert(
      fc.property(letters, (raw) => {
        fc.pre(!/[eE][+-]?\d{3}/.test(raw));
        const isRead = (read: () => unknown): boolean => {
          try {
            read();
            return true;
          } catch {
            return false;
          }
        };
        expect(isRead(() => Decimal.of(raw))).toBe(isRead(() => new Other(raw)));
      }),
      RUNS,
    );
  });
});

describe('a decimal', () => {
  it('is itself when it is read again', () => {
    const ten = Decimal.of('10');
    expect(Decimal.of(ten)).toBe(ten);
  });

  it('refuses JavaScript numbers, alone and in every calculation', () => {
    const number = 0.1 as unknown as string;
    expect(() => Decimal.of(number)).toThrow('0.1 is not text of a decimal');
    for (const name of ['plus', 'minus', 'times', 'div', 'cmp', 'eq', 'lt'] as const) {
      expect(() => Decimal.of('1')[name](number)).toThrow(TypeError);
    }
  });

  it('refuses to be compared with < and >, and says what to do instead', () => {
    const ten = Decimal.of('10') as unknown as number;
    expect(() => ten < 11).toThrow('lt and gt');
  });

  it('prints itself in text and in JSON', () => {
    expect(`${Decimal.of('1e-7')}`).toBe('0.0000001');
    expect(JSON.stringify({ at: Decimal.of('1.50') })).toBe('{"at":"1.5"}');
  });

  it('divides nothing by zero', () => {
    expect(() => Decimal.of('1').div('0.00')).toThrow(RangeError);
  });

  it('refuses an exponent that nobody can mean', () => {
    expect(() => Decimal.of('1e401')).toThrow('"1e401" is not a decimal number');
    expect(() => Decimal.of('1e-999999999')).toThrow(TypeError);
  });
});
