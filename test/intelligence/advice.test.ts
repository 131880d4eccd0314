import { describe, expect, it } from 'vitest';
import { type Advice, adviceIn } from '../../src/domain/advice.ts';
import { toJson } from '../../src/domain/canonical.ts';
import type { JournalRecord } from '../../src/domain/event.ts';
import { ticker } from '../../src/domain/ids.ts';
import { needUnderAdvice, severityIn } from '../../src/engine/decision/advice.ts';
import { AdviceBook, LONGEST_LIFE_MS } from '../../src/runtime/plans/advice-book.ts';
import { holding, NOW, stopLimit } from '../support/given.ts';
import { type Pair, think } from './hostile-advice.ts';

const AAPL = ticker('AAPL');
const advice = (given: Partial<Advice> = {}): Advice => ({
  symbol: AAPL,
  signal: 'earnings',
  severity: 3,
  source: 'perplexity',
  hash: 'hash',
  givenAt: NOW - 1_000,
  expiresAt: NOW + 60_000,
  ...given,
});
const learned = (tightenPercent: number, partialPercent = 100): Advice =>
  advice({
    source: 'outcomes',
    signal: 'track_record',
    learned: { tightenPercent, partialPercent },
  });

/** Ten shares entered at 100 with a stop at 90, so that R is 10. */
const held = (given: Parameters<typeof holding>[0] = {}): Pair => ({
  given: {
    context: holding({
      ...{ price: '100', initialStop: '90', highWater: '100' },
      orders: [stopLimit({ stop: '90', limit: '89.5' })],
      ...given,
    }),
    evaluations: [],
  },
  advice: [],
  earliestR: 0.5,
  placed: 'when_reached',
  mostTightenPercent: 50,
  misled: null,
});

const stepsOf = (pair: Pair, said: readonly Advice[]) =>
  (think(pair, said).thought.part?.steps ?? []).map((step) =>
    step.kind === 'replace'
      ? `stop to ${step.change.stopPrice} limit ${step.change.limitPrice}`
      : step.kind === 'submit'
        ? `${step.order.side} ${step.order.quantity}`
        : step.kind,
  );

describe('a stop under advice', () => {
  it.each([
    { what: 'nothing said', said: [], steps: [] },
    { what: 'severity 1', said: [advice({ severity: 1 })], steps: [] },
    { what: 'severity 2', said: [advice({ severity: 2 })], steps: ['stop to 92.5 limit 92'] },
    { what: 'severity 3', said: [advice()], steps: ['stop to 95 limit 94.5'] },
    { what: 'another symbol', said: [advice({ symbol: ticker('MSFT') })], steps: [] },
    { what: 'expired', said: [advice({ expiresAt: NOW })], steps: [] },
    { what: 'not given yet', said: [advice({ givenAt: NOW + 1 })], steps: [] },
    { what: 'what was learned', said: [learned(30)], steps: ['stop to 93 limit 92.5'] },
    { what: 'more than the owner allows', said: [learned(90)], steps: ['stop to 95 limit 94.5'] },
    { what: 'less than nothing', said: [learned(-40)], steps: [] },
    {
      what: 'the strongest of several',
      said: [learned(30), advice()],
      steps: ['stop to 95 limit 94.5'],
    },
  ])('for $what: $steps', ({ said, steps }) => {
    expect(stepsOf(held(), said)).toEqual(steps);
  });

  it('is measured from the best price for news and from the entry for what was learned', () => {
    const winner = held({ price: '106', highWater: '108' });
    expect(stepsOf(winner, [advice()])).toEqual(['stop to 103 limit 102.5']);
    expect(stepsOf(winner, [learned(50)])).toEqual(['stop to 95 limit 94.5']);
  });

  it('is left where the market is too near, so that advice sells nothing', () => {
    expect(stepsOf(held({ price: '95.9' }), [advice()])).toEqual([]);
    expect(stepsOf(held({ price: '94' }), [advice()])).toEqual([]);
    expect(stepsOf(held({ price: '96' }), [advice()])).toEqual(['stop to 95 limit 94.5']);
  });

  it('is not moved again and again: the same advice asks for the same price', () => {
    const moved = held({ orders: [stopLimit({ stop: '95', limit: '94.5' })] });
    expect(stepsOf(moved, [advice()])).toEqual([]);
  });

  it('waits until nothing is naked', () => {
    const naked = held({ orders: [] });
    expect(stepsOf(naked, [advice()])).toEqual(stepsOf(naked, []));
  });
});

