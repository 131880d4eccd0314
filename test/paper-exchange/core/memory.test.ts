import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { NyseCalendar } from '../../../src/paper-exchange/calendar/nyse.ts';
import { decimal } from '../../../src/paper-exchange/core/basics/decimal.ts';
import { ExchangeCore } from '../../../src/paper-exchange/core/exchange-core.ts';

const ORDERS_PER_DAY = 4000;
const WARM_UP_DAYS = 6;
const DAYS = 30;

function newCore(): ExchangeCore {
  return new ExchangeCore({
    seed: 'memory',
    startAt: Date.parse('2026-10-05T13:30:00Z'),
    calendar: new NyseCalendar(),
    accounts: [{ keyId: 'key', secretKey: 'secret', cash: '10000000', multiplier: '4' }],
    assets: [{ symbol: 'AAPL' }],
    ticksKept: 1000,
  });
}

/** Buys and sells all day; every order ends. */
function tradeOneDay(core: ExchangeCore): void {
  const [accountId = ''] = core.accountIds;
  const order = { symbol: 'AAPL', qty: '1', type: 'market', time_in_force: 'day' };
  for (let count = 0; count < ORDERS_PER_DAY; count += 1) {
    const at = core.now + 1000;
    const [bidPrice, askPrice] = [decimal('99.99'), decimal('100.01')];
    core.onQuote({ symbol: 'AAPL', at, bidPrice, askPrice, bidSize: 100, askSize: 100 });
    core.onTrade({ symbol: 'AAPL', at, price: decimal('100'), size: 100, id: count });
    core.submitOrder(accountId, { ...order, side: count % 2 === 0 ? 'buy' : 'sell' });
  }
  core.advanceTo(core.calendar.nextOpen(core.now));
}

function memoryInUse(): { readonly heap: number; readonly packed: number } {
  setFlagsFromString('--expose-gc');
  const collect: () => void = runInNewContext('gc');
  collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return { heap: heapUsed, packed: arrayBuffers };
}

describe('memory', () => {
  it('stays flat over thirty days of trading but for the packed past', () => {
    const core = newCore();
    for (let day = 0; day < WARM_UP_DAYS; day += 1) tradeOneDay(core);
    const before = memoryInUse();
    for (let day = WARM_UP_DAYS; day < DAYS; day += 1) tradeOneDay(core);
    const after = memoryInUse();
    const orders = (DAYS - WARM_UP_DAYS) * ORDERS_PER_DAY;
    expect((after.heap - before.heap) / (DAYS - WARM_UP_DAYS)).toBeLessThan(100_000);
    expect((after.packed - before.packed) / orders).toBeLessThan(400);
    const [accountId = ''] = core.accountIds;
    expect(core.activities(accountId).length).toBe(DAYS * ORDERS_PER_DAY);
  });
});
