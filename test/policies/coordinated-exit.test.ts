import { describe, expect, it } from 'vitest';
import { policySettings, portfolioPolicies } from '../../policies/registry.ts';
import { decimal, notional, price, quantity } from '../../src/domain/decimal.ts';
import { ticker } from '../../src/domain/ids.ts';
import type { GroupedPosition, PortfolioContext } from '../../src/domain/portfolio-policy.ts';
import { account } from '../support/given.ts';

const held = (symbol: string, more: Partial<GroupedPosition> = {}): GroupedPosition => ({
  ...{ symbol: ticker(symbol), side: 'long', quantity: quantity('10'), price: price('90') },
  ...{ bestPrice: price('110'), lastClose: price('100'), sector: 'Energy', cluster: 'AAA' },
  ...more,
});
const given = (more: Partial<PortfolioContext> = {}): PortfolioContext => ({
  ...{ now: 0, isOpen: true, netDepositsToday: decimal('0') },
  account: account({ equity: notional('95000'), lastEquity: notional('100000') }),
  positions: [held('AAA'), held('BBB')],
  ...more,
});

const wanted = (coordinatedExit: object, context = given()) =>
  portfolioPolicies(policySettings.parse({ coordinatedExit })).flatMap((policy) =>
    policy.evaluate(context).map(({ reason, group }) => {
      const names = group.by === 'symbols' ? group.symbols.join() : group.by;
      return `${policy.name}: ${reason} ${names}`;
    }),
  );

describe('the policies over several positions', () => {
  it('want nothing, and have nothing read, until their limits are set', () => {
    expect(wanted({})).toEqual([]);
    expect(portfolioPolicies(policySettings.parse({})).some((policy) => policy.isOn())).toBe(false);
  });

  it('leave everything when the day is lost', () => {
    const on = { dailyLossPercent: 5 };
    expect(wanted(on)).toEqual(['daily-loss-exit: daily_loss everything']);
    const better = account({ equity: notional('95001'), lastEquity: notional('100000') });
    expect(wanted(on, given({ account: better }))).toEqual([]);
  });

  it('take a withdrawal for no loss, and no figure for no reason', () => {
    const on = { dailyLossPercent: 5 };
    expect(wanted(on, given({ netDepositsToday: decimal('-4000') }))).toEqual([]);
    expect(wanted(on, given({ netDepositsToday: null }))).toEqual([]);
  });

  it('leave a sector that has lost its limit since the last close', () => {
    expect(wanted({ sectorShockPercent: 10 })).toEqual(['sector-shock: sector_shock AAA,BBB']);
    expect(wanted({ sectorShockPercent: 10.1 })).toEqual([]);
  });

  it('leave a cluster that stands its limit below its best prices', () => {
    const on = { clusterDrawdownPercent: 18 };
    expect(wanted(on)).toEqual(['cluster-drawdown: cluster_drawdown AAA,BBB']);
    expect(wanted({ clusterDrawdownPercent: 18.2 })).toEqual([]);
  });

  it('count what a short position has gained against it', () => {
    const hedged = given({ positions: [held('AAA'), held('BBB', { side: 'short' })] });
    expect(wanted({ sectorShockPercent: 1 }, hedged)).toEqual([]);
  });

  it('leave no single name, none without a sector, and nothing on half a figure', () => {
    const on = { sectorShockPercent: 5, clusterDrawdownPercent: 5 };
    expect(wanted(on, given({ positions: [held('AAA')] }))).toEqual([]);
    const loose = { sector: null, cluster: null };
    const alone = given({ positions: [held('AAA', loose), held('BBB', loose)] });
    expect(wanted(on, alone)).toEqual([]);
    const unread = given({ positions: [held('AAA'), held('BBB', { lastClose: null })] });
    expect(wanted({ sectorShockPercent: 5 }, unread)).toEqual([]);
  });

  it('leave nothing while the market is closed', () => {
    const on = { dailyLossPercent: 1, sectorShockPercent: 1, clusterDrawdownPercent: 1 };
    expect(wanted(on, given({ isOpen: false }))).toEqual([]);
  });
});
