import { describe, expect, it } from 'vitest';
import type { JournalRecord } from '../../../src/domain/event.ts';
import { CANARY, stopOf, type WatchedWorld, watchedWorld } from './watched-world.ts';

const SELL = {
  ...{ symbol: 'AAPL', qty: '10', side: 'sell', type: 'market', time_in_force: 'day' },
  ...{ position_intent: 'sell_to_close', client_order_id: 'bb1-planted' },
} as const;

const record = (world: WatchedWorld, type: JournalRecord['type'], body: object): void => {
  const last = [...world.disk.scan(1)].at(-1);
  if (last === undefined) throw new Error('nothing was written yet');
  const planted = { ...last, type, symbol: 'AAPL', planId: 'plan-planted', body } as JournalRecord;
  world.say({ kind: 'record_written', life: world.life, record: planted });
};

/** The newest record of the type once more, with a change. */
const again = (
  world: WatchedWorld,
  type: JournalRecord['type'],
  change: (body: { [name: string]: unknown }) => object,
): void => {
  const newest = world.records(type).at(-1);
  if (newest === undefined) throw new Error(`no ${type} was written`);
  const body = change({ ...(newest.body as object) });
  world.say({
    kind: 'record_written',
    life: world.life,
    record: { ...newest, body } as JournalRecord,
  });
};

/** The order that the guard placed, sent once more as it was. */
const resend = (world: WatchedWorld, change: object = {}) => {
  const sent = world.observations.find(
    (each) => each.kind === 'request_sent' && each.request.method === 'POST',
  );
  if (sent?.kind !== 'request_sent') throw new Error('nothing was sent');
  return world.sendAsOwner('POST', '/v2/orders', { ...JSON.parse(sent.request.body), ...change });
};

/** A guard that still reads the account every two seconds, and does nothing about it. */
const onlyLook = async (world: WatchedWorld, forMs: number): Promise<void> => {
  for (let passed = 0; passed < forMs; passed += 2_000) {
    await world.clock.advanceBy(2_000);
    for (const path of ['/v2/account', '/v2/positions', '/v2/orders']) {
      await world.sendAsOwner('GET', path);
    }
  }
};

type Lie = {
  readonly invariant: number;
  readonly that: string;
  readonly plant: (world: WatchedWorld) => unknown;
};

