import { describe, expect, it } from 'vitest';
import { MemoryEventStore } from '../../../src/adapters/event-stores/memory.ts';
import { VirtualClock } from '../../../src/adapters/system/virtual-clock.ts';
import { price, text } from '../../../src/domain/decimal.ts';
import { type Ticker, ticker } from '../../../src/domain/ids.ts';
import type { Bar } from '../../../src/domain/market.ts';
import { contextFor } from '../../../src/engine/account/context.ts';
import { PortfolioRiskManager } from '../../../src/runtime/account/portfolio-risk-manager.ts';
import { EventLogger } from '../../../src/runtime/journal/event-logger.ts';
import { defaultRuntimeSettings } from '../../../src/runtime/settings/settings.ts';
import { type GivenHolding, NOW, snapshot } from '../../support/given.ts';
import { settle, watchedAccount } from '../../support/guarded-account.ts';
import { manyHoldings } from '../../tools/face.ts';
import { seededNoise } from './market.ts';

const DAY_MS = 86_400_000;

/** A year of closes, and today's bar, which has no close yet. */
function yearOf(symbol: string): Bar[] {
  const noise = seededNoise(symbol.charCodeAt(0) * 31 + symbol.charCodeAt(1) * 7 + symbol.length);
  let close = 100;
  return Array.from({ length: 254 }, (_, index) => {
    close *= 1 + 0.01 * noise();
    const at = NOW - (253 - index) * DAY_MS - 3_600_000;
    const [open, high, low] = [price('100'), price('100'), price('100')];
    return { at, open, high, low, close: price(close.toFixed(4)) };
  });
}

function managing(holdings: readonly GivenHolding[], { startAt = NOW, barsOf = yearOf } = {}) {
  const clock = new VirtualClock(startAt);
  const asked: (readonly Ticker[])[] = [];
  const told = { failing: false, reading: () => {} };
  const given = snapshot({ holdings: [...holdings] });
  const logger = new EventLogger({ store: new MemoryEventStore(), clock, bootId: 'boot' });
  const manager = new PortfolioRiskManager({
    state: {
      snapshot: () => given,
      symbols: () => given.positions.map(({ symbol }) => symbol),
      getCompleteContext: (symbol) => contextFor(given, symbol),
      onReading: (listener) => {
        told.reading = listener;
      },
    },
    marketData: {
      readDailyBars: (symbols) => {
        asked.push(symbols);
        if (told.failing) return Promise.reject(new Error('the feed is down'));
        return Promise.resolve(new Map(symbols.map((symbol) => [symbol, barsOf(symbol)])));
      },
    },
    ...{ logger, clock, settings: defaultRuntimeSettings },
    peakEquity: () => null,
    gapPercent: () => '5',
  });
  /** Somebody asks, and the account is read. */
  const ask = () => {
    const risk = manager.assessPortfolioRisk();
    told.reading();
    return risk;
  };
  return { manager, clock, asked, told, logger, ask, given };
}

