import { expect, it } from 'vitest';
import { decimal } from '../../../src/paper-exchange/core/decimal.ts';
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
