import { describe, expect, it } from 'vitest';
import { canonicalText, digestOf, toJson } from '../../src/domain/canonical.ts';
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

  it('refuses what has no JSON form', () => {
    expect(() => canonicalText({ run: () => 1 })).toThrow('a function cannot be written as JSON');
  });
});
