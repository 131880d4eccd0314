import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  absolute,
  type Decimal,
  decimal,
  multiply,
} from '../../../src/paper-exchange/core/decimal.ts';
import type {
  Latencies,
  Order,
  OrderStatus,
  TradeUpdate,
} from '../../../src/paper-exchange/core/types.ts';
import { Floor } from './floor.ts';
import { make, move, SYMBOLS } from './moves.ts';

const TERMINAL: readonly OrderStatus[] = ['filled', 'canceled', 'expired', 'replaced', 'rejected'];

const latencies: fc.Arbitrary<Partial<Latencies>> = fc.constantFrom(
  {},
  { newMs: 20, fillMs: 30, cancelMs: 100, replaceMs: 70, positionVisibilityMs: 500, streamMs: 5 },
);

function floorFor(latency: Partial<Latencies>, noShorting: boolean): Floor {
  const floor = new Floor({
    latencies: latency,
    switches: { randomPartialFills: true },
    account: { configuration: { noShorting } },
  });
  floor.market('MSFT', '99.99', '100.01', '100');
  return floor;
}

// ---- What must hold ---------------------------------------------------------------------------

function allOrders(floor: Floor): readonly Order[] {
  const filter = {
    status: 'all',
    limit: 100_000,
    after: null,
    until: null,
    afterOrderId: null,
    beforeOrderId: null,
    direction: 'asc',
    nested: false,
    symbols: null,
    side: null,
  } as const;
  return floor.core.listOrders(floor.accountId, filter).map(({ order }) => order);
}

function quantityHeld(floor: Floor, of: string): Decimal {
  const start = of === 'AAPL' ? decimal('10') : 0n;
  const fills = floor.core.fills(floor.accountId).filter((fill) => fill.symbol === of);
  return fills.reduce((sum, { side: way, qty: n }) => (way === 'buy' ? sum + n : sum - n), start);
}

function expectLedger(floor: Floor): void {
  const fills = floor.core.fills(floor.accountId);
  const cash = fills.reduce((sum, fill) => {
    const amount = multiply(fill.qty, fill.price);
    return fill.side === 'buy' ? sum - amount : sum + amount;
  }, decimal('99000'));
  const account = floor.core.account(floor.accountId);
  expect(account.cash).toBe(cash);
  let held = 0n;
  for (const name of SYMBOLS) {
    const quantity = quantityHeld(floor, name);
    held += multiply(quantity, floor.core.latestTrade(name)?.price ?? 0n);
    if (floor.core.latencies.positionVisibilityMs > 0) continue;
    expect(floor.core.position(floor.accountId, name)?.qty ?? 0n).toBe(quantity);
  }
  expect(account.equity).toBe(cash + held);
}

/** Open exits never promise more shares than there are; exits of one group promise them once. */
function expectHoldsWithinPosition(floor: Floor): void {
  const orders = allOrders(floor);
  const byId = new Map(orders.map((order) => [order.id, order]));
  for (const name of SYMBOLS) {
    const promised = new Map<string, Decimal>();
    for (const order of orders) {
      if (order.symbol !== name || TERMINAL.includes(order.status)) continue;
      if (!order.positionIntent.endsWith('_to_close') || order.notional !== null) continue;
      const entry = order.parentId === null ? undefined : byId.get(order.parentId);
      if (entry !== undefined && entry.orderClass !== 'oco' && entry.status !== 'filled') continue;
      const owner = order.parentId ?? chainRoot(byId, order);
      const left = (order.qty ?? 0n) - order.filledQty;
      const before = promised.get(owner) ?? 0n;
      promised.set(owner, left > before ? left : before);
    }
    const total = [...promised.values()].reduce((sum, left) => sum + left, 0n);
    expect(total <= absolute(quantityHeld(floor, name))).toBe(true);
  }
}

/** A replacement under way and the order it replaces promise the same shares. */
function chainRoot(byId: ReadonlyMap<string, Order>, order: Order): string {
  const before = order.replaces === null ? undefined : byId.get(order.replaces);
  return before !== undefined && !TERMINAL.includes(before.status) ? before.id : order.id;
}

function expectTerminalAbsorbing(updates: readonly TradeUpdate[]): void {
  const ended = new Set<string>();
  for (const { order } of updates) {
    expect(ended.has(order.id)).toBe(false);
    if (TERMINAL.includes(order.status)) ended.add(order.id);
  }
}

