import fc from 'fast-check';
import { getEncoding } from 'js-tiktoken';
import { describe, expect, it } from 'vitest';
import { estimatedTokens } from '../../tools/shared/page.ts';

describe('the estimate of what a text costs a model', () => {
  it('counts runs of letters, digits and signs, each run cut where a token would end', () => {
    const runs = /[a-z]{1,6}|[A-Z]{1,2}|\d{1,3}|[^\w\s]{1,4}/g;
    const plain = fc.string({ unit: 'grapheme-ascii', maxLength: 200 });
    fc.assert(
      fc.property(plain, (text) => {
        expect(estimatedTokens(text)).toBe(text.match(runs)?.length ?? 0);
      }),
    );
  });

  it('is within a tenth of what cl100k takes for rows of figures', () => {
    const row = ['S007', 'long', '10', '100.25', '99.98', '-2.70', '1.42', '92.23', 'naked 12s'];
    const text = JSON.stringify(Array.from({ length: 50 }, () => row));
    const ratio = estimatedTokens(text) / getEncoding('cl100k_base').encode(text).length;
    expect(ratio).toBeGreaterThan(0.9);
    expect(ratio).toBeLessThan(1.1);
  });
});
