import { describe, expect, it } from 'vitest';
import { text } from '../../src/domain/decimal.ts';
import { isOurs } from '../../src/domain/order.ts';
import { NO_INTERFERENCE } from '../../src/paper-exchange/core/state/interference.ts';
import {
  AAPL,
  type Given,
  type Guarded,
  guardedAccount,
  loopedAccount,
  settle,
} from '../support/guarded-account.ts';
import { closeByHand, placeForeign, sharesHeld, transfer } from '../support/other-hands.ts';

const CYCLE_MS = 10_000;
const foreignStop = { side: 'sell', type: 'stop', time_in_force: 'gtc' };
const atBirth: Given = { policies: { partialProfit: { placed: 'with_first_stop' } } };
const none: Given = { positions: [], symbols: ['AAPL'] };

const codes = ({ bigBrother }: Guarded): readonly string[] =>
  bigBrother.alerts().map(({ code }) => code);
const state = ({ bigBrother }: Guarded) => bigBrother.status().tradingState;
const stopsHeld = ({ context }: Guarded) =>
  context()?.cover.stops.map(({ stopPrice, quantity }) => `${quantity} @${stopPrice}`);

describe('an exit of somebody else', () => {
  it('that protects is cover: only the rest gets a stop of ours, and it is never touched', async () => {
    const guarded = await loopedAccount(none);
    guarded.price('AAPL', '100');
    await guarded.trade('AAPL', 'buy', '10');
    const id = await placeForeign(guarded, { ...foreignStop, qty: '4', stop_price: '85' });
    await guarded.clock.advanceBy(3 * CYCLE_MS);
    expect(guarded.context()?.cover.nakedQuantity.toFixed()).toBe('0');
    expect(stopsHeld(guarded)).toContain('4 @85');
    guarded.price('AAPL', '112');
    await guarded.clock.advanceBy(2 * CYCLE_MS);
    const theirs = guarded.liveOrders().find((order) => order.id === id);
    expect(theirs && text(theirs.stopPrice ?? theirs.filledQuantity)).toBe('85');
    expect(guarded.broker.mutations().filter((call) => call.startsWith('cancel'))).toEqual([]);
    expect(codes(guarded)).toContain('foreign_exit');
  });

  it('that holds all shares without protecting them is left alone, and said', async () => {
    const guarded = await loopedAccount(none);
    guarded.price('AAPL', '100');
    await guarded.trade('AAPL', 'buy', '10');
    await placeForeign(guarded, {
      ...{ qty: '10', side: 'sell', type: 'limit', limit_price: '130', time_in_force: 'gtc' },
    });
    await guarded.clock.advanceBy(3 * CYCLE_MS);
    expect(guarded.liveOrders().filter((order) => !isOurs(order))).toHaveLength(1);
    expect(codes(guarded)).toEqual(expect.arrayContaining(['foreign_exit', 'naked_position']));
  });
});

describe('a position that was reversed by hand', () => {
  it.each([
    [
      'long',
      'short',
      { positions: [{ symbol: 'AAPL', qty: '10', averageEntryPrice: '100' }] },
      'sell',
    ],
    [
      'short',
      'long',
      { positions: [{ symbol: 'AAPL', qty: '-10', averageEntryPrice: '100' }] },
      'buy',
    ],
  ] as const)(
    'from %s to %s loses the old stop and gets one of its own',
    async (_, side, given, by) => {
      const guarded = await loopedAccount(given);
      await guarded.clock.advanceBy(CYCLE_MS);
      closeByHand(guarded);
      await guarded.trade('AAPL', by, '6');
      await guarded.clock.advanceBy(3 * CYCLE_MS);
      expect(guarded.held()).toBe(`${side} 6`);
      const stop = side === 'short' ? 'buy stop_limit 6' : 'sell stop_limit 6';
      expect(guarded.resting()).toEqual([expect.stringContaining(stop)]);
      expect(guarded.context()?.episode.isExcess).toBeUndefined();
      expect(state(guarded)).toBe('active');
    },
  );

  it('while nobody watched, too', async () => {
    const guarded = await loopedAccount();
    await guarded.clock.advanceBy(CYCLE_MS);
    transfer(guarded, '-6');
    await guarded.clock.advanceBy(4 * CYCLE_MS);
    expect(guarded.held()).toBe('short 6');
    expect(guarded.resting()).toEqual([expect.stringContaining('buy stop_limit 6')]);
  });
});

describe('what a broker must never do', () => {
  it('is put right at once where both exits of a pair fill, and no entry is sent any more', async () => {
    const guarded = await guardedAccount();
    const { clock, price, exchange } = guarded;
    await placeForeign(guarded, {
      ...{ qty: '10', side: 'sell', type: 'limit', time_in_force: 'gtc', order_class: 'oco' },
      take_profit: { limit_price: '110' },
      stop_loss: { stop_price: '90' },
    });
    await settle(clock, guarded.start());
    guarded.orchestrator.start();
    await clock.advanceBy(CYCLE_MS);
    exchange.core.interfere({ ...NO_INTERFERENCE, fillsBothExits: () => true });
    price('AAPL', '110.5');
    await clock.advanceBy(1_000);
    expect(sharesHeld(guarded)).toBe(0);
    await clock.advanceBy(3 * CYCLE_MS);
    expect(sharesHeld(guarded)).toBe(0);
    expect(guarded.held()).toBeNull();
    expect(guarded.resting()).toEqual([]);
    expect(codes(guarded)).toContain('excess_position');
    expect(state(guarded)).toBe('reducing');
    expect(guarded.records('episode_opened').at(-1)?.body).toMatchObject({
      episode: { side: 'short', isExcess: true },
    });
    expect(guarded.broker.mutations()).toEqual(['submit AAPL buy market 10']);
  });

  it('opens nothing where both exits of a tranche fill: the other stop goes in time', async () => {
    const guarded = await loopedAccount(atBirth);
    const { clock, price, exchange } = guarded;
    await clock.advanceBy(CYCLE_MS);
    exchange.core.interfere({ ...NO_INTERFERENCE, fillsBothExits: () => true });
    price('AAPL', '116.5');
    await clock.advanceBy(3 * CYCLE_MS);
    expect(sharesHeld(guarded)).toBe(0);
    expect(guarded.resting()).toEqual([]);
    expect(state(guarded)).toBe('active');
  });

  it('is believed, bought back and told where an exit fills for more than was ordered', async () => {
    const guarded = await loopedAccount();
    const { clock, price, exchange } = guarded;
    await clock.advanceBy(CYCLE_MS);
    exchange.core.interfere({
      ...NO_INTERFERENCE,
      fillPercent: ({ side }) => (side === 'sell' ? 120 : 100),
    });
    price('AAPL', '91.8');
    await clock.advanceBy(3 * CYCLE_MS);
    expect(sharesHeld(guarded)).toBe(0);
    expect(codes(guarded)).toContain('overfilled_order');
    expect(state(guarded)).toBe('reducing');
  });

  it('is believed and covered where an entry fills for more than was ordered', async () => {
    const guarded = await loopedAccount(none);
    guarded.price('AAPL', '100');
    guarded.exchange.core.interfere({ ...NO_INTERFERENCE, fillPercent: () => 120 });
    await guarded.trade('AAPL', 'buy', '10');
    await guarded.clock.advanceBy(2 * CYCLE_MS);
    expect(guarded.held()).toBe('long 12');
    expect(guarded.context()?.cover.nakedQuantity.toFixed()).toBe('0');
    expect(guarded.state.nakedTime(AAPL).nakedSince).toBeNull();
    expect(codes(guarded)).toContain('overfilled_order');
  });
});
