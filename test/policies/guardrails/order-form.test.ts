import { describe, expect, it } from 'vitest';
import { decimal, quantity } from '../../../src/domain/decimal.ts';
import type { Step, SubmitStep } from '../../../src/domain/plan.ts';
import { oco, order, stopLimit } from '../../support/given.ts';
import { answer, codeOf } from '../answer.ts';
import { buyMore, cancel, entering, ordering, replace, submit } from '../support.ts';

describe('short sales', () => {
  const short = submit({ quantity: '5', intent: 'sell_to_open' });

  it.each([
    { allowShort: false, shortingEnabled: true, code: 'short_not_allowed' },
    { allowShort: true, shortingEnabled: true, code: null },
    { allowShort: true, shortingEnabled: false, code: 'short_not_allowed' },
  ])('allowed here $allowShort, at the broker $shortingEnabled: $code', (given) => {
    const { allowShort, shortingEnabled, code } = given;
    const asked = { steps: [short], account: { shortingEnabled } };
    expect(codeOf('no-short', asked, { noShort: { allowShort } })).toBe(code);
  });

  it('are what a sale of more than is held is', () => {
    const sale = (shares: string) => ({ steps: [submit({ quantity: shares })] });
    expect(codeOf('no-short', sale('10'))).toBeNull();
    expect(answer('no-short', sale('10.5'))).toMatchObject({
      code: 'short_not_allowed',
      measured: '0.5 shares sold short',
      limit: '0 shares sold short',
    });
  });

  it('are no purchase, and no cover of a short', () => {
    expect(codeOf('no-short', entering())).toBeNull();
    expect(codeOf('no-short', { side: 'short', steps: [submit({ side: 'buy' })] })).toBeNull();
  });

  it('name who does not allow them', () => {
    const { because } = answer('no-short', { steps: [short] });
    expect(because).toBe('a sale of 5 AAPL would open a short position');
    const account = { shortingEnabled: false };
    const allowed = { noShort: { allowShort: true } };
    expect(answer('no-short', { steps: [short], account }, allowed).because).toBe(
      'the broker does not let this account sell AAPL short',
    );
    expect(answer('no-short', { steps: [short] }, allowed).limit).toBe('short sales are allowed');
  });
});

describe('an order against one of the other side', () => {
  const bid = (limit: string | null, more = {}) =>
    order({ id: 'bid', side: 'buy', limit, ...more });
  const sell = (limit?: string) => submit(limit === undefined ? {} : { limit });

  it.each([
    { resting: '100', selling: '100', code: 'self_trade' },
    { resting: '100', selling: '100.01', code: null },
    { resting: '100.01', selling: '100', code: 'self_trade' },
    { resting: '1', selling: undefined, code: 'self_trade' },
    { resting: null, selling: '900', code: 'self_trade' },
  ])('that buys at $resting, selling at $selling: $code', ({ resting, selling, code }) => {
    expect(codeOf('self-trade', { orders: [bid(resting)], steps: [sell(selling)] })).toBe(code);
  });

  it('of a buyer meets the sellers in the same way', () => {
    const offer = order({ id: 'offer', limit: '100' });
    expect(codeOf('self-trade', { orders: [offer], steps: [buyMore('1', '100')] })).toBe(
      'self_trade',
    );
    expect(codeOf('self-trade', { orders: [offer], steps: [buyMore('1', '99.99')] })).toBeNull();
  });

  it.each([
    { what: 'has ended', more: { status: 'filled' } },
    { what: 'is of a group', more: { orderClass: 'oco' } },
    { what: 'trails', more: { type: 'trailing_stop' } },
    { what: 'sells as well', more: { side: 'sell' } },
    { what: 'is of another symbol', more: { symbol: 'MSFT' } },
  ] as const)('that $what is no danger', ({ more }) => {
    expect(codeOf('self-trade', { otherOrders: [bid('100', more)], steps: [sell()] })).toBeNull();
  });

  it('is seen where nothing is known of it but the order itself', () => {
    expect(codeOf('self-trade', { otherOrders: [bid('100')], steps: [sell()] })).toBe('self_trade');
  });

  it('of a group, or that trails, may rest beside it', () => {
    const orders = [bid('100')];
    const group = submit({ orderClass: 'oco' });
    expect(codeOf('self-trade', { orders, steps: [group] })).toBeNull();
    expect(codeOf('self-trade', { orders, steps: [submit({ type: 'trailing_stop' })] })).toBeNull();
  });

  it('is none once the plan has canceled it, and one when it cancels it afterwards', () => {
    const resting = bid('100');
    const orders = [resting];
    expect(codeOf('self-trade', { orders, steps: [cancel(resting), sell()] })).toBeNull();
    expect(codeOf('self-trade', { orders, steps: [sell(), cancel(resting)] })).toBe('self_trade');
  });

  it('is judged by the price that a change gives it', () => {
    const orders = [bid('90'), order({ id: 'mine', limit: '110' })];
    const [, mine] = orders;
    if (mine === undefined) throw new Error('there are two orders');
    const changed = (limit: string) => ({ orders, steps: [replace(mine, { limit })] });
    expect(codeOf('self-trade', changed('90.01'))).toBeNull();
    expect(codeOf('self-trade', changed('90'))).toBe('self_trade');
    const smaller = { orders, steps: [replace(mine, { quantity: '5' })] };
    expect(codeOf('self-trade', smaller)).toBeNull();
  });

  it('of a group is changed without danger', () => {
    const [takeProfit] = oco({});
    const given = {
      orders: [bid('95'), takeProfit],
      steps: [replace(takeProfit, { limit: '90' })],
    };
    expect(codeOf('self-trade', given)).toBeNull();
  });

  it('of the same plan counts as well', () => {
    expect(codeOf('self-trade', { steps: [sell('100'), buyMore('1', '100')] })).toBe('self_trade');
    expect(codeOf('self-trade', { steps: [sell('101'), buyMore('1', '100')] })).toBeNull();
  });

  it('is named', () => {
    expect(answer('self-trade', { orders: [bid('100')], steps: [sell('99')] })).toMatchObject({
      measured: '1 order of the other side (bid)',
      because: 'the submit of a sell order could trade with bid, a buy order',
      wouldPass: 'the same plan once order bid has ended, or as one group with it',
    });
  });
});

