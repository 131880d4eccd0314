import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import { describe, expect, it } from 'vitest';
import { Checker } from './checker.ts';
import {
  type Carried,
  type Evidence,
  type HumanSettings,
  type OrderSeen,
  type ViolationKind,
  violationKinds,
} from './evidence.ts';
import { House } from './house.ts';

const settings: HumanSettings = {
  ...{ mode: 'execute', environment: 'simulated', accountNumber: 'PA1', policiesAct: false },
  unasked: {
    ...{ saleDollarsPerDay: '500', saleEquityPercentPerDay: '10', salePositionPercentPerDay: '60' },
  },
  ...{ delayMs: 600_000, hostAnswersForPerson: false, blastRadiusDollarsPerDay: '50' },
};

type Fields = Readonly<Record<string, unknown>>;
const sealed = (fields: Fields): Fields & { readonly id: string; readonly hash: string } => ({
  ...fields,
  id: 'plan-1',
  hash: createHash('sha256')
    .update(canonicalize({ ...fields, id: 'plan-1' }) ?? '')
    .digest('hex'),
});

const sale = {
  ...{ kind: 'submit', symbol: 'AAPL', purpose: 'reduce', clientOrderId: 'bb1-sale' },
  order: {
    ...{ symbol: 'AAPL', side: 'sell', type: 'market', timeInForce: 'day', quantity: '4' },
    ...{ positionIntent: 'sell_to_close', orderClass: 'simple', limitPrice: null, stopPrice: null },
    ...{ takeProfitLimitPrice: null, stopLoss: null },
  },
};
const planOf = (steps: readonly Fields[] = [sale], more: Fields = {}) =>
  sealed({
    ...{ origin: 'host', accountNumber: 'PA1', environment: 'simulated', expiresAt: 60_000 },
    ...{ intent: { kind: 'reduce', symbol: 'AAPL' }, terms: { mode: 'execute' } },
    parts: [{ symbol: 'AAPL', basis: { price: '100', quantity: '10' }, steps }],
    ...more,
  });

const post: Carried = {
  ...{ kind: 'carried', at: 1_000, method: 'POST', path: '/v2/orders', status: 200 },
  body: JSON.stringify({
    ...{ client_order_id: 'bb1-sale', symbol: 'AAPL', side: 'sell', type: 'market', qty: '4' },
    ...{ time_in_force: 'day', position_intent: 'sell_to_close' },
  }),
  isByHand: false,
};
const stop: OrderSeen = {
  ...{ kind: 'order', at: 0, id: 'order-stop', clientOrderId: 'bb1-stop', symbol: 'AAPL' },
  ...{ side: 'sell', type: 'stop', quantity: '10', filledQuantity: '0', stopPrice: '92' },
  ...{ end: null, fill: null },
};
const filled: OrderSeen = {
  ...{ ...stop, id: 'order-sale', clientOrderId: 'bb1-sale', type: 'market', stopPrice: null },
  ...{ quantity: '4', filledQuantity: '4', end: 'filled' },
  fill: { price: '99.99', quantity: '4', heldAfter: '6' },
};
const shrunk: OrderSeen = { ...stop, quantity: '6' };
const begin: readonly Evidence[] = [
  { kind: 'equity', dollars: '100000' },
  { kind: 'price', symbol: 'AAPL', price: '100' },
  { kind: 'holds', symbol: 'AAPL', quantity: '10' },
  stop,
  { kind: 'quiet', at: 0 },
];
type Named = { readonly id: string; readonly hash: string };
const askedFor = ({ id, hash }: Named, call = 1): Evidence => ({
  kind: 'asked',
  ...{ call, at: 900, planId: id, hash },
});
const around = (plan: ReturnType<typeof planOf>, ...then: readonly Evidence[]): Evidence[] => [
  ...begin,
  { kind: 'plan', text: plan },
  { kind: 'shown', planId: plan.id, hash: plan.hash },
  askedFor(plan),
  ...then,
];
const yes = ({ hash }: Named, channel: 'terminal' | 'host' = 'terminal'): Evidence => ({
  kind: 'yes',
  ...{ at: 950, hash, channel },
});

function kindsIn(evidence: readonly Evidence[], more: Partial<HumanSettings> = {}) {
  const checker = new Checker({ ...settings, ...more });
  for (const each of evidence) checker.hear(each);
  return checker.violations.map(({ kind }) => kind);
}

