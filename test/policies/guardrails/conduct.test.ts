import { describe, expect, it } from 'vitest';
import { guardrails } from '../../../policies/registry.ts';
import type { ControlFacts, ControlLatch } from '../../../src/domain/control-facts.ts';
import { decimal, notional, quantity } from '../../../src/domain/decimal.ts';
import type { Step, SubmitStep } from '../../../src/domain/plan.ts';
import { closedSession, NOW, oco, order, stopLimit } from '../../support/given.ts';
import {
  answer,
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

const codeOf = (...asked: Parameters<typeof answer>) => answer(...asked).code;
const entering = (facts: Partial<ControlFacts> = {}, given: GivenReview = {}): GivenReview => ({
  steps: [buyMore('1', '100')],
  ...given,
  facts,
});
const leaving = (facts: Partial<ControlFacts>): GivenReview => ({ steps: [submit()], facts });

/** The step with some of its order otherwise. */
const ordering = (step: SubmitStep, changes: Partial<SubmitStep['order']>): SubmitStep => ({
  ...step,
  order: { ...step.order, ...changes },
});

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

describe('the message throttle', () => {
  const sent = (count: number, symbol = 'AAPL', at = NOW) => Array(count).fill({ at, symbol });

  it.each([
    { count: 9, code: null },
    { count: 10, code: 'message_rate_exceeded' },
  ])('lets an entry follow $count messages in its symbol: $code', ({ count, code }) => {
    expect(codeOf('message-throttle', entering({ messages: sent(count) }))).toBe(code);
  });

  it.each([
    { count: 59, code: null },
    { count: 60, code: 'message_rate_exceeded' },
  ])('lets an entry follow $count messages in the account: $code', ({ count, code }) => {
    expect(codeOf('message-throttle', entering({ messages: sent(count, 'MSFT') }))).toBe(code);
  });

  it.each([
    { count: 59, code: null },
    { count: 60, code: 'message_rate_exceeded' },
  ])('lets an exit follow $count messages in its symbol: $code', ({ count, code }) => {
    expect(codeOf('message-throttle', leaving({ messages: sent(count) }))).toBe(code);
  });

  it('never lets an exit wait for what was sent elsewhere', () => {
    expect(codeOf('message-throttle', leaving({ messages: sent(500, 'MSFT') }))).toBeNull();
  });

  it('forgets what is a minute old, and does not trust a clock that went back', () => {
    const earlier = (ms: number) => leaving({ messages: sent(60, 'AAPL', NOW - ms) });
    expect(codeOf('message-throttle', earlier(59_999))).toBe('message_rate_exceeded');
    expect(codeOf('message-throttle', earlier(60_000))).toBeNull();
    expect(codeOf('message-throttle', earlier(-59_999))).toBe('message_rate_exceeded');
  });

  it('counts all steps of the plan', () => {
    const steps = [buyMore('1', '100'), buyMore('1', '101')];
    expect(codeOf('message-throttle', { steps, facts: { messages: sent(8) } })).toBeNull();
    expect(codeOf('message-throttle', { steps, facts: { messages: sent(9) } })).toBe(
      'message_rate_exceeded',
    );
    const input = reviewOf(entering({ messages: sent(59, 'MSFT') }));
    const plan = planOf([input.part, partOf(input.context, [submit()])], input.context);
    const [guard] = guardrails(settings()).filter(({ name }) => name === 'message-throttle');
    expect(guard?.review({ ...input, plan }).code).toBe('message_rate_exceeded');
  });

  it('says what was counted, and lets nothing pass uncounted', () => {
    expect(answer('message-throttle', entering({ messages: sent(2) }))).toMatchObject({
      measured: '3 in AAPL, 3 in the account',
      limit: '10 a minute in AAPL, 60 for the account',
    });
    expect(answer('message-throttle', leaving({})).limit).toBe('60 a minute in AAPL');
    expect(codeOf('message-throttle', leaving({ messages: null }))).toBe('data_missing');
  });

  it('never gives an entry more than an exit', () => {
    const upsideDown = { entriesPerSymbolPerMinute: 61, exitsPerSymbolPerMinute: 60 };
    expect(() => settings({ messageThrottle: upsideDown })).toThrow(/may not wait for an entry/);
    const even = { ...upsideDown, entriesPerSymbolPerMinute: 60 };
    expect(() => settings({ messageThrottle: even })).not.toThrow();
  });
});

describe('a policy that is switched off', () => {
  const latch = (changes: Partial<ControlLatch> = {}): ControlLatch => ({
    control: 'repeated-execution',
    policy: 'loop',
    symbol: 'AAPL',
    since: NOW,
    because: 'it has traded too often',
    ...changes,
  });
  const off = (changes?: Partial<ControlLatch>) => ({ latches: [latch(changes)] });
  const reduce = submit({ quantity: '1', purpose: 'reduce' });

  it('enters nothing and sells no part, but protects and leaves', () => {
    expect(codeOf('repeated-execution', entering(off()))).toBe('repeated_execution');
    expect(codeOf('repeated-execution', { steps: [reduce], facts: off() })).toBe(
      'repeated_execution',
    );
    expect(codeOf('repeated-execution', leaving(off()))).toBeNull();
    expect(codeOf('repeated-execution', leaving({ latches: null }))).toBeNull();
  });

  it.each([
    { what: 'another symbol', changes: { symbol: 'MSFT' } },
    { what: 'another policy', changes: { policy: 'partial-profit' } },
    { what: 'nobody', changes: { policy: null } },
    { what: 'another control', changes: { control: 'drawdown' as const } },
  ])('is not one in $what', ({ changes }) => {
    expect(codeOf('repeated-execution', entering(off(changes)))).toBeNull();
  });

  it('is known by the part that it wanted', () => {
    const input = reviewOf(entering(off({ policy: 'partial-profit' })));
    const [guard] = guardrails(settings()).filter(({ name }) => name === 'repeated-execution');
    const wanted = (wantedBy: readonly string[]) =>
      guard?.review({ ...input, part: { ...input.part, wantedBy } });
    expect(wanted(['stop-loss', 'partial-profit'])?.code).toBe('repeated_execution');
    expect(wanted(['stop-loss'])).toMatchObject({ code: null, measured: 'stop-loss' });
    expect(wanted([])).toMatchObject({ code: null, measured: 'loop' });
  });

  it('says how it is switched on again', () => {
    expect(answer('repeated-execution', entering(off()))).toMatchObject({
      measured: 'it has traded too often',
      limit: '6 trades of one policy in one symbol within 600000 ms',
      because: 'loop is switched off in AAPL: it has traded too often',
      wouldPass: 'the same plan after "bigbrother enable loop AAPL"',
    });
    expect(codeOf('repeated-execution', entering({ latches: null }))).toBe('data_missing');
  });
});

describe('the list of symbols', () => {
  const listed = { symbols: { allowed: ['AAPL'] } };
  const asset = (changes: Partial<NonNullable<ControlFacts['asset']>>) => ({
    asset: { assetClass: 'us_equity', isActive: true, isTradable: true, ...changes },
  });

  it('lets in what is on it, and nothing by default', () => {
    expect(codeOf('symbols', entering(), listed)).toBeNull();
    expect(answer('symbols', entering())).toMatchObject({
      code: 'symbol_not_allowed',
      because: 'AAPL is not on the list',
      limit: '0 symbols allowed, 0 restricted',
    });
  });

  it('keeps out what is restricted, whatever allows it', () => {
    const both = { symbols: { allowed: ['AAPL'], restricted: ['AAPL'] } };
    expect(answer('symbols', entering(), both)).toMatchObject({
      code: 'symbol_not_allowed',
      because: 'AAPL is restricted',
    });
  });

  it.each([
    { changes: { assetClass: 'crypto' }, code: 'asset_not_tradable' },
    { changes: { assetClass: 'us_option' }, code: 'asset_not_tradable' },
    { changes: { isActive: false }, code: 'asset_not_tradable' },
    { changes: { isTradable: false }, code: 'asset_not_tradable' },
  ])('is not enough for $changes', ({ changes, code }) => {
    expect(codeOf('symbols', entering(asset(changes)), listed)).toBe(code);
  });

  it('takes coins where they are allowed, and options never', () => {
    const coins = { symbols: { allowed: ['AAPL'], allowCrypto: true } };
    expect(codeOf('symbols', entering(asset({ assetClass: 'crypto' })), coins)).toBeNull();
    expect(codeOf('symbols', entering(asset({ assetClass: 'us_option' })), coins)).toBe(
      'asset_not_tradable',
    );
  });

  it('lets nothing in that nobody knows, and everything out', () => {
    expect(codeOf('symbols', entering({ asset: null }), listed)).toBe('data_missing');
    expect(codeOf('symbols', leaving({ asset: null }))).toBeNull();
  });

  it('takes symbols only', () => {
    expect(() => settings({ symbols: { allowed: ['apple inc'] } })).toThrow(/such as AAPL/);
  });
});

describe('the hours', () => {
  const open = (sinceMs: number, untilMs: number): GivenReview => ({
    steps: [buyMore('1', '100')],
    session: { isOpen: true, openAt: NOW - sinceMs, closeAt: NOW + untilMs, nextOpenAt: NOW + 9e7 },
  });
  const hour = 3_600_000;

  it.each([
    { since: 300_000, until: hour, code: null },
    { since: 299_999, until: hour, code: 'session_edge' },
    { since: hour, until: 300_000, code: null },
    { since: hour, until: 299_999, code: 'session_edge' },
  ])('$since ms after the open, $until ms before the close: $code', ({ since, until, code }) => {
    expect(codeOf('market-hours', open(since, until))).toBe(code);
  });

  it.each([
    { session: closedSession },
    { session: { isOpen: true, openAt: null, closeAt: NOW + hour, nextOpenAt: NOW } },
    { session: { isOpen: true, openAt: NOW - hour, closeAt: null, nextOpenAt: NOW } },
    { session: { isOpen: false, openAt: NOW - hour, closeAt: NOW + hour, nextOpenAt: NOW } },
  ])('are over, or not known: $session', ({ session }) => {
    expect(codeOf('market-hours', { ...entering(), session })).toBe('market_closed');
    expect(codeOf('market-hours', { ...leaving({}), session })).toBeNull();
  });

  it.each(['opg', 'cls'] as const)('are not for the auction of a %s order', (timeInForce) => {
    const step = ordering(buyMore('1', '100'), { timeInForce });
    expect(codeOf('market-hours', { steps: [step] })).toBe('session_edge');
    const waiting = order({ side: 'buy', quantity: '1', limit: '99', timeInForce });
    expect(codeOf('market-hours', { steps: [replace(waiting, { quantity: '2' })] })).toBe(
      'session_edge',
    );
  });

  const check = (changes: Partial<NonNullable<ControlFacts['sessionCheck']>>) => ({
    sessionCheck: { at: NOW, brokerSaysOpen: true, calendarSaysOpen: true, ...changes },
  });

  it.each([
    {
      changes: { brokerSaysOpen: false },
      because: 'the broker calls the market closed, and the calendar does not',
    },
    {
      changes: { calendarSaysOpen: false },
      because: 'the broker calls the market open, and the calendar does not',
    },
  ])('are doubted when $because', ({ changes, because }) => {
    const found = answer('market-hours', entering(check(changes)));
    expect(found).toMatchObject({ code: 'calendar_disagrees', because });
  });

  it('are believed while both were closed at that time', () => {
    const both = check({ brokerSaysOpen: false, calendarSaysOpen: false });
    expect(codeOf('market-hours', entering(both))).toBeNull();
  });

  it.each([
    { ageMs: 900_000, code: null },
    { ageMs: 900_001, code: 'data_missing' },
    { ageMs: -900_001, code: 'data_missing' },
  ])("are known by a look at the broker's clock $ageMs ms ago: $code", ({ ageMs, code }) => {
    expect(codeOf('market-hours', entering(check({ at: NOW - ageMs })))).toBe(code);
  });

  it('are not known without one', () => {
    expect(codeOf('market-hours', entering({ sessionCheck: null }))).toBe('data_missing');
    expect(answer('market-hours', leaving({ sessionCheck: null }))).toMatchObject({
      code: null,
      limit: 'in the session, 300000 ms after its open and 300000 ms before its close',
    });
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
    return guard?.review({ ...input, context });
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

describe('margin', () => {
  const state = (maintenance: string, restrictions: readonly string[] = []): GivenReview => ({
    ...entering(),
    account: {
      margin: { multiplier: decimal('2'), maintenance: notional(maintenance), restrictions },
    },
  });

  it.each([
    { maintenance: '60000', code: null },
    { maintenance: '60000.01', code: 'account_restricted' },
  ])('of $maintenance of 100000 equity: $code', ({ maintenance, code }) => {
    expect(codeOf('margin', state(maintenance))).toBe(code);
  });

  it('counts what the broker holds against the account', () => {
    expect(answer('margin', state('0', ['its transfers are blocked']))).toMatchObject({
      code: 'account_restricted',
      because: 'the broker restricts the account: its transfers are blocked',
      measured: '1 restrictions, maintenance margin 0.00 USD',
      limit: 'no restriction, maintenance margin up to 60 % of equity',
    });
    expect(answer('margin', state('70000')).because).toBe(
      'the positions ask for 70000.00 USD of 100000.00 USD equity',
    );
  });

  it('is not guessed, and does not hold exits back', () => {
    expect(codeOf('margin', entering())).toBe('data_missing');
    expect(codeOf('margin', leaving({}))).toBeNull();
  });
});

describe("the broker's own limits", () => {
  const declared = {
    brokerBackstops: {
      noShorting: true,
      maxMarginMultiplier: '1',
      suspendTrade: false,
      fractionalTrading: true,
    },
  };
  const found = (changes: Partial<NonNullable<ControlFacts['configuration']>> = {}) => ({
    configuration: {
      at: NOW,
      noShorting: true,
      maxMarginMultiplier: decimal('1'),
      suspendTrade: false,
      fractionalTrading: true,
      ...changes,
    },
  });

  it('let entries pass while they are as declared', () => {
    expect(codeOf('broker-backstops', entering(found()), declared)).toBeNull();
    const same = found({ maxMarginMultiplier: decimal('1.0') });
    expect(codeOf('broker-backstops', entering(same), declared)).toBeNull();
  });

  it.each([
    { changes: { noShorting: false }, words: 'no_shorting is false, and true was declared' },
    {
      changes: { maxMarginMultiplier: decimal('4') },
      words: 'max_margin_multiplier is 4, and 1 was declared',
    },
    { changes: { suspendTrade: true }, words: 'suspend_trade is true, and false was declared' },
    {
      changes: { fractionalTrading: false },
      words: 'fractional_trading is false, and true was declared',
    },
  ])('stop entries when $words', ({ changes, words }) => {
    expect(answer('broker-backstops', entering(found(changes)), declared)).toMatchObject({
      code: 'backstop_differs',
      measured: '1 differences',
      because: `at the broker ${words}`,
    });
    expect(codeOf('broker-backstops', leaving(found(changes)), declared)).toBeNull();
  });

  it('may be anything where nothing is declared, but a suspended account', () => {
    const other = found({
      noShorting: false,
      maxMarginMultiplier: decimal('4'),
      fractionalTrading: false,
    });
    expect(codeOf('broker-backstops', entering(other))).toBeNull();
    expect(codeOf('broker-backstops', entering(found({ suspendTrade: true })))).toBe(
      'backstop_differs',
    );
  });

  it('are named all, where several differ', () => {
    const both = found({ noShorting: false, suspendTrade: true });
    expect(answer('broker-backstops', entering(both), declared).because).toBe(
      'at the broker no_shorting is false, and true was declared; ' +
        'suspend_trade is true, and false was declared',
    );
  });

  it.each([
    { ageMs: 90_000_000, code: null },
    { ageMs: 90_000_001, code: 'data_missing' },
    { ageMs: -90_000_001, code: 'data_missing' },
  ])('read $ageMs ms ago: $code', ({ ageMs, code }) => {
    expect(codeOf('broker-backstops', entering(found({ at: NOW - ageMs })), declared)).toBe(code);
  });

  it('are not guessed', () => {
    expect(codeOf('broker-backstops', entering({ configuration: null }))).toBe('data_missing');
  });
});

describe('two records of executions', () => {
  it.each([
    { ageMs: 60_000, code: null },
    { ageMs: 60_001, code: 'record_differs' },
    { ageMs: -60_001, code: 'record_differs' },
  ])('that agreed $ageMs ms ago: $code', ({ ageMs, code }) => {
    expect(codeOf('drop-copy', entering({ recordAgreedAt: NOW - ageMs }))).toBe(code);
    expect(codeOf('drop-copy', leaving({ recordAgreedAt: NOW - ageMs }))).toBeNull();
  });

  it('that were never compared', () => {
    expect(codeOf('drop-copy', entering({ recordAgreedAt: null }))).toBe('data_missing');
    expect(codeOf('drop-copy', leaving({ recordAgreedAt: null }))).toBeNull();
  });

  it('say how long ago', () => {
    expect(answer('drop-copy', entering({ recordAgreedAt: NOW - 61_000 }))).toMatchObject({
      measured: '61000 ms',
      limit: '60000 ms',
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
    expect(guard?.review({ ...input, context }).code).toBe('data_missing');
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
