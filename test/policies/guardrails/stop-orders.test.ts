import { describe, expect, it } from 'vitest';
import { guardrails } from '../../../policies/registry.ts';
import { decimal, quantity } from '../../../src/domain/decimal.ts';
import type { Step } from '../../../src/domain/plan.ts';
import { NOW, order, stopLimit } from '../../support/given.ts';
import { answer, codeOf, told } from '../answer.ts';
import {
  buyMore,
  cancel,
  entering,
  type GivenReview,
  ordering,
  replace,
  reviewOf,
  settings,
  submit,
} from '../support.ts';

describe('a stop', () => {
  const protect = (stop: string) => submit({ stop, limit: '90', purpose: 'protect' });

  it.each([
    { side: 'long', stop: '99.99', code: null },
    { side: 'long', stop: '100', code: 'stop_misplaced' },
    { side: 'long', stop: '101', code: 'stop_misplaced' },
    { side: 'short', stop: '100.01', code: null },
    { side: 'short', stop: '100', code: 'stop_misplaced' },
  ] as const)('of a $side at $stop with the market at 100: $code', ({ side, stop, code }) => {
    const step = submit({ side: side === 'long' ? 'sell' : 'buy', stop, limit: stop });
    expect(codeOf('stop-sanity', { side, steps: [step] })).toBe(code);
  });

  it('may stand as near or as far as it likes while shares are held: none is worse', () => {
    expect(codeOf('stop-sanity', { steps: [protect('99.99')], averageTrueRange: '50' })).toBeNull();
    expect(codeOf('stop-sanity', { steps: [protect('1')], averageTrueRange: '0.1' })).toBeNull();
    expect(codeOf('stop-sanity', { steps: [protect('95')], averageTrueRange: null })).toBeNull();
  });

  it('of a group is judged like any other', () => {
    const group = (stop: string) => submit({ orderClass: 'oco', stopLoss: [stop, '90'] });
    expect(codeOf('stop-sanity', { steps: [group('95')] })).toBeNull();
    expect(codeOf('stop-sanity', { steps: [group('100')] })).toBe('stop_misplaced');
  });

  it('that is moved through the market is refused, and one that stands there may get a limit', () => {
    const stop = stopLimit({ stop: '101', limit: '101' });
    const moved = (change: Parameters<typeof replace>[1]) => ({
      orders: [stop],
      steps: [replace(stop, change)],
    });
    expect(codeOf('stop-sanity', moved({ stop: '102' }))).toBe('stop_misplaced');
    expect(codeOf('stop-sanity', moved({ stop: '101', limit: '99' }))).toBeNull();
    expect(codeOf('stop-sanity', moved({ limit: '99' }))).toBeNull();
    expect(codeOf('stop-sanity', { steps: [cancel(stop)] })).toBeNull();
    const plain = order({ limit: '110' });
    const newStop = { orders: [plain], steps: [replace(plain, { stop: '102' })] };
    expect(codeOf('stop-sanity', newStop)).toBe('stop_misplaced');
  });

  it('guards nothing where nothing is held', () => {
    expect(codeOf('stop-sanity', { quantity: '0', steps: [cancel(stopLimit())] })).toBeNull();
  });

  it('says on which side it belongs', () => {
    expect(answer('stop-sanity', { steps: [protect('101')] })).toMatchObject({
      measured: 'a stop at 101.00',
      limit: 'below the market at 100.00',
    });
    const short = submit({ side: 'buy', stop: '99', limit: '99' });
    expect(answer('stop-sanity', { side: 'short', steps: [short] }).limit).toBe(
      'above the market at 100.00',
    );
  });

  describe('of an entry', () => {
    // One average true range is 2.00, bid 99.99, ask 100.01.
    const bracket = (stop: string, more: Parameters<typeof submit>[0] = {}) =>
      submit({
        side: 'buy',
        quantity: '1',
        limit: '100',
        intent: 'buy_to_open',
        orderClass: 'bracket',
        stopLoss: [stop, '80'],
        ...more,
      });
    const check = (step: Step, given: GivenReview = {}) =>
      codeOf('stop-sanity', { ...given, steps: [step] });

    it.each([
      { stop: '99.39', code: null, why: '0.3 ranges under the bid' },
      { stop: '99.40', code: 'stop_misplaced', why: 'a cent nearer' },
      { stop: '87.99', code: null, why: '6 ranges' },
      { stop: '87.98', code: 'stop_misplaced', why: 'a cent further' },
      { stop: '101', code: 'stop_misplaced', why: 'before the entry' },
    ])('at $stop: $code, $why', ({ stop, code }) => {
      expect(check(bracket(stop))).toBe(code);
    });

    it('is measured from its limit where that is nearer', () => {
      expect(check(bracket('94.40', { limit: '95' }))).toBeNull();
      expect(check(bracket('94.41', { limit: '95' }))).toBe('stop_misplaced');
    });

    it('stands a cent away at the least, however quiet the market', () => {
      const quiet = { averageTrueRange: '0.01' };
      expect(check(bracket('99.98'), quiet)).toBeNull();
      expect(check(bracket('99.985'), quiet)).toBe('stop_misplaced');
      expect(check(bracket('99.98'), { averageTrueRange: '0' })).toBe('stop_misplaced');
    });

    it('of a short stands above', () => {
      const short = (stop: string, limit?: string) =>
        submit({
          quantity: '1',
          ...(limit === undefined ? {} : { limit }),
          intent: 'sell_to_open',
          orderClass: 'bracket',
          stopLoss: [stop, '130'],
        });
      expect(check(short('100.61'))).toBeNull();
      expect(check(short('100.60'))).toBe('stop_misplaced');
      expect(check(short('105.60', '105'))).toBeNull();
      expect(check(short('105.59', '105'))).toBe('stop_misplaced');
      expect(check(short('100.61', '95'))).toBeNull();
      expect(check(short('112.02'))).toBe('stop_misplaced');
    });

    it('has its limit behind it', () => {
      expect(check(bracket('95', { stopLoss: ['95', '95'] }))).toBeNull();
      expect(check(bracket('95', { stopLoss: ['95', '95.01'] }))).toBe('stop_misplaced');
      const market = bracket('95');
      const stopLoss = { stopPrice: decimal('95') as never, limitPrice: null };
      expect(check(ordering(market, { stopLoss }))).toBeNull();
    });

    it('cannot be judged without a range or a quote', () => {
      expect(check(bracket('95'), { averageTrueRange: null })).toBe('data_missing');
      expect(check(bracket('95'), { bid: null })).toBe('data_missing');
    });

    it('is asked of every entry that has one, and of no change', () => {
      expect(codeOf('stop-sanity', { steps: [bracket('95'), bracket('99.9')] })).toBe(
        'stop_misplaced',
      );
      expect(check(buyMore('1', '100'), { averageTrueRange: null })).toBeNull();
      const waiting = order({ side: 'buy', quantity: '1', limit: '99' });
      expect(check(replace(waiting, { quantity: '2' }), { averageTrueRange: null })).toBeNull();
    });

    it('says why not', () => {
      const far = answer('stop-sanity', { steps: [bracket('80')] });
      expect(far).toMatchObject({
        measured: 'a stop 19.99 USD behind 99.99',
        limit: 'behind the market; for entries 0.3 to 6 average true ranges away',
        because: 'its stop stands too far away to protect; one average true range is 2 USD',
      });
      const near = answer('stop-sanity', { steps: [bracket('99.9')] });
      expect(near.because).toMatch(/^its stop stands in the noise of the market or before it/);
    });

    it('needs bounds that leave room', () => {
      expect(() => settings({ stopSanity: { leastAtr: '6' } })).toThrow(/under mostAtr/);
      expect(() => settings({ stopSanity: { leastAtr: '5.9' } })).not.toThrow();
    });
  });
});

