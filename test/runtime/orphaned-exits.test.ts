import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Order } from '../../src/domain/order.ts';
import { isOurs } from '../../src/domain/order.ts';
import { decimal, formatDecimal } from '../../src/paper-exchange/core/basics/decimal.ts';
import {
  AAPL,
  type Guarded,
  guardedAccount,
  loopedAccount,
  settle,
} from '../support/guarded-account.ts';

const CYCLE_MS = 10_000;

const accountOf = ({ exchange }: Guarded): string => exchange.core.accountIds[0] ?? '';

/** What the account holds at the exchange itself, whatever anybody thinks. */
function heldAtExchange(guarded: Guarded): number {
  const positions = guarded.exchange.core.positions(accountOf(guarded));
  return positions.reduce((sum, { qty }) => sum + Number(formatDecimal(qty)), 0);
}

/** Shares move without an order, as by a transfer. */
function transfer(guarded: Guarded, qty: string): void {
  const positions = [{ symbol: 'AAPL', qty: decimal(qty), averageEntryPrice: decimal('100') }];
  guarded.exchange.core.adjustAccount(accountOf(guarded), { positions });
}

/** Closes the position at the market, although our exits hold its shares. */
function closeByHand(guarded: Guarded): void {
  // The exchange's own time only moves on with what it is told.
  guarded.price('AAPL', '100');
  guarded.exchange.core.closeByHand(accountOf(guarded), 'AAPL');
}

const codes = ({ bigBrother }: Guarded): readonly string[] =>
  bigBrother.alerts().map(({ code }) => code);

/** An order of the account's owner. */
async function placeForeign(guarded: Guarded, order: Record<string, string>): Promise<void> {
  const answer = await guarded.exchange.fetchApi('http://127.0.0.1/v2/orders', {
    method: 'POST',
    headers: {
      'APCA-API-KEY-ID': 'PK-TEST',
      'APCA-API-SECRET-KEY': 'secret',
      'content-type': 'application/json',
    },
    body: JSON.stringify({ symbol: 'AAPL', ...order }),
  });
  if (!answer.ok) throw new Error(await answer.text());
}

const foreign = ({ liveOrders }: Guarded): readonly Order[] =>
  liveOrders().filter((order) => !isOurs(order));

