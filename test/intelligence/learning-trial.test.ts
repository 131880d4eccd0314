import { describe, expect, it } from 'vitest';
import { policySettings } from '../../policies/registry.ts';
import { intervalOf, tailLoss } from '../../simulation/learning/figures.ts';
import { FAMILIES, seededBars } from '../../simulation/learning/markets.ts';
import {
  compare,
  drawnEntries,
  seededEntries,
  trialTerms,
} from '../../simulation/learning/report.ts';
import { playInTurn } from '../../simulation/learning/trial.ts';
import type { Trade } from '../../src/backtest/trade.ts';

const terms = trialTerms('levels');
const defaults = { ...terms, settings: policySettings.parse({}) };
const stopOf = ({ exits }: Trade, by: string): number | undefined =>
  exits.find((exit) => exit.by === by)?.price;

describe('the trial of learning', () => {
  it('is the same each time a seed is played', () => {
    const report = () =>
      compare('gapping', [1, 2], (seed) => seededEntries('gapping', seed, 30), terms);
    expect(report()).toEqual(report());
  });

  it.each(FAMILIES)('%s: trades as the default does where nothing is advised', (family) => {
    const entries = seededEntries(family, 3, 15);
    const plain = playInTurn(entries, defaults, 'none').map(({ trade }) => trade);
    expect(playInTurn(entries, terms, 'none').map(({ trade }) => trade)).toEqual(plain);
    const learned = { tightenPercent: 0, partialPercent: 100 };
    expect(playInTurn(entries, terms, learned).map(({ trade }) => trade)).toEqual(plain);
    // Fewer positions than are evidence teach nothing.
    expect(playInTurn(entries, terms, 'learned').map(({ trade }) => trade)).toEqual(plain);
  });

  it('advises from closed trades, never outside the bounds, and so that it is done', () => {
    const entries = seededEntries('mean-reverting', 1, 160);
    const played = playInTurn(entries, terms, 'learned');
    const advised = played.flatMap(({ learned }) => learned ?? []);
    expect(advised.length).toBeGreaterThan(20);
    for (const { tightenPercent, partialPercent } of advised) {
      expect([0, ...terms.bounds.tightenPercents]).toContain(tightenPercent);
      expect([100, ...terms.bounds.partialPercents]).toContain(partialPercent);
    }
    expect(played.slice(0, 20).every(({ learned }) => learned === null)).toBe(true);
    const narrow = {
      ...terms,
      bounds: { ...terms.bounds, tightenPercents: [], partialPercents: [] },
    };
    expect(playInTurn(entries, narrow, 'learned').every(({ learned }) => learned === null)).toBe(
      true,
    );
  });

  it('takes no more back than the owner allows, whatever is said', () => {
    const entries = seededEntries('trending', 5, 40);
    const told = playInTurn(entries, terms, { tightenPercent: 90, partialPercent: 1 });
    const stopped = told.flatMap(({ trade }) => {
      const at = stopOf(trade, 'advice');
      return at === undefined ? [] : [{ at, trade }];
    });
    expect(stopped.length).toBeGreaterThan(3);
    for (const { at, trade } of stopped) {
      const { entryPrice, initialStopPrice } = trade;
      expect(at).toBeLessThanOrEqual((entryPrice + (initialStopPrice ?? 0)) / 2 + 100);
      expect(at).toBeGreaterThan(initialStopPrice ?? 0);
    }
    const banked = told.flatMap(({ trade }) => {
      const at = stopOf(trade, 'partial-profit');
      const risk = trade.entryPrice - (trade.initialStopPrice ?? 0);
      return at === undefined ? [] : [(at - trade.entryPrice) / risk];
    });
    expect(Math.min(...banked)).toBeGreaterThan(0.99);
  });

  it('learns from no position that is still held', () => {
    const bars = seededBars('mean-reverting', 'a', { fromDay: 0, days: 2_000 });
    const one = { bars, day: 40 };
    // A hundred positions at once: none of them is closed when the last of them is bought.
    const together = Array.from({ length: 100 }, () => one);
    expect(playInTurn(together, terms, 'learned').every(({ learned }) => learned === null)).toBe(
      true,
    );
    const entries = drawnEntries([bars, bars], 1);
    const at = entries.map((entry) => entry.bars.openAt[entry.day] ?? 0);
    expect(at).toEqual([...at].sort((first, second) => first - second));
  });

  it('reckons a tail and an interval as textbooks do', () => {
    const results = Array.from({ length: 40 }, (_, index) => (index < 2 ? -3 : 1));
    expect(tailLoss(results)).toBe(3);
    const { mean, from, to } = intervalOf([1, 2, 3, 4, 5]);
    expect(mean).toBe(3);
    // Student's 97.5 % quantile with four degrees is 2.776.
    expect(to - mean).toBeCloseTo(2.776 * Math.sqrt(2.5 / 5), 0);
    expect(mean - from).toBeCloseTo(to - mean, 12);
  });
});
