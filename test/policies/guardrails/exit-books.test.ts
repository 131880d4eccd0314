import { describe, expect, it } from 'vitest';
import {
  type Exit,
  exitsAfter,
  exitsAlong,
  exitsNow,
  isForeign,
  sharesClaimed,
} from '../../../policies/guardrails/exits.ts';
import { quantity, text } from '../../../src/domain/decimal.ts';
import { orderId } from '../../../src/domain/ids.ts';
import type { Order } from '../../../src/domain/order.ts';
import type { Step } from '../../../src/domain/plan.ts';
import { holding, oco, order, stopLimit } from '../../support/given.ts';
import { cancel, intent, partOf, replace, submit } from '../support.ts';

const amount = (value: Exit['stopPrice'] | Exit['quantity']) =>
  value === null ? '-' : text(value);
/** Group, shares, stop and limit in one line; a star for what the plan has touched. */
const line = ({ group, quantity: shares, stopPrice, limitPrice, planned }: Exit) =>
  `${group} ${amount(shares)} @${amount(stopPrice)}/${amount(limitPrice)}${planned ? '*' : ''}`;
const now = (orders: readonly Order[], more: Parameters<typeof holding>[0] = {}) =>
  exitsNow(holding({ ...more, orders })).map(line);
const leftBy = (steps: readonly Step[], orders: readonly Order[] = []) => {
  const context = holding({ orders });
  return exitsAfter(partOf(context, steps), context).map(line);
};

describe('the exits that rest now', () => {
  it('are the orders of the closing side that have not ended', () => {
    const buy = order({ id: 'buy', side: 'buy', limit: '90' });
    const ended = stopLimit({ id: 'ended', status: 'canceled' });
    expect(now([stopLimit(), buy, ended])).toEqual(['stop-1 10 @95/94.5']);
    expect(now([stopLimit(), buy], { side: 'short' })).toEqual(['buy 10 @-/90']);
  });

  it('count with what is left of them, and those in dollars with all that is held', () => {
    expect(now([stopLimit({ filled: '4', status: 'partially_filled' })])).toEqual([
      'stop-1 6 @95/94.5',
    ]);
    expect(now([order({ quantity: null, limit: '120' })], { quantity: '7' })).toEqual([
      'order-1 7 @-/120',
    ]);
  });

  it('are none in a bracket whose entry still works, and all in one that is awake', () => {
    const entry = order({ id: 'entry', side: 'buy', limit: '90', orderClass: 'bracket' });
    const legs = [
      order({ id: 'profit', limit: '120', status: 'held', parentId: 'entry' }),
      stopLimit({ id: 'stop', status: 'held', parentId: 'entry' }),
    ];
    expect(now([entry, ...legs])).toEqual([]);
    const awake = legs.map((leg, index) =>
      index === 0 ? { ...leg, status: 'new' as const } : leg,
    );
    const both = ['entry 10 @-/120', 'entry 10 @95/94.5'];
    expect(now([entry, ...awake])).toEqual(both);
    expect(now([{ ...entry, status: 'filled' }, ...legs])).toEqual(both);
    // One that sleeps lets nobody else sleep.
    expect(now([entry, ...legs, stopLimit({ id: 'own' })])).toEqual(['own 10 @95/94.5']);
  });

  it('are of one group with what they hang on, or stand in the place of', () => {
    expect(now(oco({}))).toEqual(['oco-1 10 @-/120', 'oco-1 10 @95/94.5']);
    const chain = [
      stopLimit({ id: 'old', status: 'replaced' }),
      stopLimit({ id: 'middle', status: 'pending_replace', replaces: 'old' }),
      stopLimit({ id: 'new', replaces: 'middle' }),
    ];
    expect(now(chain)).toEqual(['old 10 @95/94.5', 'old 10 @95/94.5']);
    // What they hang on need not be listed any more.
    expect(
      now([stopLimit({ parentId: 'gone' }), stopLimit({ id: 's2', replaces: 'gone' })]),
    ).toEqual(['gone 10 @95/94.5', 'gone 10 @95/94.5']);
    // A leg hangs on its group, whatever it was changed from.
    expect(now([stopLimit({ parentId: 'gone', replaces: 'older' })])).toEqual(['gone 10 @95/94.5']);
  });

  it('end although their ids go round in a ring', () => {
    const ring = [stopLimit({ id: 'a', replaces: 'b' }), stopLimit({ id: 'b', replaces: 'a' })];
    expect(now(ring)).toHaveLength(2);
  });
});

