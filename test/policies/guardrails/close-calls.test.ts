import { describe, expect, it } from 'vitest';
import { price } from '../../../src/domain/decimal.ts';
import { fingerprintOf } from '../../../src/domain/fingerprint.ts';
import type { SentStep } from '../../../src/domain/guardrail.ts';
import type { Step } from '../../../src/domain/plan.ts';
import { NOW, oco, order, stopLimit } from '../../support/given.ts';
import { answer, codeOf } from '../answer.ts';
import {
  buyMore,
  cancel,
  type GivenReview,
  intent,
  ordering,
  replace,
  submit,
} from '../support.ts';

const resting = stopLimit();
const other = stopLimit({ id: 'stop-2' });
const sentBefore = (step: Step, more: Partial<SentStep> = {}): SentStep => ({
  ...{ at: NOW - 1_000, symbol: 'AAPL', clientOrderId: 'bb1-before', planId: 'plan-0' },
  fingerprint: fingerprintOf(step),
  ...more,
});

describe('the same order sent a second ago', () => {
  const stop = submit({ quantity: '5', stop: '95', limit: '94.5', purpose: 'protect' });
  const sale = submit({ quantity: '5' });
  const half = stopLimit({ id: 'half', clientOrderId: 'bb1-before', quantity: '5' });
  const again = (step: Step, more: Partial<SentStep>, given: GivenReview = {}) =>
    codeOf('duplicate', { ...given, steps: [step], sent: [sentBefore(step, more)] });

  it('is a repetition, but for a stop whose like is in sight', () => {
    expect(again(sale, {})).toBe('duplicate_order');
    expect(again(stop, {})).toBe('duplicate_order');
    expect(again(stop, {}, { orders: [half] })).toBeNull();
    expect(again(sale, {}, { orders: [half] })).toBe('duplicate_order');
    expect(again(stop, {}, { orders: [resting] })).toBe('duplicate_order');
    const change = replace(resting, { stop: '96' });
    expect(again(change, {}, { orders: [resting, half] })).toBe('duplicate_order');
  });

  it('is none where the first is known to be dead', () => {
    expect(again(sale, { isDead: true })).toBeNull();
    expect(again(sale, { isDead: false })).toBe('duplicate_order');
    const dead = intent('exit', 'dead');
    const intents = [dead];
    expect(again(sale, { clientOrderId: dead.clientOrderId }, { intents })).toBeNull();
    expect(again(sale, {}, { intents })).toBe('duplicate_order');
    expect(again(sale, { clientOrderId: null }, { intents })).toBe('duplicate_order');
  });

  it('is told by its id wherever that was seen, and a cancel has none', () => {
    const taken = order({ id: 'x', clientOrderId: sale.clientOrderId });
    expect(codeOf('duplicate', { steps: [sale], otherOrders: [taken] })).toBe('duplicate_order');
    expect(codeOf('duplicate', { steps: [sale], otherOrders: [order({ id: 'y' })] })).toBeNull();
    expect(codeOf('duplicate', { orders: [resting], steps: [cancel(resting)] })).toBeNull();
    // The one that is spent is not the first of the plan.
    const first = submit({ quantity: '1' });
    const found = answer('duplicate', { steps: [first, sale], otherOrders: [taken] });
    expect(found.measured).toContain(sale.clientOrderId);
  });
});

describe('the largest of several entries', () => {
  it('is the one that is spoken of, in whatever order they stand', () => {
    const steps = [buyMore('150', '1'), buyMore('500', '1'), buyMore('300', '1')];
    const given = {
      steps,
      facts: { ownEntryQuantities: [submit({ quantity: '1' }).order.quantity] },
    };
    expect(answer('order-size', given).measured).toBe('500 shares');
    const within = [buyMore('1', '1'), ...steps];
    expect(codeOf('order-size', { ...given, steps: within })).toBe('order_unlike_own');
  });
});

describe('limits in pairs', () => {
  const pair = (more: object) =>
    submit({ orderClass: 'oco', limit: '120', quantity: '10', stopLoss: ['95', '94.5'], ...more });

  it('are both looked at in an OCO, and the leg of a bracket is not', () => {
    expect(codeOf('price-collar', { steps: [pair({})] })).toBeNull();
    expect(codeOf('price-collar', { steps: [pair({ stopLoss: ['95', '70'] })] })).toBe(
      'price_outside_collar',
    );
    const bracket = { orderClass: 'bracket', limit: '100', stopLoss: ['95', '70'] } as const;
    expect(codeOf('price-collar', { steps: [pair(bracket)] })).toBeNull();
  });

  it.each([
    { side: 'long', exit: 'sell', stopLoss: ['95', '94.5'], good: '120', bad: '89' },
    { side: 'short', exit: 'buy', stopLoss: ['105', '105.5'], good: '80', bad: '111' },
  ] as const)('of a $side hold a take-profit that fills at once', (given) => {
    const { side, exit, stopLoss, good, bad } = given;
    const taking = (takeProfit: string) => ({
      side,
      steps: [submit({ side: exit, orderClass: 'oco', type: 'limit', stopLoss, takeProfit })],
    });
    expect(codeOf('price-collar', taking(good))).toBeNull();
    expect(codeOf('price-collar', taking(bad))).toBe('price_outside_collar');
  });

  it('lie on the other side for a short', () => {
    const cover = (limit: string) => ({
      side: 'short' as const,
      steps: [submit({ side: 'buy', limit })],
    });
    expect(codeOf('price-collar', cover('110'))).toBeNull();
    expect(codeOf('price-collar', cover('110.03'))).toBe('price_outside_collar');
    expect(codeOf('price-collar', cover('50'))).toBeNull();
  });

  it('are measured by the mark where there is no quote at all', () => {
    const bare = { bid: null, ask: null };
    expect(codeOf('price-collar', { ...bare, steps: [submit({ limit: '90' })] })).toBeNull();
    expect(codeOf('price-collar', { ...bare, steps: [submit({ limit: '89' })] })).toBe(
      'price_outside_collar',
    );
    const short = { ...bare, side: 'short' as const };
    const steps = [submit({ side: 'buy', limit: '111' })];
    expect(codeOf('price-collar', { ...short, steps })).toBe('price_outside_collar');
  });
});