const plan = planOf();
const dear = planOf([{ ...sale, order: { ...sale.order, quantity: '6' } }]);
const postOf6 = { ...post, body: post.body.replace('"4"', '"6"') };
const cancel = { kind: 'cancel', symbol: 'AAPL', purpose: 'release', orderId: 'order-stop' };
const unstopping = planOf([cancel, sale]);
const away: Carried = { ...post, method: 'DELETE', path: '/v2/orders/order-stop', body: '' };
const gone: OrderSeen = { ...stop, end: 'taken_away' };
const buy = planOf([{ ...sale, order: { ...sale.order, side: 'buy' } }]);
const half = { ...sale, order: { ...sale.order, quantity: '2' } };
const inTwo = planOf([half, { ...half, clientOrderId: 'bb1-more' }]);
const halfOf = (id: string): Carried => ({
  ...post,
  body: post.body.replace('"4"', '"2"').replace('bb1-sale', id),
});
const ofLoop = planOf([sale], { origin: 'loop' });

const planted: Readonly<Record<string, readonly [ViolationKind, readonly Evidence[], object?]>> = {
  'an order that is in no plan': ['order_of_no_plan', [...begin, post]],
  'an order under the id of a plan, of more shares': ['order_altered', around(plan, postOf6)],
  'an order with something in it that the plan has not': [
    'order_altered',
    around(plan, { ...post, body: post.body.replace('}', ',"extended_hours":true}') }),
  ],
  'the end of all orders at once': [
    'request_forbidden',
    around(plan, { ...post, method: 'DELETE', path: '/v2/orders', body: '' }),
  ],
  'the closing of a position without an order': [
    'request_forbidden',
    around(plan, { ...post, method: 'DELETE', path: '/v2/positions/AAPL', body: '' }),
  ],
  'another setting of the account': [
    'request_forbidden',
    around(plan, { ...post, method: 'PATCH', path: '/v2/account/configurations', body: '{}' }),
  ],
  'a plan whose text is not what was hashed': [
    'plan_rewritten',
    around({ ...plan, expiresAt: 90_000 } as never, post),
  ],
  'a plan that the host was never shown': [
    'plan_never_shown',
    around(plan, post).filter(({ kind }) => kind !== 'shown'),
  ],
  'a plan that nobody asks for': [
    'plan_never_asked_for',
    around(plan, post).filter(({ kind }) => kind !== 'asked'),
  ],
  'a plan asked for under another hash': [
    'plan_never_asked_for',
    around(plan).flatMap<Evidence>((each) =>
      each.kind === 'asked' ? [{ ...each, hash: '0'.repeat(64) }, post] : [each],
    ),
  ],
  'an order after the call for it has ended': [
    'plan_never_asked_for',
    around(plan, { kind: 'answered', call: 1 }, post),
  ],
  'a plan that has expired': ['plan_expired', around(plan, { ...post, at: 60_001 })],
  'the same order twice': ['plan_used_again', around(plan, post, post)],
  'a plan in two calls': [
    'plan_used_again',
    around(
      inTwo,
      ...[halfOf('bb1-sale'), { kind: 'answered', call: 1 } as const],
      ...[askedFor(inTwo, 2), halfOf('bb1-more')],
    ),
  ],
  'a plan for another account': [
    'plan_for_another_account',
    around(planOf([sale], { accountNumber: 'PA2' }), post),
  ],
  'a plan for paper in a live account': [
    'plan_for_another_account',
    around(plan, post),
    { environment: 'live' },
  ],
  'an order while everything is only proposed': [
    'mode_forbids',
    around(plan, post),
    { mode: 'propose' },
  ],
  'an order while everything is only observed': [
    'mode_forbids',
    around(plan, post),
    { mode: 'observe' },
  ],
  'an order of the loop, which does not run': [
    'policies_are_off',
    [...begin, { kind: 'plan', text: ofLoop }, post],
  ],
  'more dollars than need nobody': ['nobody_agreed', around(dear, postOf6)],
  'more of the equity than needs nobody': [
    'nobody_agreed',
    around(plan, { kind: 'equity', dollars: '3000' }, post),
  ],
  'more of a position than needs nobody': [
    'nobody_agreed',
    around(dear, postOf6),
    {
      unasked: { ...settings.unasked, saleDollarsPerDay: '5000', salePositionPercentPerDay: '50' },
    },
  ],
  'a yes of the host itself, which does not count': [
    'nobody_agreed',
    around(dear, yes(dear, 'host'), postOf6),
  ],
  "a person's yes to another plan": ['nobody_agreed', around(dear, yes(plan), postOf6)],
  'a sale under the name of protection': [
    'nobody_agreed',
    around(planOf([sale], { intent: { kind: 'protect', symbol: null } }), post),
  ],
  'a stop taken away, to which nobody agreed': ['nobody_agreed', around(unstopping, away)],
  'a stop taken away right after the yes': [
    'agreed_too_lately',
    around(unstopping, yes(unstopping), away),
  ],
  'a purchase of what is held': [
    'adds_exposure',
    around(buy, { ...post, body: post.body.replace('"sell"', '"buy"') }),
  ],
  'a sale of what is not held': [
    'adds_exposure',
    around(plan, { kind: 'holds', symbol: 'AAPL', quantity: '0' }, post),
  ],
  'a sale of more than is held': [
    'adds_exposure',
    around(plan, { kind: 'holds', symbol: 'AAPL', quantity: '3' }, post),
  ],
  'a position that has turned around': [
    'position_grew',
    around(plan, post, { ...filled, fill: { price: '100', quantity: '14', heldAfter: '-4' } }),
  ],
  'a position that has grown': [
    'position_grew',
    around(plan, post, { ...filled, fill: { price: '100', quantity: '4', heldAfter: '14' } }),
  ],
  'a stop that is gone': [
    'cover_lost',
    around(plan, post, filled, gone, { kind: 'quiet', at: 2_000 }),
  ],
  'a stop that is looser': [
    'cover_lost',
    around(plan, post, filled, { ...shrunk, stopPrice: '91' }, { kind: 'quiet', at: 2_000 }),
  ],
  'a sale far under the market': [
    'loss_beyond_blast_radius',
    around(plan, post, { ...filled, fill: { price: '80', quantity: '4', heldAfter: '6' } }),
  ],
};

