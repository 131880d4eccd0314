import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SeededIds } from '../../src/adapters/system/seeded-ids.ts';
import { ADVICE_SIGNALS, type Advice, adviceIn } from '../../src/domain/advice.ts';
import { toJson } from '../../src/domain/canonical.ts';
import { ticker } from '../../src/domain/ids.ts';
import { enveloped } from '../../src/intelligence/envelope.ts';
import { signalsFrom } from '../../src/intelligence/headlines.ts';
import { signalsIn } from '../../src/intelligence/market-answer.ts';
import { outcomeIn } from '../../src/intelligence/remembered.ts';
import { NOW } from '../support/given.ts';
import { isChanged, type Pair, pair, riskier, think } from './hostile-advice.ts';
import { INJECTIONS } from './injections.ts';

const AAPL = ticker('AAPL');
const CITED =
  '\n\nCitations:\n[1] https://a.example/x\n[2] https://b.example\n[3] http://c.example';
const DAY = Date.UTC(2026, 10, 20, 15);
const HIDDEN = ['\u200b', '\u202e', '\u0000', '\r'];

/** All that can come of a text, wherever it is read. */
function adviceFrom(text: string): readonly Advice[] {
  const signals = [
    ...(signalsIn(text, DAY) ?? []),
    ...(signalsIn(text + CITED, DAY) ?? []),
    ...signalsFrom(
      AAPL,
      [{ id: text, at: DAY, symbols: [AAPL], headline: text, source: text }],
      [{ symbol: AAPL, kind: text, date: text }],
    ),
  ];
  return signals.map(({ signal, severity }) => ({
    ...{ symbol: AAPL, signal, severity, source: 'perplexity', hash: 'h' },
    ...{ givenAt: NOW - 1, expiresAt: NOW + 1_000 },
  }));
}

const states = fc
  .sample(pair, { numRuns: 160, seed: 11 })
  .map((state: Pair) => ({ state, plain: think(state, []) }));

describe('words of others', () => {
  it('are tried in more than five hundred ways', () => {
    expect(new Set(INJECTIONS).size).toBeGreaterThan(500);
  });

  it('come to nothing but closed words, within their bounds, and never from one page alone', () => {
    let heard = 0;
    for (const text of INJECTIONS) {
      for (const advice of adviceFrom(text)) {
        heard += 1;
        expect(ADVICE_SIGNALS).toContain(advice.signal);
        expect([0, 1, 2, 3]).toContain(advice.severity);
        expect(adviceIn(toJson(advice))).toEqual(advice);
      }
      const alone = `${text}\n\nCitations:\n[1] https://evil.example`;
      for (const { severity } of signalsIn(alone, DAY) ?? []) expect(severity).toBeLessThan(3);
    }
    // Some of them are shaped as answers are: they are heard, as what they are.
    expect(heard).toBeGreaterThan(50);
  });

  it('have no effect beyond tightening, in any state', () => {
    let changed = 0;
    for (const [index, text] of INJECTIONS.entries()) {
      const given = states[index % states.length];
      if (given === undefined) continue;
      const { state, plain } = given;
      const advised = think(state, adviceFrom(text));
      if (isChanged(plain.thought, advised.thought)) changed += 1;
      expect(riskier(state.given.context, plain, advised)).toEqual([]);
    }
    expect(changed).toBeGreaterThan(0);
  });

  it('are no memory of ours', () => {
    for (const text of INJECTIONS) {
      expect(outcomeIn('decision:PA1/1/AAPL', text, 'a secret')).toBeNull();
      expect(outcomeIn('decision:PA1/1/AAPL', `${text} #${'0'.repeat(32)}`, 'a secret')).toBeNull();
    }
  });

  it('cannot leave their envelope', () => {
    const ids = new SeededIds('envelopes');
    for (const text of INJECTIONS) {
      const lines = enveloped(text, 'a test', ids).split('\n');
      const mark = /^--- begin (\S+):/.exec(lines[0] ?? '')?.[1] ?? '';
      expect(mark.length).toBeGreaterThan(20);
      expect(lines.at(-1)).toBe(`--- end ${mark}`);
      for (const line of lines.slice(1, -1)) {
        expect(line.startsWith('| ') || /^\(\d+ more characters are left out\)$/.test(line)).toBe(
          true,
        );
        expect(line).not.toContain(mark);
        for (const hidden of HIDDEN) expect(line).not.toContain(hidden);
      }
    }
  });

  it('cannot close an envelope even by those who see an earlier one', () => {
    const ids = new SeededIds('envelopes');
    const first = enveloped('a', 'a test', ids);
    const second = enveloped(first, 'a test', ids);
    expect(second.split('\n').filter((line) => line.startsWith('--- '))).toHaveLength(2);
    expect(second).not.toContain(`\n${first.split('\n').at(-1)}`);
  });
});