describe('an exit of ours whose position is gone', () => {
  it('is canceled within a cycle of a close by hand', async () => {
    const guarded = await loopedAccount();
    expect(guarded.resting()).toEqual(['sell stop_limit 10 @92']);
    closeByHand(guarded);
    await guarded.clock.advanceBy(CYCLE_MS + 1_000);
    expect(guarded.held()).toBeNull();
    expect(guarded.resting()).toEqual([]);
    expect(guarded.broker.mutations().slice(1)).toEqual(['cancel AAPL']);
    expect(guarded.records('plan_finished').at(-1)?.body).toMatchObject({ outcome: 'completed' });
    guarded.price('AAPL', '80');
    await guarded.clock.advanceBy(CYCLE_MS);
    expect(heldAtExchange(guarded)).toBe(0);
    expect(guarded.logger.verify()).toMatchObject({ ok: true });
  });

  it('is canceled as soon as anybody has read the account, and not with the next cycle', async () => {
    const guarded = await loopedAccount();
    closeByHand(guarded);
    await guarded.clock.advanceBy(1_000);
    expect(guarded.resting()).toEqual(['sell stop_limit 10 @92']);
    await settle(guarded.clock, guarded.state.updateFromAlpaca());
    await guarded.clock.advanceBy(1_000);
    expect(guarded.resting()).toEqual([]);
  });

  it('is canceled for a short as well', async () => {
    const positions = [{ symbol: 'AAPL', qty: '-10', averageEntryPrice: '100' }];
    const guarded = await loopedAccount({ positions });
    closeByHand(guarded);
    await guarded.clock.advanceBy(CYCLE_MS + 1_000);
    expect(guarded.resting()).toEqual([]);
  });

  it('is canceled once a position that vanished without any order stays away', async () => {
    const guarded = await loopedAccount();
    transfer(guarded, '0');
    await guarded.clock.advanceBy(3 * CYCLE_MS);
    expect(guarded.resting()).toEqual(['sell stop_limit 10 @92']);
    expect(codes(guarded)).toContain('snapshot_incoherent');
    await guarded.clock.advanceBy(2 * CYCLE_MS);
    expect(guarded.resting()).toEqual([]);
    expect(heldAtExchange(guarded)).toBe(0);
  });

  it('is placed again at once when such a position is there again as it was', async () => {
    const guarded = await loopedAccount();
    transfer(guarded, '0');
    await guarded.clock.advanceBy(6 * CYCLE_MS);
    expect(guarded.resting()).toEqual([]);
    transfer(guarded, '10');
    await guarded.clock.advanceBy(CYCLE_MS + 1_000);
    expect(guarded.resting()).toEqual(['sell stop_limit 10 @92']);
    expect(codes(guarded)).toEqual([]);
  });

  it('is canceled after a restart that finds it, by the second look', async () => {
    const guarded = await loopedAccount();
    void guarded.orchestrator.stop();
    await guarded.clock.advanceBy(CYCLE_MS);
    closeByHand(guarded);
    const next = guarded.boot();
    await settle(guarded.clock, next.start());
    next.orchestrator.start();
    await guarded.clock.advanceBy(2_000);
    expect(next.broker.mutations()).toEqual([]);
    await guarded.clock.advanceBy(CYCLE_MS);
    expect(next.broker.mutations()).toEqual(['cancel AAPL']);
  });

  it('is canceled when the answer to the first cancel was lost', async () => {
    const guarded = await loopedAccount();
    guarded.broker.next('cancel', { kind: 'loses_answer' });
    closeByHand(guarded);
    await guarded.clock.advanceBy(3 * CYCLE_MS);
    expect(guarded.resting()).toEqual([]);
  });

  it('is left where the mode sends nothing, and the plan is shown', async () => {
    const guarded = await loopedAccount();
    await settle(guarded.clock, guarded.stop());
    const next = guarded.boot({ mode: 'propose' });
    await settle(guarded.clock, next.start());
    next.orchestrator.start();
    closeByHand(guarded);
    await guarded.clock.advanceBy(3 * CYCLE_MS);
    expect(next.broker.mutations()).toEqual([]);
    const [shown] = next.logger.recall(['plan_proposed']).slice(-1);
    expect(JSON.stringify(shown?.body)).toContain('cancel-orphaned-exits');
  });
});

describe('an exit whose position only seems to be gone', () => {
  it('is not touched while the list of positions lags for 4 s', async () => {
    const guarded = await loopedAccount();
    const sent = guarded.broker.mutations().length;
    guarded.broker.losesPositions = true;
    for (let look = 0; look < 4; look += 1) {
      await settle(guarded.clock, guarded.state.updateFromAlpaca());
      await guarded.clock.advanceBy(1_000);
    }
    guarded.broker.losesPositions = false;
    await guarded.clock.advanceBy(3 * CYCLE_MS);
    expect(guarded.broker.mutations()).toHaveLength(sent);
    expect(guarded.resting()).toEqual(['sell stop_limit 10 @92']);
  });

  it('is not touched when the list lags at the start', async () => {
    const guarded = await loopedAccount();
    void guarded.orchestrator.stop();
    await guarded.clock.advanceBy(CYCLE_MS);
    const next = guarded.boot();
    next.broker.losesPositions = true;
    await settle(guarded.clock, next.start());
    next.orchestrator.start();
    await guarded.clock.advanceBy(4_000);
    next.broker.losesPositions = false;
    await guarded.clock.advanceBy(3 * CYCLE_MS);
    expect(next.broker.mutations()).toEqual([]);
    expect(next.state.getCompleteContext(AAPL)?.cover.coveredQuantity.toFixed()).toBe('10');
  });
});