describe('the checker at the exchange', () => {
  it('permits what a host proposed, asked for, and may have without a person', () => {
    const quiet: Evidence = { kind: 'quiet', at: 2_000 };
    expect(kindsIn(around(plan, post, filled, shrunk, quiet))).toEqual([]);
    expect(kindsIn(around(dear, yes(dear), postOf6))).toEqual([]);
    const late = around(unstopping, yes(unstopping), { ...away, at: 59_000 });
    expect(kindsIn(late, { delayMs: 1_000 })).toEqual([]);
    const own = [...begin, { kind: 'plan', text: ofLoop } as const, post];
    expect(kindsIn(own, { policiesAct: true })).toEqual([]);
    expect(kindsIn([...begin, { ...away, isByHand: true }, gone, quiet])).toEqual([]);
    expect(kindsIn([...begin, { ...stop, end: 'by_itself' }, quiet])).toEqual([]);
    expect(kindsIn([...begin, { ...post, method: 'GET' }])).toEqual([]);
  });

  it.each(Object.entries(planted))('finds %s', (_, [kind, evidence, more = {}]) => {
    expect(kindsIn(evidence, more)).toEqual([kind]);
  });

  it('has something planted for everything that it can find', () => {
    const found = new Set(Object.values(planted).map(([kind]) => kind));
    expect([...violationKinds].filter((kind) => !found.has(kind))).toEqual([]);
  });

  it('finds planted orders on the wire of a whole account, and only them', async () => {
    const house = await House.open({
      ...{ mode: 'execute', environment: 'simulated', loop: true, elicitation: 'never' },
      ...{ saleDollarsPerDay: '3000', seed: 'planted' },
    });
    const { checker, guarded } = house;
    const propose = { intent: 'reduce', symbol: 'AAPL', fraction: '0.2' };
    const { json } = await house.call('propose_plan', propose);
    const { plan_id, hash } = json;
    expect((await house.call('execute_plan', { plan_id, hash })).json.outcome).toBe('completed');
    await house.wait(2_000);
    house.quiet();
    expect(checker.violations).toEqual([]);
    expect(checker.forHosts).toBeGreaterThan(0);

    // Somebody has got at the keys, and acts past the guard.
    const plant = (method: string, path: string, body?: object) =>
      guarded.exchange.fetchApi(`http://127.0.0.1${path}`, {
        method,
        headers: { 'APCA-API-KEY-ID': 'PK-TEST', 'APCA-API-SECRET-KEY': 'secret' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
    const order = { symbol: 'MSFT', qty: '1', side: 'buy', type: 'market', time_in_force: 'day' };
    await plant('POST', '/v2/orders', order);
    const [resting] = guarded.liveOrders('BRK.B');
    await plant('DELETE', `/v2/orders/${resting?.id}`);
    await plant('DELETE', '/v2/positions/SPY');
    await plant('DELETE', '/v2/orders');
    const ids = guarded.records('step_intended').map((record) => JSON.stringify(record.body));
    const [clientOrderId] = /bb1-[a-z2-7]{26}/.exec(ids.at(-1) ?? '') ?? [];
    const again = { ...order, symbol: 'AAPL', side: 'sell', client_order_id: clientOrderId };
    await plant('POST', '/v2/orders', again);
    expect(checker.violations.map(({ kind }) => kind)).toEqual([
      ...['order_of_no_plan', 'order_of_no_plan', 'request_forbidden', 'request_forbidden'],
      'order_altered',
    ]);
    await house.close();
  });
});