describe('the risk of the portfolio', () => {
  it('is told at once, and better when the bars of a year were read', async () => {
    const { manager, clock, asked, told, ask } = managing([{ symbol: 'AAPL' }, { symbol: 'IBM' }]);
    told.reading();
    expect(asked).toEqual([]);
    const before = ask();
    expect(before?.basis).toMatchObject({ days: 0, assumed: ['AAPL', 'IBM'] });
    await clock.advanceBy(0);
    const after = manager.assessPortfolioRisk();
    expect(after?.basis).toMatchObject({ days: 252, assumed: [] });
    const shortfall = (risk: typeof after) =>
      Number(text(risk?.tails[0]?.historicalShortfall ?? price('0')));
    expect(shortfall(after)).toBeLessThan(shortfall(before));
    expect(asked).toEqual([['SPY', 'AAPL', 'IBM']]);
  });

  it('asks for bars once a day, and for those of 35 names at a time', async () => {
    const { clock, asked, ask } = managing(manyHoldings(80));
    for (let look = 0; look < 5; look += 1) {
      ask();
      await clock.advanceBy(60_000);
    }
    expect(asked.map((symbols) => symbols.length)).toEqual([35, 35, 11]);
    await clock.advanceBy(DAY_MS);
    ask();
    await clock.advanceBy(0);
    expect(asked).toHaveLength(6);
  });

  it('knows the last close in a session after a night through which it ran', async () => {
    const wednesday = Date.UTC(2026, 9, 7, 4);
    const barsOf = (): Bar[] =>
      ['101', '102', '103'].map((close, day) => ({
        ...{ open: price('100'), high: price('110'), low: price('90'), close: price(close) },
        at: wednesday + (day - 2) * DAY_MS,
      }));
    const startAt = Date.UTC(2026, 9, 7, 23, 59); // An evening in New York.
    const { manager, clock, given, told } = managing([{ symbol: 'AAPL' }], { startAt, barsOf });
    const lastClose = () => manager.groupFacts(given).get(ticker('AAPL'))?.lastClose?.toFixed();
    lastClose();
    for (const waitMs of [0, 120_000, 15 * 3_600_000]) {
      await clock.advanceBy(waitMs);
      told.reading();
      await clock.advanceBy(0);
    }
    expect(new Date(clock.now()).toISOString()).toBe('2026-10-08T15:01:00.000Z');
    expect(lastClose()).toBe('103');
  });

  it('asks again a minute after the bars could not be read, and says why', async () => {
    const { clock, asked, told, logger, ask } = managing([{ symbol: 'AAPL' }]);
    told.failing = true;
    for (const waitMs of [0, 59_000, 1_000]) {
      await clock.advanceBy(waitMs);
      ask();
    }
    await clock.advanceBy(0);
    expect(asked).toHaveLength(2);
    const [failed] = logger.recall(['cycle_failed']);
    expect(JSON.stringify(failed?.body)).toContain('the feed is down');
  });

  it('knows sectors of every symbol, and clusters of those whose bars were read', async () => {
    const { manager, clock, ask } = managing([{ symbol: 'AAPL' }]);
    const groups = () => manager.groups([ticker('AAPL'), ticker('USO')]);
    expect(groups().get(ticker('AAPL'))).toEqual({
      sector: 'Information Technology',
      cluster: null,
    });
    expect(groups().get(ticker('USO'))).toEqual({ sector: null, cluster: null });
    ask();
    await clock.advanceBy(0);
    expect(groups().size).toBe(2);
  });

  it('of 500 positions is told within a second of work, the model of a new day included', async () => {
    const { manager, clock, ask } = managing(manyHoldings(500));
    ask();
    await clock.advanceBy(0);
    const before = process.cpuUsage();
    const risk = manager.assessPortfolioRisk();
    const { user } = process.cpuUsage(before);
    expect(risk?.basis.assumed).toEqual([]);
    expect(user / 1_000).toBeLessThan(1_000);
  });

  it('is worked out anew when the account or a price has changed, and not as time passes', async () => {
    const { bigBrother, clock, price: tell, state } = await watchedAccount();
    await clock.advanceBy(5_000);
    const first = bigBrother.portfolioRisk();
    await clock.advanceBy(1);
    expect(bigBrother.snapshot()?.at).toBe(clock.now());
    expect(bigBrother.portfolioRisk()).toBe(first);
    tell('AAPL', '90');
    await clock.advanceBy(1_000);
    await settle(clock, state.updateFromAlpaca());
    const second = bigBrother.portfolioRisk();
    expect(second && text(second.exposure.gross)).toBe('900');
  });

  it('is told by a whole account, with the worst loss to the stops that rest', async () => {
    const { bigBrother } = await watchedAccount();
    const risk = bigBrother.portfolioRisk();
    expect(risk && text(risk.exposure.gross)).toBe('1000');
    expect(risk?.sectors.map(({ bucket }) => bucket)).toEqual(['Information Technology']);
    expect(risk?.worstLoss.atStop).toBeNull();
  });
});
