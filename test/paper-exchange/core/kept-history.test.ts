import { expect, it } from 'vitest';
import { type Decimal, decimal } from '../../../src/paper-exchange/core/basics/decimal.ts';
import { Floor } from './floor.ts';

const DAY_MS = 86_400_000;
const MINUTE = { count: 1, unit: 'minute' } as const;
const DAY = { count: 1, unit: 'day' } as const;

it('forgets the minutes of three weeks ago and keeps their days', () => {
  const floor = new Floor();
  const { core } = floor;
  const start = core.now;
  const perMinute = { durationMs: 60_000, volume: 100, tradeCount: 1 };
  const at100 = decimal('100');
  const prices = { open: at100, high: at100, low: at100, close: at100, vwap: at100 };
  for (let day = 0; day < 45; day += 1) {
    core.advanceTo(core.calendar.nextOpen(core.now) + 30 * 60_000);
    for (let minute = 0; minute < 30; minute += 1) {
      const at = core.now - (30 - minute) * 60_000;
      core.onBar({ symbol: 'AAPL', at, ...perMinute, ...prices });
    }
  }
  const minutes = core.bars('AAPL', MINUTE, start - DAY_MS, core.now);
  const days = core.bars('AAPL', DAY, start - DAY_MS, core.now);
  expect(days.length).toBeGreaterThanOrEqual(40);
  expect(minutes[0]?.at).toBeGreaterThan(core.now - 23 * DAY_MS);
  expect(minutes.length).toBeLessThanOrEqual(16 * 30);
  expect(minutes.length).toBeGreaterThan(12 * 30);
});

it('forgets the equity of the minutes of five weeks ago and keeps that of the closes', () => {
  const floor = new Floor();
  const { core, accountId } = floor;
  const prices = { high: decimal('200'), low: decimal('100'), vwap: decimal('150') };
  floor.accepted({ qty: '10' });
  const closes: { readonly at: number; readonly equity: Decimal }[] = [];
  for (let day = 0; day < 90; day += 1) {
    core.advanceTo(core.calendar.nextOpen(core.now));
    const closeAt = core.calendar.tradingDay(core.calendar.dateOf(core.now))?.closeAt ?? 0;
    for (const [minute, price] of ['101', '102', '103'].entries()) {
      const at = core.now + 60_000;
      const close = decimal(price) + decimal(String(day));
      core.onTrade({ symbol: 'AAPL', at, price: close, size: 100, id: 1000 * day + minute });
      const bar = { symbol: 'AAPL', at: at - 60_000, durationMs: 60_000, volume: 1, tradeCount: 1 };
      core.onBar({ ...bar, ...prices, open: close, close });
    }
    core.advanceTo(closeAt);
    closes.push({ at: closeAt, equity: core.account(accountId).equity });
  }
  const samples = core.equitySamples(accountId);
  for (const { at, equity } of closes) {
    expect(samples.findLast((sample) => sample.at <= at)?.equity).toBe(equity);
  }
  const old = samples.filter(({ at }) => at < core.now - 36 * DAY_MS);
  const recent = samples.filter(({ at }) => at >= core.now - 34 * DAY_MS);
  expect(old.length).toBeLessThanOrEqual(closes.length);
  expect(recent.length).toBeGreaterThan(20 * 4);
});