describe('stops that stand and stops that go', () => {
  const two = { quantity: '20', orders: [resting, other] };

  it('are counted one for each group, and orders without a stop are none', () => {
    const pair = oco({ quantity: '10' });
    const given = { orders: [...pair], steps: [submit({ quantity: '1' })] };
    expect(codeOf('stop-never-loosens', given)).toBeNull();
    const limit = order({ id: 'limit', limit: '120' });
    expect(codeOf('stop-never-loosens', { orders: [limit], steps: [cancel(limit)] })).toBeNull();
  });

  it('may not go one of two, but for the shares that are sold', () => {
    expect(codeOf('stop-never-loosens', { ...two, steps: [cancel(other)] })).toBe('stop_loosened');
    const sold = [cancel(other), submit({ quantity: '10' })];
    expect(codeOf('stop-never-loosens', { ...two, steps: sold })).toBeNull();
    const less = [cancel(other), submit({ quantity: '9' })];
    expect(codeOf('stop-never-loosens', { ...two, steps: less })).toBe('stop_loosened');
  });

  it('go as a group with any one of it', () => {
    const pair = oco({ quantity: '10' });
    const [takeProfit] = pair;
    expect(codeOf('stop-never-loosens', { orders: [...pair], steps: [cancel(takeProfit)] })).toBe(
      'stop_loosened',
    );
  });

  it('are none once they are being taken away, unless the market has reached them', () => {
    const going = stopLimit({ status: 'pending_cancel' });
    expect(codeOf('stop-never-loosens', { orders: [going], steps: [] })).toBeNull();
    const woken = order({ id: 'woken', type: 'stop', stop: '95' });
    const through = { price: '94', orders: [woken] };
    expect(codeOf('stop-never-loosens', { ...through, steps: [cancel(woken)] })).toBe(
      'stop_loosened',
    );
  });

  it('count with the price that the profit of a pair is taken at, wherever that is named', () => {
    const pair = submit({ orderClass: 'oco', quantity: '10', stopLoss: ['95', '94.5'] });
    const named = ordering(pair, { takeProfitLimitPrice: price('120') });
    expect(codeOf('stop-never-loosens', { steps: [named] })).toBeNull();
  });

  it('do not count with what they were before a change', () => {
    const ended = stopLimit({ id: 'ended', status: 'canceled' });
    const steps = [submit({ quantity: '10' })];
    expect(codeOf('oversell', { orders: [ended], steps })).toBeNull();
    expect(codeOf('oversell', { orders: [resting], steps })).toBe('oversell');
    expect(
      codeOf('oversell', { orders: [resting], steps: [cancel(resting), ...steps] }),
    ).toBeNull();
    const chain = stopLimit({ id: 'next', replaces: 'stop-1' });
    const replaced = stopLimit({ status: 'replaced', replacedBy: 'next' });
    const both = { orders: [replaced, chain], steps: [submit({ quantity: '1' })] };
    expect(codeOf('oversell', both)).toBe('oversell');
  });
});

describe('an order of unknown outcome', () => {
  const unknown = intent('exit', 'unknown');
  const shown = order({
    id: 'shown',
    clientOrderId: unknown.clientOrderId,
    quantity: '1',
    limit: '120',
  });

  it('holds back an exit until it is shown, and another one shown does not help', () => {
    const steps = [submit({ quantity: '1' })];
    expect(codeOf('oversell', { intents: [unknown], steps })).toBe('symbol_unsettled');
    expect(codeOf('oversell', { intents: [unknown], orders: [shown], steps })).toBeNull();
    const stranger = order({ id: 'stranger', quantity: '1', limit: '120' });
    expect(codeOf('oversell', { intents: [unknown], orders: [stranger], steps })).toBe(
      'symbol_unsettled',
    );
  });

  it('holds back one exit among other steps, and no entry', () => {
    const mixed = [replace(resting, { stop: '96' }), submit({ quantity: '1' })];
    expect(codeOf('oversell', { intents: [unknown], orders: [resting], steps: mixed })).toBe(
      'symbol_unsettled',
    );
    expect(codeOf('oversell', { intents: [unknown], steps: [buyMore('1', '100')] })).toBeNull();
  });
});