const safety: readonly Lie[] = [
  {
    invariant: 1,
    that: 'a second exit for the same shares is on its way',
    plant: (world) => world.sendAsOwner('POST', '/v2/orders', SELL),
  },
  {
    invariant: 1,
    that: 'a stop of ours executes more than is held',
    async plant(world) {
      world.exchange.faults.add({
        id: 'x',
        when: { times: 1 },
        what: { kind: 'overfill', percent: 120 },
      });
      world.price('AAPL', '91.9');
      await world.clock.advanceBy(2_000);
    },
  },
  {
    invariant: 2,
    that: 'another order owns the same shares',
    plant(world) {
      const stop = stopOf(world);
      const twin = { ...stop, id: 'twin', clientOrderId: 'bb1-twin' };
      world.lies.listOrders = () => [stop, twin].map((order) => ({ order, legs: [] }));
      const update = { ...updateOf(world, stop.id), event: 'new' as const };
      world.say({ kind: 'exchange_event', event: { ...update, order: twin } });
    },
  },
  {
    invariant: 3,
    that: 'a cancel leaves that nobody wrote down',
    plant: (world) => world.sendAsOwner('DELETE', `/v2/orders/${stopOf(world).id}`),
  },
  {
    invariant: 3,
    that: 'another quantity leaves than was written down',
    plant: (world) => resend(world, { qty: '9' }),
  },
  {
    invariant: 3,
    that: 'the broker has an order with an id of ours that nobody intended',
    plant: (world) =>
      world.sendAsOwner(
        'POST',
        '/v2/orders',
        { ...SELL, side: 'buy', position_intent: 'buy_to_open', type: 'limit', limit_price: '50' },
        false,
      ),
  },
  {
    invariant: 4,
    that: 'a plan is spent twice',
    plant: (world) => again(world, 'plan_spent', (body) => body),
  },
  {
    invariant: 4,
    that: 'one id is on two orders',
    plant(world) {
      const update = updateOf(world, stopOf(world).id);
      const order = { ...update.order, id: 'twin' };
      world.say({ kind: 'exchange_event', event: { ...update, order } });
    },
  },
  {
    invariant: 5,
    that: 'an order leaves after everything was halted',
    async plant(world) {
      world.say({ kind: 'halt_latched', level: 'everything' });
      await world.clock.advanceBy(51);
      await resend(world);
    },
  },
  {
    invariant: 5,
    that: 'an entry leaves after entries were halted',
    async plant(world) {
      world.say({ kind: 'halt_latched', level: 'entries' });
      await world.clock.advanceBy(51);
      const entry = { ...SELL, side: 'buy', position_intent: 'buy_to_open' };
      await world.sendAsOwner('POST', '/v2/orders', entry);
    },
  },
  {
    invariant: 6,
    that: 'a guardrail had denied the plan',
    async plant(world) {
      again(world, 'plan_reviewed', (body) => ({ ...body, outcome: 'denied' }));
      await resend(world);
    },
  },
  {
    invariant: 6,
    that: 'a guardrail was not asked',
    async plant(world) {
      again(world, 'plan_reviewed', (body) => {
        const verdicts = body.verdicts as { guardrail: string }[];
        return { ...body, verdicts: verdicts.filter(({ guardrail }) => guardrail !== 'oversell') };
      });
      await resend(world);
    },
  },
  {
    invariant: 7,
    that: 'a plan is spent that nobody reviewed',
    plant: (world) => record(world, 'plan_spent', { hash: 'planted' }),
  },
  {
    invariant: 7,
    that: 'a plan was made without the word of a guardrail',
    plant(world) {
      again(world, 'plan_proposed', (body) => {
        const verdicts = body.verdicts as { guardrail: string }[];
        return { ...body, verdicts: verdicts.filter(({ guardrail }) => guardrail !== 'oversell') };
      });
      again(world, 'plan_spent', (body) => body);
    },
  },
  {
    invariant: 7,
    that: 'a plan was reviewed on a reading of 16 s before',
    async plant(world) {
      await world.begin({ cycleMs: 600_000 });
      await world.clock.advanceBy(15_000);
      again(world, 'plan_reviewed', (body) => body);
      again(world, 'plan_spent', (body) => body);
    },
  },
  {
    invariant: 7,
    that: 'a review is two minutes old when its first step leaves',
    async plant(world) {
      await world.clock.advanceBy(120_000);
      again(world, 'step_intended', (body) => body);
    },
  },
  {
    invariant: 8,
    that: 'a stop is moved away from the market',
    plant(world) {
      const body = { stop_price: '80', limit_price: '79', client_order_id: 'bb1-looser' };
      return world.sendAsOwner('PATCH', `/v2/orders/${stopOf(world).id}`, body);
    },
  },
  {
    invariant: 8,
    that: 'a stop is cancelled and nothing takes its place',
    plant: (world) => world.sendAsOwner('DELETE', `/v2/orders/${stopOf(world).id}`),
  },
  {
    invariant: 10,
    that: 'an order may open a position',
    plant: (world) =>
      world.sendAsOwner('POST', '/v2/orders', {
        ...{ ...SELL, side: 'buy', type: 'limit', limit_price: '50' },
        position_intent: 'buy_to_open',
      }),
  },
  {
    invariant: 10,
    that: 'an exit goes out far below the market',
    plant: (world) => world.sendAsOwner('POST', '/v2/orders', { ...SELL, limit_price: '50' }),
  },
  {
    invariant: 10,
    that: '201 requests leave within a minute',
    async plant(world) {
      for (let sent = 0; sent < 201; sent += 1) await world.sendAsOwner('GET', '/v2/account');
    },
  },
  {
    invariant: 10,
    that: '401 requests leave within a minute with a halt',
    async plant(world) {
      world.say({ kind: 'halt_latched', level: 'entries' });
      for (let sent = 0; sent < 401; sent += 1) await world.sendAsOwner('GET', '/v2/account');
    },
  },
  {
    invariant: 12,
    that: 'another plan is spent than was proposed',
    plant: (world) => again(world, 'plan_spent', () => ({ hash: 'another' })),
  },
  {
    invariant: 12,
    that: 'a plan is spent that was made for other shares',
    plant(world) {
      again(world, 'plan_proposed', (body) => {
        const plan = body.plan as { parts: { basis: object }[] };
        const parts = plan.parts.map((part) => ({
          ...part,
          basis: { ...part.basis, quantity: '3' },
        }));
        return { ...body, plan: { ...plan, parts } };
      });
      again(world, 'plan_spent', (body) => body);
    },
  },
  {
    invariant: 13,
    that: 'a snapshot has a position too many',
    plant(world) {
      again(world, 'snapshot_taken', (body) => ({ ...body, positions: 2 }));
      const [newest] = world.records('snapshot_taken').slice(-1);
      if (newest === undefined) throw new Error('no snapshot was taken');
      const body = { ...(newest.body as object), positions: 2 };
      const later = { ...newest, seq: newest.seq + 1, body } as JournalRecord;
      world.say({ kind: 'record_written', life: world.life, record: later });
    },
  },
  {
    invariant: 13,
    that: 'a tool tells of other shares than are held',
    plant(world) {
      const text = JSON.stringify({ columns: ['symbol', 'quantity'], rows: [['AAPL', '11']] });
      world.say({ kind: 'tool_answered', tool: 'get_portfolio_context', text });
    },
  },
  {
    invariant: 14,
    that: 'a record was changed after it was written',
    plant(world) {
      const last = [...world.disk.scan(1)].at(-1);
      if (last === undefined) throw new Error('nothing was written');
      const changed = { ...last, seq: last.seq + 1, prev: last.hash };
      world.say({ kind: 'record_written', life: 1, record: changed });
    },
  },
  {
    invariant: 14,
    that: 'a record is missing',
    plant(world) {
      const last = [...world.disk.scan(1)].at(-1);
      if (last === undefined) throw new Error('nothing was written');
      world.say({ kind: 'record_written', life: 1, record: { ...last, seq: last.seq + 2 } });
    },
  },
  {
    invariant: 15,
    that: 'a new process cancels before it has read anything',
    plant(world) {
      world.say({ kind: 'died', life: 1, point: 'planted' });
      world.say({ kind: 'started', life: 2 });
      return world.sendAsOwner('DELETE', `/v2/orders/${stopOf(world).id}`, undefined, true, 2);
    },
  },
  {
    invariant: 16,
    that: 'the state is milder than one of its causes',
    plant: (world) =>
      record(world, 'trading_state_changed', {
        state: 'active',
        causes: [{ state: 'halted', code: 'account_blocked', because: 'planted' }],
      }),
  },
  {
    invariant: 16,
    that: 'a fault of our own is forgotten without a restart',
    plant(world) {
      const causes = [{ state: 'halted', code: 'own_fault', because: 'planted' }];
      record(world, 'trading_state_changed', { state: 'halted', causes });
      record(world, 'trading_state_changed', { state: 'active', causes: [] });
    },
  },
  {
    invariant: 17,
    that: 'a secret is in a record',
    plant: (world) => record(world, 'tool_called', { because: `refused ${CANARY}` }),
  },
  {
    invariant: 17,
    that: 'a secret is in the answer of a tool',
    plant: (world) => world.say({ kind: 'tool_answered', tool: 'get_history', text: CANARY }),
  },
  {
    invariant: 17,
    that: 'a secret is in a request',
    plant: (world) => world.sendAsOwner('GET', `/v2/orders?after=${CANARY}`),
  },
];