describe('the prices of an entry', () => {
  const quote = (bid: string | null, ask: string, price = '100'): GivenReview => ({
    ...entering(),
    bid,
    ask,
    price,
  });

  it.each([
    { bid: '99.5', ask: '100.5', code: null, why: 'a spread of exactly 1 %' },
    { bid: '99.49', ask: '100.51', code: 'quote_incoherent', why: 'a wider one' },
    { bid: '100', ask: '100', code: null, why: 'no spread' },
    { bid: '100.01', ask: '100', code: 'quote_incoherent', why: 'a crossed quote' },
    { bid: '0', ask: '100', code: 'quote_incoherent', why: 'no bid' },
  ])('$bid to $ask: $code, $why', ({ bid, ask, code }) => {
    expect(codeOf('fresh-data', quote(bid, ask))).toBe(code);
    expect(codeOf('fresh-data', { ...quote(bid, ask), steps: [submit()] })).toBeNull();
  });

  it.each([
    { last: '102', code: null },
    { last: '102.01', code: 'quote_incoherent' },
    { last: '98', code: null },
    { last: '97.99', code: 'quote_incoherent' },
  ])('100 in the middle and $last at last: $code', ({ last, code }) => {
    expect(codeOf('fresh-data', quote('99.99', '100.01', last))).toBe(code);
  });

  it('are not known without a quote', () => {
    expect(codeOf('fresh-data', quote(null, '100'))).toBe('data_missing');
    const input = reviewOf(entering());
    const market = { ...input.context.market, lastTrade: null };
    const [guard] = guardrails(settings()).filter(({ name }) => name === 'fresh-data');
    const context = { ...input.context, market };
    expect(told(guard?.review({ ...input, context }))?.code).toBe('data_missing');
  });

  it('are told', () => {
    expect(answer('fresh-data', quote('100.01', '100'))).toMatchObject({
      measured: '100.01 bid, 100.00 ask, last 100.00',
      limit: 'a spread of 1 %, the last trade within 2 % of its middle',
      because: 'the quote is crossed: the bid lies over the ask',
    });
    expect(answer('fresh-data', quote('0', '1')).because).toBe('nobody bids');
    expect(answer('fresh-data', quote('98', '102')).because).toBe(
      'the spread of 4.00 USD is too wide to enter',
    );
    expect(answer('fresh-data', quote('99.99', '100.01', '110')).because).toBe(
      'the last trade at 110.00 lies far from the quote',
    );
  });
});

