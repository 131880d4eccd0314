import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import { describe, expect, it } from 'vitest';
import { toJson } from '../../src/domain/canonical.ts';
import { Decimal, decimal } from '../../src/domain/decimal.ts';
import type { ActionPlan } from '../../src/domain/plan.ts';
import { hashOf, isSameHash, planText, sealPlan } from '../../src/engine/planning/plan-hash.ts';
import { actionPlan } from '../tools/given-plan.ts';

const { hash: _, ...fields } = actionPlan('AAPL');
const sealed = sealPlan(fields);

describe('the hash of a plan', () => {
  it('is SHA-256 over the RFC 8785 text of every other field, as anybody can calculate it', () => {
    const text = canonicalize(toJson(fields)) ?? '';
    expect(planText(sealed)).toBe(text);
    expect(sealed.hash).toBe(createHash('sha256').update(text).digest('hex'));
    expect(hashOf(sealed)).toBe(sealed.hash);
  });

  it('does not cover itself', () => {
    expect(hashOf({ ...sealed, hash: 'another' })).toBe(sealed.hash);
  });

  const others: { readonly [Field in keyof typeof fields]: unknown } = {
    id: 'plan-other',
    origin: 'loop',
    intent: { kind: 'protect', symbol: null },
    accountNumber: 'PA-OTHER',
    environment: 'live',
    createdAt: fields.createdAt + 1,
    expiresAt: fields.expiresAt + 1,
    terms: { ...fields.terms, settingsHash: 'other' },
    approval: { tier: 'T2', because: ['other'] },
    parts: [],
  };

  it.each(Object.entries(others))('is another when the %s is another', (name, value) => {
    expect(hashOf({ ...sealed, [name]: value } as ActionPlan)).not.toBe(sealed.hash);
  });

  it('tells every field there is', () => {
    expect(Object.keys(others).sort()).toEqual(Object.keys(fields).sort());
  });
});

describe('a sealed plan', () => {
  /** Every object in a value but decimals, which nobody can change in place. */
  const objectsIn = (value: unknown): readonly object[] =>
    typeof value !== 'object' || value === null || value instanceof Decimal
      ? []
      : [value, ...Object.values(value).flatMap(objectsIn)];

  it('is frozen to the last step', () => {
    const inside = objectsIn(sealed);
    expect(inside.length).toBeGreaterThan(20);
    expect(inside.filter((each) => !Object.isFrozen(each))).toEqual([]);
    expect(() => Object.assign(sealed, { hash: 'another' })).toThrow(TypeError);
  });

  it('goes on calculating with its amounts', () => {
    const amount = decimal('10');
    const plan = sealPlan({ ...fields, terms: { ...fields.terms, amount } as never });
    expect(Object.isFrozen((plan.terms as unknown as { amount: Decimal }).amount)).toBe(false);
    expect(amount.plus('1').toFixed()).toBe('11');
  });

  it('is frozen inside of what was frozen on its outside only', () => {
    const terms = Object.freeze({ ...fields.terms, tolerance: { priceBps: 50 } });
    expect(Object.isFrozen(sealPlan({ ...fields, terms }).terms.tolerance)).toBe(true);
  });

  it('may hold parts of one that was sealed before', () => {
    expect(sealPlan({ ...fields, parts: sealed.parts }).hash).toBe(sealed.hash);
  });
});

describe('two hashes', () => {
  it('are the same only where every letter is', () => {
    expect(isSameHash(sealed.hash, sealed.hash)).toBe(true);
    expect(isSameHash(sealed.hash, `${sealed.hash.slice(0, -1)}x`)).toBe(false);
    expect(isSameHash(sealed.hash, `x${sealed.hash.slice(1)}`)).toBe(false);
    expect(isSameHash(sealed.hash, '')).toBe(false);
    expect(isSameHash(sealed.hash, sealed.hash.toUpperCase())).toBe(false);
    expect(isSameHash('', '')).toBe(true);
  });
});
