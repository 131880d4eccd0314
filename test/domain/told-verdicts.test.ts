import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalText, type Json, toJson } from '../../src/domain/canonical.ts';
import type { Verdict } from '../../src/domain/guardrail.ts';
import { toldVerdicts, verdictsAt } from '../../src/domain/told-verdicts.ts';

const verdict = (symbol: string, fields: Partial<Verdict> = {}): Verdict => ({
  ...{ guardrail: 'oversell', symbol, outcome: 'pass', code: null },
  ...{ measured: '1', limit: '2', because: 'it fits', wouldPass: null },
  ...fields,
});

const word = fc.constantFrom('a', 'b', 'c');
const anyVerdict: fc.Arbitrary<Verdict> = fc.record({
  guardrail: fc.constantFrom('oversell', 'no-short'),
  symbol: fc.constantFrom('AAPL', 'MSFT', 'TSLA'),
  outcome: fc.constantFrom('pass', 'deny'),
  code: fc.constantFrom(null, 'oversell', 'data_missing'),
  ...{ measured: word, limit: word, because: word },
  wouldPass: fc.option(word),
});

const sorted = (verdicts: readonly unknown[]): readonly string[] =>
  verdicts.map((each) => canonicalText(each)).sort();

describe('verdicts in a record', () => {
  it('are read as they were given, each for its symbol, whatever was said of which', () => {
    fc.assert(
      fc.property(fc.array(anyVerdict, { maxLength: 30 }), (verdicts) => {
        const written = toJson(toldVerdicts(verdicts));
        expect(sorted(verdictsAt(written))).toEqual(sorted(verdicts));
        const denied = verdicts.filter(({ outcome }) => outcome === 'deny');
        const symbols = new Set(verdicts.map(({ symbol }) => symbol));
        if (symbols.size > 1) expect(toldVerdicts(verdicts).verdicts).toEqual(denied);
      }),
    );
  });

  it('are a list where they are about one symbol', () => {
    const verdicts = [verdict('AAPL'), verdict('AAPL', { guardrail: 'no-short' })];
    expect(toldVerdicts(verdicts)).toEqual({ verdicts });
  });

  it('tell once what passed for all symbols, and name the symbols of everything else', () => {
    const symbols = ['AAPL', 'MSFT', 'TSLA'];
    const verdicts = symbols.flatMap((symbol) => [
      verdict(symbol, { guardrail: 'no-short' }),
      verdict(symbol, { measured: symbol === 'MSFT' ? '2' : '1' }),
    ]);
    const { verdicts: denied, passes } = toldVerdicts(verdicts);
    expect(denied).toEqual([]);
    expect(passes?.symbols).toEqual(symbols);
    const said = passes?.said.map(({ guardrail, measured, symbols: of }) => [
      ...[guardrail, measured, of],
    ]);
    expect(said).toEqual([
      ['no-short', '1', undefined],
      ['oversell', '1', ['AAPL', 'TSLA']],
      ['oversell', '2', ['MSFT']],
    ]);
  });

  it('of a journal that tells each by itself are read as they stand there', () => {
    const verdicts = [verdict('AAPL'), verdict('MSFT')].map((each) => toJson(each));
    expect(verdictsAt({ verdicts } as Json)).toEqual(verdicts);
    expect(verdictsAt({})).toEqual([]);
  });
});