describe('after a split', () => {
  const reduce = submit({ quantity: '1', purpose: 'reduce' });
  const old = { ...stopLimit(), isBeforeSplit: true as const };
  const review = (
    steps: readonly Step[],
    changes: { old?: boolean; ended?: boolean; splitAfter?: number; held?: string },
  ) => {
    const input = reviewOf({ steps });
    const order = changes.ended ? { ...old, status: 'canceled' as const } : old;
    const { splitAfter, held } = changes;
    const episode = {
      ...input.context.episode,
      ...(splitAfter === undefined ? {} : { splitAfter }),
      quantity: quantity(held ?? '10'),
    };
    const context = { ...input.context, episode, orders: changes.old ? [order] : [stopLimit()] };
    const [guard] = guardrails(settings()).filter(({ name }) => name === 'corporate-action');
    return told(guard?.review({ ...input, context }));
  };

  it.each([
    { what: 'old orders rest', changes: { old: true } },
    { what: 'the shares do not fit', changes: { splitAfter: NOW - 1, held: '5' } },
  ])('nothing is entered and no part sold while $what', ({ changes }) => {
    expect(review([buyMore('1', '100')], changes)?.code).toBe('corporate_action');
    expect(review([reduce], changes)?.code).toBe('corporate_action');
    expect(review([submit()], changes)).toMatchObject({
      code: null,
      because: 'only exits and protection',
    });
  });

  it.each([
    { what: 'there was none', changes: {} },
    { what: 'the old orders have ended', changes: { old: true, ended: true } },
    { what: 'the shares fit', changes: { splitAfter: NOW - 1 } },
    { what: 'shares differ without one', changes: { held: '5' } },
  ])('all goes on when $what', ({ changes }) => {
    expect(review([buyMore('1', '100')], changes)).toMatchObject({
      code: null,
      because: 'nothing is left of a split',
    });
  });

  it('says what is left of it', () => {
    expect(review([reduce], { old: true })?.measured).toBe(
      '1 orders from before the split, shares that reconcile',
    );
    expect(review([reduce], { splitAfter: NOW, held: '9' })?.measured).toBe(
      '0 orders from before the split, shares that do not reconcile',
    );
  });
});
