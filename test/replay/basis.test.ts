import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalText, type Json, toJson } from '../../src/domain/canonical.ts';
import { price, quantity } from '../../src/domain/decimal.ts';
import { basisFrom, patched } from '../../src/engine/replay/replay-basis.ts';
import { type BasisParts, partsOf, patchBetween } from '../../src/engine/replay/replay-patch.ts';
import type { ReviewBasis } from '../../src/engine/review/review-basis.ts';
import { watchedAccount } from '../support/guarded-account.ts';

const guarded = await watchedAccount();
const snapshot = guarded.state.snapshot();
if (snapshot === null) throw new Error('the account was not read');
const [position] = snapshot.positions;
if (position === undefined) throw new Error('nothing is held');

const names = fc.uniqueArray(fc.constantFrom('AAPL', 'MSFT', 'KO', 'BTC/USD', 'SPY'), {
  maxLength: 5,
});
const amount = fc.integer({ min: 1, max: 9_999 }).map((cents) => `${cents / 100}`);
const time = fc.integer({ min: 0, max: 3 });

/** What a review may see: lists that grow, shrink, move and change, and fields that come and go. */
const seen: fc.Arbitrary<ReviewBasis> = fc
  .record({
    positions: fc.array(fc.tuple(fc.constantFrom('AAPL', 'MSFT', 'KO'), amount, amount), {
      maxLength: 4,
    }),
    flagged: fc.boolean(),
    marketsOf: names,
    bid: amount,
    messages: fc.option(fc.array(fc.tuple(time, fc.constantFrom('AAPL', 'KO')), { maxLength: 6 })),
    sent: fc.array(fc.tuple(time, fc.option(fc.constantFrom('bb1-a', 'bb1-b'))), { maxLength: 5 }),
    isDead: fc.boolean(),
    doubted: fc.boolean(),
    peak: fc.option(amount),
    now: time,
  })
  .map((drawn) => basisOf(drawn));

type Drawn = {
  readonly positions: readonly (readonly [string, string, string])[];
  readonly flagged: boolean;
  readonly marketsOf: readonly string[];
  readonly bid: string;
  readonly messages: readonly (readonly [number, string])[] | null;
  readonly sent: readonly (readonly [number, string | null])[];
  readonly isDead: boolean;
  readonly doubted: boolean;
  readonly peak: string | null;
  readonly now: number;
};

function basisOf(drawn: Drawn): ReviewBasis {
  const episode = snapshot?.episodes.get('AAPL' as never);
  const basis: Record<keyof ReviewBasis, unknown> = {
    ...{ now: drawn.now, environment: 'simulated', unknown: drawn.flagged ? ['KO'] : [] },
    doubts: new Map(
      drawn.doubted ? [['AAPL', [{ kind: 'submit', quantity: quantity(drawn.bid) }]]] : [],
    ),
    snapshot: {
      ...snapshot,
      version: drawn.now,
      positions: drawn.positions.map(([symbol, held, at]) => ({
        ...{ ...position, symbol, quantity: quantity(held), currentPrice: price(at) },
      })),
      markets: new Map(
        drawn.marketsOf.map((symbol) => [
          symbol,
          { symbol, quote: drawn.flagged ? null : { bid: price(drawn.bid), at: drawn.now } },
        ]),
      ),
      episodes: new Map(
        drawn.marketsOf.map((symbol) => [
          symbol,
          { ...episode, symbol, ...(drawn.flagged ? { splitAfter: drawn.now } : {}) },
        ]),
      ),
    },
    facts: {
      ...guarded.controls.facts(),
      peakEquity: drawn.peak === null ? null : quantity(drawn.peak),
      messages: drawn.messages?.map(([at, symbol]) => ({ at, symbol })) ?? null,
    },
    sent: drawn.sent.map(([at, clientOrderId]) => ({
      ...{ at, clientOrderId, symbol: 'AAPL', fingerprint: `line ${at}`, planId: 'plan-1' },
      ...(drawn.isDead ? { isDead: true } : {}),
    })),
  };
  return basis as ReviewBasis;
}

const asWritten = (value: unknown): Json => JSON.parse(canonicalText(value)) as Json;

describe('what the guardrails looked at', () => {
  it('is the same again out of the changes that the journal keeps, whatever changed', () => {
    fc.assert(
      fc.property(fc.array(seen, { minLength: 1, maxLength: 6 }), (bases) => {
        let before: { readonly basis: ReviewBasis; readonly parts: BasisParts } | null = null;
        let kept: BasisParts | null = null;
        for (const basis of bases) {
          const parts = partsOf(basis, before);
          kept = patched(kept, asWritten(patchBetween(before?.parts ?? null, parts)));
          if (kept === null) throw new Error('the patch does not fit');
          expect(canonicalText(basisFrom(kept))).toBe(canonicalText(basis));
          before = { basis, parts };
        }
      }),
      { numRuns: 300 },
    );
  });

  it('has exact decimals where the guardrails take them', () => {
    const basis = basisOf({
      ...{ positions: [['AAPL', '10', '101.5']], flagged: false, marketsOf: ['AAPL'], bid: '101' },
      ...{ messages: null, sent: [], isDead: false, doubted: true, peak: '5', now: 1 },
    });
    const kept = patched(null, asWritten(patchBetween(null, partsOf(basis, null))));
    if (kept === null) throw new Error('the patch does not fit');
    const again = basisFrom(kept);
    expect(again).toEqual(basis);
    expect(toJson(again)).toEqual(toJson(basis));
  });

  it('is written once: what has not changed costs next to nothing', () => {
    const basis = basisOf({
      ...{ positions: [['AAPL', '10', '101.5']], flagged: false, marketsOf: ['AAPL'], bid: '101' },
      ...{ messages: [], sent: [[1, 'bb1-a']], isDead: false, doubted: false, peak: '5', now: 1 },
    });
    const parts = partsOf(basis, null);
    const whole = canonicalText(patchBetween(null, parts));
    const later = { ...basis, now: 2 };
    const next = canonicalText(patchBetween(parts, partsOf(later, { basis, parts })));
    expect(whole.length).toBeGreaterThan(1_000);
    expect(next).toBe('{"facts":{},"lists":{},"rest":{"now":2},"snapshot":{}}');
  });

  it('cannot be made where what it builds on is missing', () => {
    const patch = { snapshot: {}, facts: {}, rest: {}, lists: { orders: { keys: [[0, 2]] } } };
    expect(patched(null, patch as never)).toBeNull();
  });
});
