import canonicalize from 'canonicalize';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalText, digestOf, toJson, withTextKept } from '../../src/domain/canonical.ts';
import { price } from '../../src/domain/decimal.ts';

describe('canonical text', () => {
  it('is the same whatever order the fields were written in', () => {
    expect(canonicalText({ b: 1, a: { d: null, c: 'x' } })).toBe('{"a":{"c":"x","d":null},"b":1}');
    expect(digestOf({ a: 1, b: 2 })).toBe(digestOf({ b: 2, a: 1 }));
  });

  it('writes decimals as strings and maps as objects', () => {
    const value = {
      at: price('187.50'),
      held: new Map([
        ['MSFT', 1],
        ['AAPL', 2],
      ]),
    };
    expect(canonicalText(value)).toBe('{"at":"187.5","held":{"AAPL":2,"MSFT":1}}');
  });

  it('leaves out what is absent and keeps what is null', () => {
    expect(toJson({ gone: undefined, none: null })).toEqual({ none: null });
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY])('refuses %s', (value) => {
    expect(() => canonicalText({ value })).toThrow();
  });

  it('is the same inside of others and alone once it is kept, and another object has its own', () => {
    const value = { b: price('1.50'), a: [{ z: 1, y: undefined }] };
    const plain = canonicalText({ list: [value], value });
    expect(withTextKept(value)).toBe(value);
    expect(canonicalText({ list: [value], value })).toBe(plain);
    expect(canonicalText(withTextKept(value))).toBe('{"a":[{"z":1}],"b":"1.5"}');
    expect(canonicalText({ ...value, b: price('2') })).toBe('{"a":[{"z":1}],"b":"2"}');
  });

  it('refuses what has no JSON form', () => {
    expect(() => canonicalText({ run: () => 1 })).toThrow('a function cannot be written as JSON');
  });
});

/** IEEE 754 doubles by their bits, with the text that RFC 8785 asks for (appendix B). */
const NUMBERS = [
  ['0000000000000000', '0'],
  ['8000000000000000', '0'],
  ['0000000000000001', '5e-324'],
  ['8000000000000001', '-5e-324'],
  ['7fefffffffffffff', '1.7976931348623157e+308'],
  ['ffefffffffffffff', '-1.7976931348623157e+308'],
  ['4340000000000000', '9007199254740992'],
  ['c340000000000000', '-9007199254740992'],
  ['4430000000000000', '295147905179352830000'],
  ['44b52d02c7e14af5', '9.999999999999997e+22'],
  ['44b52d02c7e14af6', '1e+23'],
  ['44b52d02c7e14af7', '1.0000000000000001e+23'],
  ['444b1ae4d6e2ef4e', '999999999999999700000'],
  ['444b1ae4d6e2ef4f', '999999999999999900000'],
  ['444b1ae4d6e2ef50', '1e+21'],
  ['3eb0c6f7a0b5ed8c', '9.999999999999997e-7'],
  ['3eb0c6f7a0b5ed8d', '0.000001'],
  ['41b3de4355555553', '333333333.3333332'],
  ['41b3de4355555554', '333333333.33333325'],
  ['41b3de4355555555', '333333333.3333333'],
  ['41b3de4355555556', '333333333.3333334'],
  ['41b3de4355555557', '333333333.33333343'],
  ['becbf647612f3696', '-0.0000033333333333333333'],
  ['43143ff3c1cb0959', '1424953923781206.2'],
] as const;

const doubleOf = (bits: string): number => Buffer.from(bits, 'hex').readDoubleBE();

describe('RFC 8785', () => {
  it.each(NUMBERS)('writes the double %s as %s', (bits, text) => {
    expect(canonicalText(doubleOf(bits))).toBe(text);
  });

  it.each(['7fffffffffffffff', '7ff0000000000000', 'fff0000000000000'])(
    'refuses the double %s',
    (bits) => {
      expect(() => canonicalText(doubleOf(bits))).toThrow('cannot be written as JSON');
    },
  );

  it('writes numbers, strings and literals as in section 3.2.2', () => {
    const value = {
      // The zeros and digits are the RFC's own.
      numbers: [Number('333333333.33333329'), 1e30, 4.5, 2e-3, 1e-27],
      string: '\u20ac$\u000f\u000aA\'\u0042\u0022\u005c\\"/',
      literals: [null, true, false],
    };
    expect(canonicalText(value)).toBe(
      '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],' +
        '"string":"\u20ac$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    );
  });

  it('sorts keys by their UTF-16 code units, as in section 3.2.3', () => {
    const value = {
      '\u20ac': 'Euro Sign',
      '\r': 'Carriage Return',
      '\ufb33': 'Hebrew Letter Dalet With Dagesh',
      '1': 'One',
      '\ud83d\ude00': 'Emoji: Grinning Face',
      '\u0080': 'Control',
      '\u00f6': 'Latin Small Letter O With Diaeresis',
    };
    expect([...canonicalText(value).matchAll(/:"([^"]+)"/g)].map(([, name]) => name)).toEqual([
      'Carriage Return',
      'One',
      'Control',
      'Latin Small Letter O With Diaeresis',
      'Euro Sign',
      'Emoji: Grinning Face',
      'Hebrew Letter Dalet With Dagesh',
    ]);
  });

  it.each(['\ud800', 'a\udc00b', '\ude00\ud83d'])(
    'refuses half of a surrogate pair: %j',
    (half) => {
      expect(() => canonicalText(half)).toThrow('half of a surrogate pair');
      expect(() => canonicalText({ [half]: 1 })).toThrow('half of a surrogate pair');
    },
  );

  it('keeps a field whatever its name', () => {
    const odd: unknown = JSON.parse('{"__proto__":1,"a":2}');
    expect(canonicalText(odd)).toBe('{"__proto__":1,"a":2}');
    expect(canonicalText(toJson(odd))).toBe('{"__proto__":1,"a":2}');
  });

  it('writes every JSON value as another implementation does', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'binary' }), (value) => {
        expect(canonicalText(value)).toBe(canonicalize(value));
        expect(canonicalText(value)).toBe(canonicalText(toJson(value)));
      }),
    );
  });

  it('sorts the keys of an object like the other, however many there are', () => {
    const keys = fc.uniqueArray(fc.string({ unit: 'binary' }), { maxLength: 40, size: 'max' });
    fc.assert(
      fc.property(keys, (names) => {
        const value = Object.fromEntries(names.map((name, index) => [name, index]));
        expect(canonicalText(value)).toBe(canonicalize(value));
      }),
    );
  });
});