describe('the form of an order', () => {
  const fractional = (changes: Partial<SubmitStep['order']>) =>
    ordering(submit({ quantity: '1.5' }), changes);

  it.each([
    { limit: '100.01', code: null },
    { limit: '100.001', code: 'price_off_tick' },
    { limit: '0.9999', code: null },
    { limit: '0.99999', code: 'price_off_tick' },
    { limit: '0', code: 'price_off_tick' },
  ])('has a limit of $limit: $code', ({ limit, code }) => {
    expect(codeOf('order-form', { steps: [submit({ limit })] })).toBe(code);
    expect(codeOf('order-form', { steps: [replace(stopLimit(), { limit })] })).toBe(code);
    expect(codeOf('order-form', { steps: [replace(stopLimit(), { stop: limit })] })).toBe(code);
  });

  it.each([
    { where: 'its stop', step: submit({ stop: '95.001', limit: '94' }) },
    { where: "its group's stop", step: submit({ orderClass: 'oco', stopLoss: ['95.001', '94'] }) },
    { where: "that stop's limit", step: submit({ orderClass: 'oco', stopLoss: ['95', '94.001'] }) },
    {
      where: 'its take-profit',
      step: ordering(submit(), { takeProfitLimitPrice: decimal('110.001') as never }),
    },
  ])('is looked at in $where', ({ step }) => {
    expect(codeOf('order-form', { steps: [step] })).toBe('price_off_tick');
  });

  it.each([
    { shares: '0', code: 'quantity_not_orderable' },
    { shares: '1', code: null },
    { shares: '1.5', code: 'quantity_not_orderable' },
  ])('is of $shares shares until canceled: $code', ({ shares, code }) => {
    expect(codeOf('order-form', { steps: [submit({ quantity: shares })] })).toBe(code);
    const change = replace(stopLimit(), { quantity: shares });
    expect(codeOf('order-form', { steps: [change] })).toBe(code);
  });

  it('of a part of a share is a simple one for the day, of nine decimals', () => {
    const check = (step: Step) => codeOf('order-form', { steps: [step] });
    expect(check(fractional({ timeInForce: 'day' }))).toBeNull();
    expect(check(fractional({ timeInForce: 'day', orderClass: 'oco' }))).toBe(
      'quantity_not_orderable',
    );
    const nine = { timeInForce: 'day' as const, quantity: quantity('0.123456789') };
    expect(check(fractional(nine))).toBeNull();
    expect(check(fractional({ ...nine, quantity: quantity('0.1234567891') }))).toBe(
      'quantity_not_orderable',
    );
    const today = stopLimit({ timeInForce: 'day' });
    expect(check(replace(today, { quantity: '0.5' }))).toBeNull();
    const [leg] = oco({});
    expect(check(replace({ ...leg, timeInForce: 'day' }, { quantity: '0.5' }))).toBe(
      'quantity_not_orderable',
    );
  });

  it('is not asked of a cancel, nor of what a change leaves as it was', () => {
    const old = order({ quantity: '1.5', limit: '100.001' });
    expect(codeOf('order-form', { steps: [cancel(old)] })).toBeNull();
    expect(codeOf('order-form', { steps: [replace(old, { limit: '100' })] })).toBeNull();
    expect(codeOf('order-form', { steps: [replace(old, { quantity: '1' })] })).toBeNull();
  });

  it.each([
    { step: submit({ quantity: '0' }), why: 'it must be something' },
    { step: submit({ quantity: '1.5' }), why: 'a part of a share waits for the day only, not gtc' },
    {
      step: fractional({ timeInForce: 'day', orderClass: 'oco' }),
      why: 'a part of a share takes a simple order only',
    },
    { step: submit({ quantity: '1.1234567891' }), why: 'it has more than 9 decimals' },
  ])('says why not: $why', ({ step, why }) => {
    expect(answer('order-form', { steps: [step] }).because).toContain(why);
  });
});