function expectOneActivityPerFill(floor: Floor): void {
  const executions = floor.updates().flatMap(({ execution }) => execution?.id ?? []);
  const activities = floor.core.fills(floor.accountId).map(({ executionId }) => executionId);
  expect(executions).toEqual(activities);
  expect(new Set(activities).size).toBe(activities.length);
}

/** One execution goes to zero at most, never through it. */
function expectNoFlip(floor: Floor, noShorting: boolean): void {
  const held = new Map<string, Decimal>([['AAPL', decimal('10')]]);
  for (const { execution, order } of floor.updates()) {
    if (execution === null) continue;
    const before = held.get(order.symbol) ?? 0n;
    const after = execution.positionQty;
    expect((before > 0n && after < 0n) || (before < 0n && after > 0n)).toBe(false);
    if (noShorting) expect(after >= 0n).toBe(true);
    held.set(order.symbol, after);
  }
}

/** A replacement never outlives the order it was to replace. */
function expectNoOrphans(floor: Floor): void {
  const byId = new Map(allOrders(floor).map((order) => [order.id, order]));
  for (const order of byId.values()) {
    const before = order.replaces === null ? undefined : byId.get(order.replaces);
    if (before === undefined || before.status === 'replaced') continue;
    if (TERMINAL.includes(before.status)) expect(order.status).toBe('rejected');
  }
}

function expectFillsAddUp(floor: Floor): void {
  const filled = new Map<string, Decimal>();
  for (const fill of floor.core.fills(floor.accountId)) {
    filled.set(fill.orderId, (filled.get(fill.orderId) ?? 0n) + fill.qty);
  }
  for (const order of allOrders(floor)) {
    if (order.replaces !== null || order.notional !== null) continue;
    expect(order.filledQty).toBe(filled.get(order.id) ?? 0n);
    if (order.status === 'filled') expect(order.filledQty).toBe(order.qty);
  }
}

describe('the laws of the exchange', () => {
  it('hold after every command, tick and wait, whatever their order', () => {
    fc.assert(
      fc.property(
        fc.array(move, { minLength: 10, maxLength: 80, size: 'max' }),
        latencies,
        fc.boolean(),
        (moves, latency, noShorting) => {
          const floor = floorFor(latency, noShorting);
          for (const made of moves) {
            make(floor, made);
            expectLedger(floor);
            expectHoldsWithinPosition(floor);
          }
          floor.advanceBy(1000);
          expectTerminalAbsorbing(floor.updates());
          expectOneActivityPerFill(floor);
          expectNoFlip(floor, noShorting);
          expectNoOrphans(floor);
          expectFillsAddUp(floor);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('give the same events, byte for byte, for the same seed and commands', () => {
    fc.assert(
      fc.property(fc.array(move, { maxLength: 60, size: 'max' }), latencies, (moves, latency) => {
        const [first, second] = [floorFor(latency, false), floorFor(latency, false)];
        for (const floor of [first, second]) for (const made of moves) make(floor, made);
        expect(first.transcript()).toBe(second.transcript());
      }),
      { numRuns: 60 },
    );
  });

  it('give other ids for another seed', () => {
    const ids = ['one', 'other'].map((seed) => new Floor({ seed }).accepted({}));
    expect(ids[0]).not.toBe(ids[1]);
  });

  it('case 58: random partial fills follow from the seed and add up to their orders', () => {
    const run = (seed: string) => {
      const floor = new Floor({ seed, switches: { randomPartialFills: true } });
      for (let count = 0; count < 100; count += 1) {
        floor.accepted({ qty: '10' });
        floor.quote('AAPL', '99.99', '100.01');
        floor.quote('AAPL', '99.99', '100.01');
      }
      for (let count = 0; count < 5; count += 1) floor.quote('AAPL', '99.99', '100.01');
      return floor;
    };
    const floor = run('partials');
    const partials = floor.eventNames().filter((name) => name === 'partial_fill');
    expect(partials.length).toBeGreaterThan(2);
    expect(partials.length).toBeLessThan(30);
    expect(floor.position().qty).toBe('1010');
    expect(run('partials').transcript()).toBe(floor.transcript());
    expect(run('others').transcript()).not.toBe(floor.transcript());
  });
});