describe('the exits along a plan', () => {
  it('are told from now on, after each step', () => {
    const context = holding({ orders: [stopLimit()] });
    const part = partOf(context, [cancel(stopLimit()), submit({ quantity: '4' })]);
    expect(exitsAlong(part, context).map((exits) => exits.map(line))).toEqual([
      ['stop-1 10 @95/94.5'],
      [],
      ['step 1 4 @-/-*'],
    ]);
    expect(exitsAfter(part, context).map(line)).toEqual(['step 1 4 @-/-*']);
  });

  it('lose a whole group by the cancel of one of it, and nothing by that of a stranger', () => {
    const rest = stopLimit({ id: 'rest' });
    expect(leftBy([cancel(oco({})[1])], [...oco({}), rest])).toEqual(['rest 10 @95/94.5']);
    expect(leftBy([cancel(stopLimit({ id: 'stranger' }))], [rest])).toEqual(['rest 10 @95/94.5']);
    expect(leftBy([submit(), cancel(stopLimit({ id: 'stranger' }))], [rest])).toHaveLength(2);
  });

  it('change only in what a change names, and only the one that is changed', () => {
    const rest = stopLimit({ id: 'rest', quantity: '3' });
    const changed = (change: Parameters<typeof replace>[1]) =>
      leftBy([replace(stopLimit(), change)], [stopLimit(), rest]);
    expect(changed({ stop: '96' })).toEqual(['stop-1 10 @96/94.5*', 'rest 3 @95/94.5']);
    expect(changed({ limit: '94' })).toEqual(['stop-1 10 @95/94*', 'rest 3 @95/94.5']);
    expect(changed({ quantity: '5' })).toEqual(['stop-1 5 @95/94.5*', 'rest 3 @95/94.5']);
  });

  it('grow by what a step sends for the closing side', () => {
    expect(leftBy([submit({ limit: '120' })])).toEqual(['step 0 10 @-/120*']);
    expect(leftBy([submit({ side: 'buy', limit: '90' })])).toEqual([]);
    expect(leftBy([submit({ stop: '95', limit: '94.5' })])).toEqual(['step 0 10 @95/94.5*']);
  });

  it('grow by both of an OCO, as one group', () => {
    const pair = submit({ orderClass: 'oco', limit: '120', stopLoss: ['95', '94'] });
    expect(leftBy([pair])).toEqual(['step 0 10 @-/120*', 'step 0 10 @95/94*']);
    const unnamed = submit({ orderClass: 'oco', stopLoss: ['95', '94'] });
    const order_ = {
      ...unnamed.order,
      takeProfitLimitPrice: stopLimit({ limit: '121' }).limitPrice,
    };
    expect(leftBy([{ ...unnamed, order: order_ }])).toEqual([
      'step 0 10 @-/121*',
      'step 0 10 @95/94*',
    ]);
    // Of any other class the stop is for shares that are not held yet.
    expect(
      leftBy([submit({ orderClass: 'bracket', limit: '120', stopLoss: ['95', '94'] })]),
    ).toEqual(['step 0 10 @-/120*']);
    expect(leftBy([submit({ orderClass: 'oco', limit: '120' })])).toEqual(['step 0 10 @-/120*']);
  });
});

describe('the shares that exits claim', () => {
  it('count once for each group, with the largest of it', () => {
    const claimed = (orders: readonly Order[]) =>
      text(sharesClaimed(exitsNow(holding({ orders }))));
    expect(claimed([])).toBe('0');
    expect(claimed([stopLimit({ quantity: '4' }), stopLimit({ id: 's2', quantity: '3' })])).toBe(
      '7',
    );
    const [profit, stop] = oco({});
    expect(claimed([{ ...profit, quantity: quantity('6') }, stop])).toBe('10');
    expect(claimed([profit, { ...stop, quantity: quantity('6') }])).toBe('10');
  });
});

describe('an order is of others', () => {
  const seen = (one: Order, orders: readonly Order[] = [], known: readonly string[] = []) =>
    isForeign(one, {
      orders: [one, ...orders],
      intents: known.map((id) => intent('cover', 'live', { orderId: orderId(id) })),
    });
  const leg = stopLimit({ clientOrderId: 'leg-of-parent', parentId: 'parent' });

  it.each([
    ['not when it bears our name', stopLimit(), [], [], false],
    ['when it bears another', stopLimit({ foreign: true }), [], [], true],
    ['not as a leg of ours', leg, [order({ id: 'parent' })], [], false],
    ['as a leg of theirs', leg, [order({ id: 'parent', foreign: true })], [], true],
    ['as a leg of nobody known', leg, [order({ id: 'other' })], ['other'], true],
    ['not as a leg of one that we sent and see no more', leg, [], ['parent'], false],
    [
      'as a leg of theirs, whatever we sent',
      leg,
      [order({ id: 'parent', foreign: true })],
      ['parent'],
      true,
    ],
  ] as const)('%s', (_, one, orders, known, expected) => {
    expect(seen(one, orders, known)).toBe(expected);
  });
});
