import { describe, expect, it } from 'vitest';
import { guardrails } from '../../../policies/registry.ts';
import { notional } from '../../../src/domain/decimal.ts';
import { ticker } from '../../../src/domain/ids.ts';
import { order, stopLimit } from '../../support/given.ts';
import { answer, told } from '../answer.ts';
import {
  buyMore,
  cancel,
  type GivenReview,
  partOf,
  planOf,
  replace,
  reviewOf,
  settings,
  submit,
} from '../support.ts';

const entry = (shares: string, limit = '100') => ({ steps: [buyMore(shares, limit)] });
const equity = (dollars: string) => ({ account: { equity: notional(dollars) } });

describe('order size', () => {
  it.each([
    { shares: '100', code: null, why: 'exactly 10 % of equity' },
    { shares: '100.01', code: 'order_too_large', why: 'a dollar more' },
    { shares: '5000', code: 'order_too_large', why: 'far more' },
  ])('$shares shares at 100: $code, $why', ({ shares, code }) => {
    expect(answer('order-size', entry(shares)).code).toBe(code);
  });

  it('holds the fixed amount too when the account is large', () => {
    const rich = equity('10000000');
    expect(answer('order-size', { ...entry('250'), ...rich }).code).toBeNull();
    expect(answer('order-size', { ...entry('250.01'), ...rich }).code).toBe('order_too_large');
  });

  it('lets an exit of any size leave', () => {
    const all = submit({ quantity: '100000' });
    expect(answer('order-size', { quantity: '100000', steps: [all] })).toMatchObject({
      outcome: 'pass',
      measured: 'no entry',
      because: 'exits and protection have no size limit',
    });
  });

  it('takes a sale of more than is held for the entry that it is', () => {
    const short = submit({ quantity: '2000' });
    expect(answer('order-size', { steps: [short] }).code).toBe('order_too_large');
  });

  it('takes a sale that says it opens for an entry', () => {
    const says = submit({ quantity: '10', limit: '2000', intent: 'sell_to_open' });
    expect(answer('order-size', { steps: [says] }).code).toBe('order_too_large');
  });

  it('prices an entry without a limit at the far side of the quote', () => {
    const market = submit({ side: 'buy', quantity: '100', intent: 'buy_to_open' });
    const given = { steps: [market], bid: '99', ask: '100.01' };
    expect(answer('order-size', given).code).toBe('order_too_large');
    expect(answer('order-size', { ...given, bid: null }).code).toBe('data_missing');
    expect(answer('order-size', { ...given, ask: '0' }).code).toBe('data_missing');
  });

  it('sees an entry made larger', () => {
    const waiting = order({ side: 'buy', quantity: '1', limit: '100' });
    const given = { orders: [waiting], steps: [replace(waiting, { quantity: '200' })] };
    expect(answer('order-size', given).code).toBe('order_too_large');
  });

  it('shows the largest entry of several, and the limit', () => {
    const steps = ['1', '3', '2'].map((shares) => buyMore(shares, '100'));
    expect(answer('order-size', { steps })).toMatchObject({
      measured: '300.00 USD',
      limit: '10000.00 USD (10 % of equity, at most 25000.00)',
    });
  });

  it('lets nothing in when equity is gone', () => {
    expect(answer('order-size', { ...entry('1'), ...equity('0') }).code).toBe('order_too_large');
  });
});

describe('exposure to one name', () => {
  it.each([
    { shares: '190', code: null, why: 'exactly 20 %' },
    { shares: '190.01', code: 'exposure_name_exceeded', why: 'a dollar more' },
    { shares: '999', code: 'exposure_name_exceeded', why: 'far more' },
  ])('10 held and $shares more at 100: $code, $why', ({ shares, code }) => {
    expect(answer('exposure-name', entry(shares)).code).toBe(code);
  });

  it('counts entries that wait, once, and not those it cancels or replaces', () => {
    const waiting = order({ side: 'buy', quantity: '100', limit: '100' });
    const given = { orders: [waiting] };
    const more = (shares: string) => buyMore(shares, '100');
    const check = (steps: GivenReview['steps']) =>
      answer('exposure-name', { ...given, steps: steps ?? [] }).code;
    expect(check([more('90')])).toBeNull();
    expect(check([more('91')])).toBe('exposure_name_exceeded');
    expect(check([cancel(waiting), more('190')])).toBeNull();
    expect(check([replace(waiting, { quantity: '190' })])).toBeNull();
    expect(check([replace(waiting, { quantity: '191' })])).toBe('exposure_name_exceeded');
  });

  it('does not count protective orders as exposure', () => {
    const given = { orders: [stopLimit()], ...entry('190') };
    expect(answer('exposure-name', given).code).toBeNull();
  });

  it('counts neither the legs of an order nor orders that have ended', () => {
    const leg = order({ id: 'leg', side: 'buy', quantity: '500', limit: '90', parentId: 'x' });
    const ended = order({ id: 'end', side: 'buy', quantity: '500', limit: '90', status: 'filled' });
    const given = { orders: [leg], otherOrders: [ended], ...entry('190') };
    expect(answer('exposure-name', given).code).toBeNull();
  });

  it('refuses an entry beside one whose size nobody knows', () => {
    const dollars = order({ side: 'buy', type: 'market', quantity: null });
    expect(answer('exposure-name', { orders: [dollars], ...entry('1') }).code).toBe('data_missing');
  });

  it('lets a position that has grown too large be made smaller', () => {
    const given = { quantity: '500', steps: [submit({ quantity: '100' })] };
    expect(answer('exposure-name', given)).toMatchObject({
      outcome: 'pass',
      measured: 'no entry',
    });
  });

  it('tells how much would pass', () => {
    expect(answer('exposure-name', entry('500')).wouldPass).toBe(
      'entries of at most 19000.00 USD in AAPL',
    );
  });
});