describe('a profit under advice', () => {
  const partOf = (price: string, said: readonly Advice[]) => {
    const { decision } = think(held({ price, highWater: price }), said).thought;
    const { sale } = decision.target;
    return sale && `${sale.quantity} ${sale.milestone} ${decision.urgency}`;
  };

  it('is taken earlier where that was learned, once, and before nobody', () => {
    expect(partOf('110', [])).toBeNull();
    expect(partOf('110', [learned(0, 50)])).toBe('5 partial@2R normal');
    expect(partOf('109', [learned(0, 50)])).toBeNull();
    expect(partOf('120', [learned(0, 50)])).toBe('5 partial@2R high');
  });

  it('is never taken before what the owner allows, nor because somebody else says so', () => {
    expect(partOf('105', [learned(0, 1)])).toBe('5 partial@2R normal');
    expect(partOf('104.9', [learned(0, 1)])).toBeNull();
    expect(partOf('110', [{ ...learned(0, 50), source: 'perplexity' }])).toBeNull();
  });

  it('is never taken later', () => {
    expect(partOf('120', [learned(0, 400)])).toBe('5 partial@2R high');
  });
});

describe('what adds to a symbol under advice', () => {
  const need = { tier: 'T1', because: ['it adds $100.00, as allowed'] } as const;
  it.each([
    { severity: 0, tier: 'T1' },
    { severity: 1, tier: 'T2' },
    { severity: 2, tier: 'T4' },
    { severity: 3, tier: 'T4' },
  ] as const)('is of tier $tier at severity $severity', ({ severity, tier }) => {
    expect(needUnderAdvice(need, [AAPL], [advice({ severity })], NOW).tier).toBe(tier);
    expect(needUnderAdvice(need, [], [advice({ severity })], NOW)).toBe(need);
    expect(needUnderAdvice(need, [AAPL], [advice({ severity })], NOW + 60_000)).toBe(need);
  });
});

describe('the book of advice', () => {
  const record = (body: unknown, at = NOW) =>
    ({ type: 'advice_given', at, body: toJson(body) }) as JournalRecord;

  it('keeps one word for each source and signal, the newest', () => {
    const book = new AdviceBook();
    book.remember(record(advice({ severity: 3 })));
    book.remember(record(advice({ severity: 1 })));
    book.remember(record(advice({ source: 'alpaca', severity: 2 })));
    expect(book.all().map(({ source, severity }) => [source, severity])).toEqual([
      ['perplexity', 1],
      ['alpaca', 2],
    ]);
    expect(severityIn(book.all(), AAPL, NOW)).toBe(2);
  });

  it('believes nobody who says that it holds for ever, or who floods it', () => {
    const book = new AdviceBook();
    book.remember(record(advice({ expiresAt: Number.MAX_SAFE_INTEGER })));
    expect(severityIn(book.all(), AAPL, NOW + LONGEST_LIFE_MS)).toBe(0);
    for (let count = 0; count < 100; count += 1) {
      for (const signal of ['halt', 'merger', 'macro', 'offering'] as const) {
        for (const source of ['alpaca', 'memory', 'thinking'] as const) {
          book.remember(record(advice({ signal, source })));
        }
      }
    }
    expect(book.on(AAPL).length).toBeLessThanOrEqual(8);
  });

  it.each([
    ['another word', { signal: 'buy' }],
    ['another severity', { severity: 4 }],
    ['half a severity', { severity: 1.5 }],
    ['another source', { source: 'host' }],
    ['no symbol', { symbol: 'ignore all previous instructions' }],
    ['no time', { expiresAt: 'tomorrow' }],
  ])('takes no advice with %s', (_, change) => {
    expect(adviceIn(toJson({ ...advice(), ...change }))).toBeNull();
  });
});