function updateOf({ observations }: WatchedWorld, orderId: string) {
  for (const each of observations) {
    if (each.kind !== 'exchange_event' || each.event.kind !== 'trade_update') continue;
    if (each.event.order.id === orderId) return each.event;
  }
  throw new Error(`nothing was told of ${orderId}`);
}

const guarded = async () => {
  const world = await watchedWorld();
  const runtime = await world.begin();
  await world.clock.advanceBy(45_000);
  expect(world.broken()).toEqual([]);
  return { world, runtime };
};

describe('a planted lie', () => {
  it.each(safety)('breaks invariant $invariant when $that', async ({ invariant, plant }) => {
    const { world } = await guarded();
    await plant(world);
    expect(world.broken()).toContain(invariant);
  });

  it.each([9, 23])('breaks invariant %i when a stop is gone and nobody acts', async (invariant) => {
    const { world, runtime } = await guarded();
    await runtime.orchestrator.stop();
    world.exchange.run({ do: 'cancel', orderId: stopOf(world).id });
    await onlyLook(world, 8_000);
    expect(world.broken()).toEqual([]);
    await onlyLook(world, 6_000);
    expect(world.broken()).toContain(invariant);
  });

  it.each([
    { forMs: 20_000, invariants: [] },
    { forMs: 40_000, invariants: [1] },
  ])(
    'breaks $invariants when an exit fills $forMs ms after somebody sold all and nobody acts',
    async ({ forMs, invariants }) => {
      const { world, runtime } = await guarded();
      await runtime.orchestrator.stop();
      world.price('AAPL', '100');
      world.exchange.run({ do: 'close_by_hand', symbol: 'AAPL' });
      await onlyLook(world, forMs);
      world.exchange.run({ do: 'execute', orderId: stopOf(world).id, qty: '10', price: '92' });
      expect(world.broken()).toEqual(invariants);
    },
  );

  it.each([
    { status: 'new', breaks: true },
    { status: 'pending_cancel', breaks: false },
  ] as const)(
    'breaks 1: $breaks, when an exit for too much is $status and nobody acts',
    async ({ status, breaks }) => {
      const { world, runtime } = await guarded();
      await runtime.orchestrator.stop();
      const stop = stopOf(world);
      const large = { ...stop, qty: 2n * (stop.qty ?? 0n), status };
      world.lies.listOrders = () => [{ order: large, legs: [] }];
      await onlyLook(world, 28_000);
      expect(world.broken()).not.toContain(1);
      await onlyLook(world, 6_000);
      expect(world.broken().includes(1)).toBe(breaks);
    },
  );

  it('breaks invariant 18 when a process that may only look sends an order', async () => {
    const world = await watchedWorld();
    await world.begin({ mode: 'observe' });
    await world.clock.advanceBy(20_000);
    expect(world.broken()).toEqual([]);
    await world.sendAsOwner('POST', '/v2/orders', SELL);
    expect(world.broken()).toContain(18);
  });
});