describe('exposure in total', () => {
  const others = [
    { symbol: 'MSFT', quantity: '400' },
    { symbol: 'TSLA', side: 'short', quantity: '400' },
  ] as const;

  it.each([
    { shares: '190', code: null, why: 'exactly 100 %, shorts included' },
    { shares: '190.01', code: 'exposure_total_exceeded', why: 'a dollar more' },
  ])('81,000 held and $shares more at 100: $code, $why', ({ shares, code }) => {
    expect(answer('exposure-total', { others, ...entry(shares) }).code).toBe(code);
  });

  it('counts orders that wait in symbols not held', () => {
    const otherOrders = [order({ symbol: 'NVDA', side: 'buy', quantity: '100', limit: '100' })];
    const given = { others, otherOrders };
    expect(answer('exposure-total', { ...given, ...entry('90') }).code).toBeNull();
    expect(answer('exposure-total', { ...given, ...entry('91') }).code).toBe(
      'exposure_total_exceeded',
    );
  });

  it('counts the entries of the whole plan, not only of one part', () => {
    const [guardrail] = guardrails(settings()).filter(({ name }) => name === 'exposure-total');
    const input = reviewOf({ others, ...entry('100') });
    const twin = { ...partOf(input.context, [buyMore('91', '100')]), symbol: ticker('MSFT') };
    const plan = planOf([input.part, twin], input.context);
    expect(told(guardrail?.review(input))?.code).toBeNull();
    expect(told(guardrail?.review({ ...input, plan }))?.code).toBe('exposure_total_exceeded');
  });

  it('refuses an entry beside one whose price nobody knows', () => {
    const otherOrders = [order({ symbol: 'NVDA', side: 'buy', type: 'market' })];
    expect(answer('exposure-total', { otherOrders, ...entry('1') }).code).toBe('data_missing');
  });

  it('shows what was measured against what', () => {
    expect(answer('exposure-total', { others, ...entry('10') })).toMatchObject({
      measured: '82000.00 USD',
      limit: '100000.00 USD (100 % of equity)',
    });
  });

  it('never keeps an exit back', () => {
    const given = { others, ...equity('1000'), steps: [submit()] };
    expect(answer('exposure-total', given).code).toBeNull();
  });
});

describe('daily loss', () => {
  it.each([
    { now: '98000.01', code: null, why: 'a cent before the limit' },
    { now: '98000', code: 'daily_loss_reached', why: 'exactly 2 %' },
    { now: '60000', code: 'daily_loss_reached', why: 'a gap past it' },
    { now: '120000', code: null, why: 'a good day' },
  ])('equity $now after 100000: $code, $why', ({ now, code }) => {
    expect(answer('daily-loss', { ...entry('1'), ...equity(now) }).code).toBe(code);
  });

  it('never keeps an exit or a stop back', () => {
    const given = { ...equity('1'), orders: [stopLimit()] };
    const steps = [replace(stopLimit(), { stop: '96' })];
    expect(answer('daily-loss', { ...given, steps }).code).toBeNull();
  });

  it('shows what was measured against what', () => {
    const limit = 'a loss under 2000.00 USD (2 % of the last close)';
    expect(answer('daily-loss', { ...entry('1'), ...equity('99000') })).toMatchObject({
      measured: 'a loss of 1000.00 USD',
      limit,
    });
    expect(answer('daily-loss', { ...entry('1'), ...equity('100500') })).toMatchObject({
      measured: 'a gain of 500.00 USD',
      limit,
    });
  });

  it('refuses an entry when the last close is not known', () => {
    const account = { lastEquity: notional('0') };
    expect(answer('daily-loss', { ...entry('1'), account }).code).toBe('data_missing');
  });
});
