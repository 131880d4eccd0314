import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decimal } from '../../src/domain/decimal.ts';
import { type BlastLimits, blastRadius } from '../../src/engine/review/blast-radius.ts';

const limits: BlastLimits = {
  mode: 'execute',
  approvals: { saleDollarsPerDay: '25000', saleEquityPercentPerDay: '10', addedDollars: '0' },
  proposalsPerMinute: 6,
  grossPercent: '100',
  exitPercent: '10',
  entryPercent: '3',
  dailyLossPercent: '2',
  gapPercent: '5',
};
const radius = (more: Partial<BlastLimits> = {}, equity = '100000', gross: string | null = null) =>
  blastRadius({ ...limits, ...more }, decimal(equity), gross === null ? null : decimal(gross));
const dollars = (...given: Parameters<typeof radius>) =>
  Number(radius(...given).dollarsPerDay.toFixed());

describe('the blast radius', () => {
  it('is what may be sold, at the worst price', () => {
    const { sales, entries, dollarsPerDay, because } = radius();
    // 10 % of 100,000 sold 10 % under the market.
    expect([sales, entries, dollarsPerDay].map((each) => Number(each.toFixed()))).toEqual([
      1_000, 0, 1_000,
    ]);
    expect(because).toBe(
      'sells up to $10000.00 of $100000.00 at worst 10 % under the market; enters nothing',
    );
    expect(dollars({ exitPercent: '1' })).toBe(500);
  });

  it('is nothing where nothing is executed for a host', () => {
    expect(dollars({ mode: 'propose' })).toBe(0);
    expect(dollars({ mode: 'observe' })).toBe(0);
  });

  it('counts what is held, where that is known', () => {
    expect(dollars({}, '100000', '20000')).toBe(1_000);
    expect(dollars({}, '100000', '0')).toBe(0);
  });

  it('counts entries as soon as some need nobody, up to the loss of the day and a gap', () => {
    const { entries } = radius({ approvals: { ...limits.approvals, addedDollars: '1' } });
    // 8,640 plans of a dollar: 3 % and a gap of 5 %.
    expect(Number(entries.toFixed())).toBe(691.2);
    const many = radius({ approvals: { ...limits.approvals, addedDollars: '10000' } });
    expect(Number(many.entries.toFixed())).toBe(2_000 + 5_000);
  });

  it('never falls when a limit becomes looser, and never is below zero', () => {
    const amount = fc.integer({ min: 0, max: 200 }).map(String);
    const given = fc.record({
      saleDollarsPerDay: fc.integer({ min: 0, max: 100_000 }).map(String),
      saleEquityPercentPerDay: amount,
      addedDollars: amount,
      equity: fc.integer({ min: -1_000, max: 1_000_000 }).map(String),
      exitPercent: fc.integer({ min: 5, max: 50 }).map(String),
    });
    fc.assert(
      fc.property(given, fc.integer({ min: 0, max: 50_000 }), (world, more) => {
        const { equity, exitPercent, ...approvals } = world;
        const before = dollars({ exitPercent, approvals }, equity);
        expect(before).toBeGreaterThanOrEqual(0);
        const looser = String(Number(approvals.saleDollarsPerDay) + more);
        const after = { ...approvals, saleDollarsPerDay: looser };
        expect(dollars({ exitPercent, approvals: after }, equity)).toBeGreaterThanOrEqual(before);
      }),
    );
  });
});