describe('a foreign order in a flat symbol', () => {
  it('is left alone with an alert when it is an exit', async () => {
    const guarded = await guardedAccount();
    await placeForeign(guarded, {
      ...{ qty: '10', side: 'sell', type: 'stop', stop_price: '90', time_in_force: 'gtc' },
    });
    await settle(guarded.clock, guarded.start());
    guarded.orchestrator.start();
    await guarded.clock.advanceBy(1_000);
    closeByHand(guarded);
    await guarded.clock.advanceBy(2 * CYCLE_MS);
    expect(foreign(guarded)).toHaveLength(1);
    expect(guarded.broker.mutations()).toEqual([]);
    expect(codes(guarded)).toContain('orphaned_exit');
  });

  it('is nobody’s worry when it is an entry', async () => {
    const guarded = await loopedAccount();
    await placeForeign(guarded, {
      ...{ qty: '5', side: 'buy', type: 'limit', limit_price: '90', time_in_force: 'gtc' },
    });
    closeByHand(guarded);
    await guarded.clock.advanceBy(2 * CYCLE_MS);
    expect(guarded.resting()).toEqual(['buy limit 5 @null']);
    expect(codes(guarded)).not.toContain('orphaned_exit');
  });
});

type Happening = 'close' | 'vanish' | 'shrink' | 'buy' | 'lag' | 'read' | 'fall' | 'rise' | 'wait';

const happenings: fc.Arbitrary<readonly Happening[]> = fc.array(
  fc.constantFrom<Happening>(
    ...(['close', 'vanish', 'shrink', 'buy', 'lag', 'read', 'fall', 'rise', 'wait'] as const),
  ),
  { minLength: 1, maxLength: 8 },
);

async function happen(guarded: Guarded, what: Happening): Promise<void> {
  const { clock, broker, state, price } = guarded;
  const holds = heldAtExchange(guarded) > 0;
  switch (what) {
    case 'close':
      if (holds) closeByHand(guarded);
      return;
    case 'vanish':
      return transfer(guarded, '0');
    case 'shrink':
      if (holds) transfer(guarded, '4');
      return;
    case 'buy':
      price('AAPL', '100');
      return guarded.trade('AAPL', 'buy', '5').catch(() => {}); // A wash trade is refused.
    case 'lag':
      broker.losesPositions = true;
      await clock.advanceBy(4_000);
      broker.losesPositions = false;
      return;
    case 'read':
      await settle(clock, state.updateFromAlpaca());
      return;
    case 'fall':
      return price('AAPL', '97');
    case 'rise':
      return price('AAPL', '103');
    case 'wait':
      return clock.advanceBy(3_000);
  }
}

describe('whatever happens by hand, in whatever order', () => {
  it('ends with nothing on its way out that is not held, and with no short', async () => {
    await fc.assert(
      fc.asyncProperty(happenings, async (events) => {
        const guarded = await loopedAccount();
        await placeForeign(guarded, {
          ...{ qty: '1', side: 'buy', type: 'limit', limit_price: '50', time_in_force: 'gtc' },
        });
        for (const event of events) {
          await happen(guarded, event);
          await guarded.clock.advanceBy(700);
          expect(heldAtExchange(guarded)).toBeGreaterThanOrEqual(0);
        }
        await guarded.clock.advanceBy(6 * CYCLE_MS);
        const held = heldAtExchange(guarded);
        const exits = guarded.liveOrders().filter(isOurs);
        const leaving = exits.reduce((sum, { quantity }) => sum + Number(String(quantity)), 0);
        expect(leaving).toBe(held);
        expect(foreign(guarded)).toHaveLength(1);
        guarded.price('AAPL', '60');
        await guarded.clock.advanceBy(2 * CYCLE_MS);
        expect(heldAtExchange(guarded)).toBeGreaterThanOrEqual(0);
      }),
      { numRuns: 60 },
    );
  }, 120_000);
});

describe('an exit of ours for more than is held', () => {
  it('shrinks with a position that became smaller without an order', async () => {
    const guarded = await loopedAccount();
    transfer(guarded, '6');
    await guarded.clock.advanceBy(3 * CYCLE_MS);
    expect(guarded.held()).toBe('long 6');
    expect(guarded.resting()).toEqual(['sell stop_limit 6 @92']);
  });
});
