import { describe, expect, it } from 'vitest';
import type { ControlFacts } from '../../../src/domain/control-facts.ts';
import { decimal, notional } from '../../../src/domain/decimal.ts';
import { NOW } from '../../support/given.ts';
import { answer, codeOf } from '../answer.ts';
import { entering, type GivenReview, leaving } from '../support.ts';

describe('margin', () => {
  const state = (maintenance: string, restrictions: readonly string[] = []): GivenReview => ({
    ...entering(),
    account: {
      margin: { multiplier: decimal('2'), maintenance: notional(maintenance), restrictions },
    },
  });

  it.each([
    { maintenance: '60000', code: null },
    { maintenance: '60000.01', code: 'account_restricted' },
  ])('of $maintenance of 100000 equity: $code', ({ maintenance, code }) => {
    expect(codeOf('margin', state(maintenance))).toBe(code);
  });

  it('counts what the broker holds against the account', () => {
    expect(answer('margin', state('0', ['its transfers are blocked']))).toMatchObject({
      code: 'account_restricted',
      because: 'the broker restricts the account: its transfers are blocked',
      measured: '1 restrictions, maintenance margin 0.00 USD',
      limit: 'no restriction, maintenance margin up to 60 % of equity',
    });
    expect(answer('margin', state('70000')).because).toBe(
      'the positions ask for 70000.00 USD of 100000.00 USD equity',
    );
  });

  it('is not guessed, and does not hold exits back', () => {
    expect(codeOf('margin', entering())).toBe('data_missing');
    expect(codeOf('margin', leaving({}))).toBeNull();
  });
});

describe("the broker's own limits", () => {
  const declared = {
    brokerBackstops: {
      noShorting: true,
      maxMarginMultiplier: '1',
      suspendTrade: false,
      fractionalTrading: true,
    },
  };
  const found = (changes: Partial<NonNullable<ControlFacts['configuration']>> = {}) => ({
    configuration: {
      at: NOW,
      noShorting: true,
      maxMarginMultiplier: decimal('1'),
      suspendTrade: false,
      fractionalTrading: true,
      ...changes,
    },
  });

  it('let entries pass while they are as declared', () => {
    expect(codeOf('broker-backstops', entering(found()), declared)).toBeNull();
    const same = found({ maxMarginMultiplier: decimal('1.0') });
    expect(codeOf('broker-backstops', entering(same), declared)).toBeNull();
  });

  it.each([
    { changes: { noShorting: false }, words: 'no_shorting is false, and true was declared' },
    {
      changes: { maxMarginMultiplier: decimal('4') },
      words: 'max_margin_multiplier is 4, and 1 was declared',
    },
    { changes: { suspendTrade: true }, words: 'suspend_trade is true, and false was declared' },
    {
      changes: { fractionalTrading: false },
      words: 'fractional_trading is false, and true was declared',
    },
  ])('stop entries when $words', ({ changes, words }) => {
    expect(answer('broker-backstops', entering(found(changes)), declared)).toMatchObject({
      code: 'backstop_differs',
      measured: '1 differences',
      because: `at the broker ${words}`,
    });
    expect(codeOf('broker-backstops', leaving(found(changes)), declared)).toBeNull();
  });

  it('may be anything where nothing is declared, but a suspended account', () => {
    const other = found({
      noShorting: false,
      maxMarginMultiplier: decimal('4'),
      fractionalTrading: false,
    });
    expect(codeOf('broker-backstops', entering(other))).toBeNull();
    expect(codeOf('broker-backstops', entering(found({ suspendTrade: true })))).toBe(
      'backstop_differs',
    );
  });

  it('are named all, where several differ', () => {
    const both = found({ noShorting: false, suspendTrade: true });
    expect(answer('broker-backstops', entering(both), declared).because).toBe(
      'at the broker no_shorting is false, and true was declared; ' +
        'suspend_trade is true, and false was declared',
    );
  });

  it.each([
    { ageMs: 90_000_000, code: null },
    { ageMs: 90_000_001, code: 'data_missing' },
    { ageMs: -90_000_001, code: 'data_missing' },
  ])('read $ageMs ms ago: $code', ({ ageMs, code }) => {
    expect(codeOf('broker-backstops', entering(found({ at: NOW - ageMs })), declared)).toBe(code);
  });

  it('are not guessed', () => {
    expect(codeOf('broker-backstops', entering({ configuration: null }))).toBe('data_missing');
  });
});

describe('two records of executions', () => {
  it.each([
    { ageMs: 60_000, code: null },
    { ageMs: 60_001, code: 'record_differs' },
    { ageMs: -60_001, code: 'record_differs' },
  ])('that agreed $ageMs ms ago: $code', ({ ageMs, code }) => {
    expect(codeOf('drop-copy', entering({ recordAgreedAt: NOW - ageMs }))).toBe(code);
    expect(codeOf('drop-copy', leaving({ recordAgreedAt: NOW - ageMs }))).toBeNull();
  });

  it('that were never compared', () => {
    expect(codeOf('drop-copy', entering({ recordAgreedAt: null }))).toBe('data_missing');
    expect(codeOf('drop-copy', leaving({ recordAgreedAt: null }))).toBeNull();
  });

  it('say how long ago', () => {
    expect(answer('drop-copy', entering({ recordAgreedAt: NOW - 61_000 }))).toMatchObject({
      measured: '61000 ms',
      limit: '60000 ms',
    });
  });
});
