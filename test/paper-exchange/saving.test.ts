import { expect, it } from 'vitest';
import { VirtualClock } from '../../src/adapters/system/virtual-clock.ts';
import type { ExchangeEvent } from '../../src/paper-exchange/core/basics/types.ts';
import { readState, writeState } from '../../src/paper-exchange/core/state/saved-state.ts';
import { PaperExchange, type PaperExchangeOptions } from '../../src/paper-exchange/exchange.ts';

const START = Date.parse('2026-11-02T09:30:00-05:00');
const HOUR_MS = 3_600_000;

const options: PaperExchangeOptions = {
  seed: 'saved',
  accounts: [{ keyId: 'PKA', secretKey: 'a', cash: '100000', multiplier: '4' }],
  market: {
    kind: 'generated',
    symbols: ['AAPL', 'MSFT'].map((symbol) => ({ symbol, startPrice: '100' })),
    cadenceMs: 10_000,
  },
  switches: { randomPartialFills: true },
  faults: [
    {
      ...{ id: 'some fills', when: { probability: 0.5 }, where: { symbol: 'AAPL' } },
      what: { kind: 'partial_fill', percent: 30 },
    },
  ],
};

function opened(at: number) {
  const clock = new VirtualClock(at);
  const exchange = new PaperExchange(options, clock);
  const events: ExchangeEvent[] = [];
  exchange.core.subscribe((event) => events.push(event));
  return { clock, exchange, events };
}

type Opened = ReturnType<typeof opened>;

async function trade({ clock, exchange }: Opened, hours: number): Promise<void> {
  const [accountId = ''] = exchange.core.accountIds;
  for (let order = 0; order < 4 * hours; order += 1) {
    exchange.core.submitOrder(accountId, {
      ...{ symbol: order % 3 === 0 ? 'MSFT' : 'AAPL', qty: '5', side: 'buy' },
      ...{ type: 'market', time_in_force: 'day' },
    });
    await clock.advanceBy(HOUR_MS / 4);
  }
}

it('an exchange that goes on from a saved state equals one that never stopped', async () => {
  const unbroken = opened(START);
  unbroken.exchange.start();
  unbroken.exchange.run({ do: 'shift_prices', percent: 3, overMs: 4 * HOUR_MS });
  await trade(unbroken, 2);

  const text = writeState({ exchange: unbroken.exchange.save() });
  const resumed = opened(unbroken.clock.now());
  resumed.exchange.restore(readState(text).exchange ?? null);
  resumed.exchange.start();

  unbroken.events.length = 0;
  resumed.events.length = 0;
  for (const one of [unbroken, resumed]) await trade(one, 3);
  expect(resumed.events.length).toBeGreaterThan(1_000);
  expect(resumed.events).toEqual(unbroken.events);
  expect(resumed.exchange.faults.list()).toEqual(unbroken.exchange.faults.list());
  expect(JSON.stringify(resumed.exchange.save())).toBe(JSON.stringify(unbroken.exchange.save()));
});

it('the state of something else is refused', () => {
  const { exchange } = opened(START);
  expect(() => exchange.restore({ core: {} })).toThrow('not the saved state of a paper exchange');
});