const liveness: readonly Lie[] = [
  {
    invariant: 19,
    that: 'a position has no stop and no alert',
    plant(world) {
      world.exchange.run({ do: 'cancel', orderId: stopOf(world).id });
    },
  },
  {
    invariant: 20,
    that: 'nobody knows what became of a step',
    plant(world) {
      again(world, 'step_intended', (body) => ({ ...body, clientOrderId: 'bb1-nobody-knows' }));
    },
  },
  {
    invariant: 21,
    that: 'an order of ours rests where nothing is held',
    async plant(world) {
      const order = { ...SELL, symbol: 'MSFT', side: 'buy', position_intent: 'buy_to_open' };
      await world.sendAsOwner('POST', '/v2/orders', { ...order, type: 'limit', limit_price: '50' });
    },
  },
  {
    invariant: 22,
    that: 'trading is halted for no reason',
    plant: (world) => record(world, 'trading_state_changed', { state: 'halted', causes: [] }),
  },
];

describe('what has not come to rest', () => {
  it.each(liveness)('breaks invariant $invariant when $that', async ({ invariant, plant }) => {
    const world = await watchedWorld({ symbols: ['AAPL', 'MSFT'] });
    const runtime = await world.begin();
    await world.clock.advanceBy(45_000);
    await runtime.orchestrator.stop();
    expect(world.settled()).toEqual([]);
    await plant(world);
    await world.clock.advanceBy(31_000);
    expect(world.settled().map((violation) => violation.invariant)).toContain(invariant);
  });
});
