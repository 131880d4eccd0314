import { describe, expect, it } from 'vitest';
import { guardrails } from '../../../policies/registry.ts';
import type {
  ControlFacts,
  ControlLatch,
  EntryInFlight,
} from '../../../src/domain/control-facts.ts';
import { decimal, notional, price, quantity } from '../../../src/domain/decimal.ts';
import { ticker } from '../../../src/domain/ids.ts';
import { NOW, order } from '../../support/given.ts';
import { answer, told } from '../answer.ts';
import {
  buyMore,
  cancel,
  type GivenReview,
  partOf,
  planOf,
  reviewOf,
  settings,
  submit,
} from '../support.ts';

const codeOf = (...asked: Parameters<typeof answer>) => answer(...asked).code;
const entry = (shares: string, limit = '100'): GivenReview => ({ steps: [buyMore(shares, limit)] });
const knowing = (facts: Partial<ControlFacts>, given: GivenReview): GivenReview => ({
  ...given,
  facts,
});
const flying = (given: Partial<EntryInFlight> = {}): EntryInFlight => ({
  clientOrderId: 'bb1-flying',
  symbol: ticker('AAPL'),
  side: 'buy',
  quantity: quantity('100'),
  limitPrice: price('100'),
  ...given,
});

describe('the size of an order', () => {
  it.each([
    { volume: '10000', shares: '100', code: null },
    { volume: '10000', shares: '100.1', code: 'order_above_volume' },
    { volume: '9999', shares: '100', code: 'order_above_volume' },
    { volume: null, shares: '1', code: 'data_missing' },
  ])('of $shares where $volume shares trade in a day: $code', ({ volume, shares, code }) => {
    const averageDailyVolume = volume === null ? null : quantity(volume);
    // Cheap, so that its worth is no matter.
    expect(codeOf('order-size', knowing({ averageDailyVolume }, entry(shares, '1')))).toBe(code);
  });

  it.each([
    { own: ['1'], shares: '100', code: null },
    { own: ['1'], shares: '100.5', code: 'order_unlike_own' },
    { own: ['1', '2'], shares: '100', code: null },
    { own: ['1', '2'], shares: '101', code: 'order_unlike_own' },
    { own: ['9', '1', '2'], shares: '200', code: null },
    { own: ['9', '1', '2'], shares: '201', code: 'order_unlike_own' },
    { own: [], shares: '5000', code: null },
    { own: null, shares: '1', code: 'data_missing' },
  ])('of $shares after entries of $own: $code', ({ own, shares, code }) => {
    const ownEntryQuantities = own === null ? null : own.map(quantity);
    expect(codeOf('order-size', knowing({ ownEntryQuantities }, entry(shares, '1')))).toBe(code);
  });

  it('says how many would pass', () => {
    const little = knowing({ averageDailyVolume: quantity('1000') }, entry('11', '1'));
    expect(answer('order-size', little)).toMatchObject({
      measured: '11 shares',
      limit: '10 shares (1 % of the shares traded in a day)',
      wouldPass: 'orders of at most 10 shares',
    });
    const odd = knowing({ ownEntryQuantities: [quantity('2')] }, entry('201', '1'));
    expect(answer('order-size', odd)).toMatchObject({
      limit: '200 shares (100 times the usual size, 2)',
      wouldPass: 'orders of at most 200 shares',
    });
  });

  it('judges every entry of a part, not the first alone', () => {
    const steps = [buyMore('1', '1'), buyMore('11', '1')];
    const facts = { averageDailyVolume: quantity('1000') };
    expect(codeOf('order-size', { steps, facts })).toBe('order_above_volume');
  });

  it('asks for none of that before an exit', () => {
    const facts = { averageDailyVolume: null, ownEntryQuantities: null };
    expect(codeOf('order-size', { steps: [submit()], facts })).toBeNull();
  });
});

describe('exposure', () => {
  it('counts an entry that was sent and that the broker does not show yet', () => {
    const given = knowing({ inFlight: [flying()] }, entry('90'));
    expect(codeOf('exposure-name', given)).toBeNull();
    expect(codeOf('exposure-name', knowing({ inFlight: [flying()] }, entry('91')))).toBe(
      'exposure_name_exceeded',
    );
  });

  it('counts it once when the broker shows it as well', () => {
    const shown = order({
      side: 'buy',
      quantity: '100',
      limit: '100',
      clientOrderId: 'bb1-flying',
    });
    const given = { ...knowing({ inFlight: [flying()] }, entry('90')), orders: [shown] };
    expect(codeOf('exposure-name', given)).toBeNull();
  });

  it.each([
    { what: 'its size', one: { quantity: null } },
    { what: 'its price', one: { limitPrice: null, symbol: ticker('MSFT') } },
  ])('cannot be told while nobody knows $what', ({ one }) => {
    const given = knowing({ inFlight: [flying(one)] }, entry('1'));
    expect(codeOf('exposure-total', given)).toBe('data_missing');
    expect(codeOf('exposure-total', { steps: [submit()], facts: given.facts ?? {} })).toBeNull();
  });

  it.each(['exposure-name', 'exposure-total', 'buying-power', 'unexecuted-value', 'concentration'])(
    '%s lets nothing in while what is on its way is not known',
    (name) => {
      expect(codeOf(name, knowing({ inFlight: null }, entry('1')))).toBe('data_missing');
      expect(codeOf(name, knowing({ inFlight: null }, { steps: [submit()] }))).toBeNull();
    },
  );

  it('takes the bid for a sale that may fill above its limit', () => {
    const short = submit({ quantity: '300', limit: '50', intent: 'sell_to_open' });
    expect(answer('exposure-name', { steps: [short], bid: '99.99' }).measured).toBe('30997.00 USD');
    expect(answer('exposure-name', { steps: [short], bid: '40' }).measured).toBe('16000.00 USD');
    expect(answer('exposure-name', { steps: [short], bid: null }).measured).toBe('16000.00 USD');
  });
});

describe('buying power', () => {
  const cash = (dollars: string, power = '200000') => ({
    account: { cash: notional(dollars), buyingPower: notional(power) },
  });

  it.each([
    { free: '1000', power: '200000', shares: '10', code: null, why: 'exactly the cash' },
    { free: '999.99', power: '200000', shares: '10', code: 'buying_power_exceeded', why: 'a cent' },
    { free: '200000', power: '1000', shares: '10', code: null, why: 'exactly the power' },
    { free: '200000', power: '999', shares: '10', code: 'buying_power_exceeded', why: 'a dollar' },
  ])(
    '$shares shares at 100 from $free, power $power: $code, $why',
    ({ free, power, shares, code }) => {
      expect(codeOf('buying-power', { ...entry(shares), ...cash(free, power) })).toBe(code);
    },
  );

  it('lends only where the settings say so', () => {
    const given = { ...entry('10'), ...cash('0') };
    expect(codeOf('buying-power', given)).toBe('buying_power_exceeded');
    expect(codeOf('buying-power', given, { buyingPower: { useMargin: true } })).toBeNull();
    const poor = { ...entry('10'), ...cash('0', '999') };
    expect(codeOf('buying-power', poor, { buyingPower: { useMargin: true } })).toBe(
      'buying_power_exceeded',
    );
  });

  it('takes waiting entries off the cash, and those on their way off both', () => {
    const waiting = order({ side: 'buy', quantity: '5', limit: '100' });
    const given = { ...entry('10'), orders: [waiting] };
    expect(codeOf('buying-power', { ...given, ...cash('1500') })).toBeNull();
    expect(codeOf('buying-power', { ...given, ...cash('1499') })).toBe('buying_power_exceeded');
    expect(codeOf('buying-power', { ...given, ...cash('9999', '1000') })).toBeNull();
    const facts = { inFlight: [flying({ quantity: quantity('5') })] };
    expect(codeOf('buying-power', { ...entry('10'), facts, ...cash('9999', '1500') })).toBeNull();
    expect(codeOf('buying-power', { ...entry('10'), facts, ...cash('9999', '1499') })).toBe(
      'buying_power_exceeded',
    );
    expect(codeOf('buying-power', { ...entry('10'), facts, ...cash('1499', '9999') })).toBe(
      'buying_power_exceeded',
    );
  });

  it('is not spent by what the plan cancels', () => {
    const waiting = order({ side: 'buy', quantity: '5', limit: '100' });
    const steps = [cancel(waiting), buyMore('10', '100')];
    expect(codeOf('buying-power', { steps, orders: [waiting], ...cash('1000') })).toBeNull();
  });

  it('cannot be told for an entry without a price', () => {
    const market = submit({ side: 'buy', quantity: '1', intent: 'buy_to_open' });
    expect(codeOf('buying-power', { steps: [market], bid: null })).toBe('data_missing');
  });

  it('counts all parts of a plan together', () => {
    const input = reviewOf({ ...entry('10'), ...cash('1999') });
    const other = partOf(input.context, [buyMore('10', '100')]);
    const [guard] = guardrails(settings()).filter(({ name }) => name === 'buying-power');
    expect(told(guard?.review(input))?.code).toBeNull();
    const plan = planOf([input.part, other], input.context);
    expect(told(guard?.review({ ...input, plan }))?.code).toBe('buying_power_exceeded');
  });

  it('counts a part that its plan does not hold as well', () => {
    const input = reviewOf({ ...entry('10'), ...cash('1000') });
    const other = partOf(input.context, [buyMore('1', '100')]);
    const [guard] = guardrails(settings()).filter(({ name }) => name === 'buying-power');
    const plan = planOf([other], input.context);
    expect(told(guard?.review({ ...input, plan }))?.code).toBe('buying_power_exceeded');
  });

  it('is asked for a symbol that is not held yet, on the side of the target', () => {
    const input = reviewOf({ ...entry('10'), ...cash('999') });
    const snapshot = { ...input.snapshot, positions: [] };
    const [guard] = guardrails(settings()).filter(({ name }) => name === 'buying-power');
    expect(told(guard?.review({ ...input, snapshot }))?.code).toBe('buying_power_exceeded');
  });

  it('says what is there', () => {
    expect(answer('buying-power', { ...entry('11'), ...cash('1000') })).toMatchObject({
      measured: '1100.00 USD',
      limit: '1000.00 USD (free cash and buying power)',
      wouldPass: 'entries of at most 1000.00 USD together',
    });
    expect(answer('buying-power', { steps: [submit()] })).toMatchObject({ measured: 'no entry' });
  });
});

describe('the value of unexecuted orders', () => {
  it.each([
    { shares: '300', code: null, why: 'exactly 30 %' },
    { shares: '300.01', code: 'unexecuted_value_exceeded', why: 'a dollar more' },
  ])('$shares shares at 100 of 100000 equity: $code, $why', ({ shares, code }) => {
    expect(codeOf('unexecuted-value', entry(shares))).toBe(code);
  });

  it('counts what waits and what is on its way, in every symbol, and no position', () => {
    const waiting = order({ symbol: 'MSFT', side: 'buy', quantity: '100', limit: '100' });
    const facts = { inFlight: [flying()] };
    const given = { facts, otherOrders: [waiting], quantity: '500' };
    expect(answer('unexecuted-value', { ...given, ...entry('100') })).toMatchObject({
      code: null,
      measured: '30000.00 USD',
      limit: '30000.00 USD (30 % of equity)',
    });
    expect(codeOf('unexecuted-value', { ...given, ...entry('101') })).toBe(
      'unexecuted_value_exceeded',
    );
  });

  it('follows its setting', () => {
    const tight = { unexecutedValue: { percentOfEquity: '1' } };
    expect(codeOf('unexecuted-value', entry('10'), tight)).toBeNull();
    expect(codeOf('unexecuted-value', entry('11'), tight)).toBe('unexecuted_value_exceeded');
  });
});

describe('concentration', () => {
  const groups = (sector: string | null, cluster: string | null) =>
    new Map([
      ['AAPL', { sector, cluster }],
      ['MSFT', { sector: 'tech', cluster: 'large' }],
      ['KO', { sector: 'food', cluster: null }],
    ]);
  const world = (shares: string, sector: string | null, cluster: string | null): GivenReview => ({
    ...entry(shares),
    facts: { groups: groups(sector, cluster) },
    others: [
      { symbol: 'MSFT', quantity: '100' },
      { symbol: 'KO', quantity: '100' },
      { symbol: 'XYZ', quantity: '50' },
    ],
  });

  it.each([
    { shares: '240', sector: 'tech', cluster: null, code: null },
    { shares: '240.01', sector: 'tech', cluster: null, code: 'sector_exceeded' },
    { shares: '340', sector: 'new', cluster: null, code: null },
    { shares: '340.01', sector: 'new', cluster: null, code: 'sector_exceeded' },
    { shares: '140', sector: null, cluster: null, code: null },
    { shares: '140.01', sector: null, cluster: null, code: 'sector_exceeded' },
    { shares: '290', sector: 'new', cluster: 'large', code: null },
    { shares: '290.01', sector: 'new', cluster: 'large', code: 'cluster_exceeded' },
    { shares: '340', sector: 'new', cluster: 'other', code: null },
  ])('$shares of sector $sector, cluster $cluster: $code', ({ shares, sector, cluster, code }) => {
    expect(codeOf('concentration', world(shares, sector, cluster))).toBe(code);
  });

  it('puts a symbol that is in no list with all others of no known sector', () => {
    const given = { ...entry('140'), others: [{ symbol: 'XYZ', quantity: '50' }] };
    expect(codeOf('concentration', given)).toBeNull();
    expect(codeOf('concentration', { ...given, ...entry('140.01') })).toBe('sector_exceeded');
  });

  it('says which group it is', () => {
    expect(answer('concentration', world('10', 'tech', 'large'))).toMatchObject({
      measured: '12000.00 USD in the sector tech; 12000.00 USD in the cluster large',
      limit:
        '35000.00 USD (35 % of equity) in the sector tech; ' +
        '40000.00 USD (40 % of equity) in the cluster large',
    });
    expect(answer('concentration', world('300', null, null))).toMatchObject({
      wouldPass: 'smaller entries, or the same ones after an exit in names of no known sector',
    });
    expect(answer('concentration', { steps: [submit()] }).measured).toBe('no entry');
  });

  it('lets nobody allow more to what is not known', () => {
    const loose = { concentration: { unknownSectorPercent: '36' } };
    expect(() => settings(loose)).toThrow(/at most sectorPercent/);
    expect(() => settings({ concentration: { unknownSectorPercent: '35' } })).not.toThrow();
  });
});

describe('the daily loss', () => {
  const account = (equity: string, cash: string) => ({
    account: { equity: notional(equity), lastEquity: notional('100000'), cash: notional(cash) },
  });
  const paid = (dollars: string | null) => ({
    facts: { netDepositsToday: dollars === null ? null : decimal(dollars) },
  });

  it.each([
    { equity: '98000.01', cash: '97000.01', code: null },
    { equity: '98000', cash: '99000', code: 'daily_loss_reached' },
    { equity: '100000', cash: '97000', code: 'daily_loss_reached' },
    { equity: '100000', cash: '97000.01', code: null },
  ])('the broker says $equity, cash of $cash and 10 at 100: $code', ({ equity, cash, code }) => {
    expect(codeOf('daily-loss', { ...entry('1'), ...account(equity, cash) })).toBe(code);
  });

  it('takes what a short would cost off its own figure', () => {
    const short = {
      side: 'short' as const,
      steps: [submit({ side: 'sell', intent: 'sell_to_open' })],
    };
    expect(codeOf('daily-loss', { ...short, ...account('100000', '99000') })).toBe(
      'daily_loss_reached',
    );
    expect(codeOf('daily-loss', { ...short, ...account('100000', '99000.01') })).toBeNull();
  });

  it.each([
    { paidIn: '2000', code: 'daily_loss_reached' },
    { paidIn: '1999.99', code: null },
    { paidIn: '-5000', code: null },
    { paidIn: null, code: 'data_missing' },
  ])('with $paidIn paid in since and the same equity: $code', ({ paidIn, code }) => {
    const given = { ...entry('1'), ...account('100000', '99000'), ...paid(paidIn) };
    expect(codeOf('daily-loss', given)).toBe(code);
  });

  it('lets exits go on whatever is not known', () => {
    expect(codeOf('daily-loss', { steps: [submit()], ...paid(null) })).toBeNull();
  });
});

describe('the drawdown', () => {
  const peak = (dollars: string | null) => ({
    facts: { peakEquity: dollars === null ? null : notional(dollars) },
  });
  const latch: ControlLatch = {
    control: 'drawdown',
    policy: null,
    symbol: null,
    since: NOW,
    because: 'it fell',
  };

  it.each([
    { top: '108695.65', code: null },
    { top: '108695.66', code: 'drawdown_reached' },
    { top: '100000', code: null },
    { top: '90000', code: null },
    { top: null, code: 'data_missing' },
  ])('100000 after $top: $code', ({ top, code }) => {
    expect(codeOf('drawdown', { ...entry('1'), ...peak(top) })).toBe(code);
  });

  it('counts the limit itself as reached', () => {
    const given = { ...entry('1'), account: { equity: notional('92000') }, ...peak('100000') };
    expect(answer('drawdown', given)).toMatchObject({
      code: 'drawdown_reached',
      measured: '8000.00 USD below the highest equity',
      limit: 'under 8000.00 USD (8 % of the highest equity so far)',
      because: 'the account stands 8000.00 USD below its highest equity',
    });
  });

  it('holds while it is latched, however high the account stands', () => {
    const facts = { latches: [latch] };
    expect(answer('drawdown', { ...entry('1'), facts })).toMatchObject({
      code: 'drawdown_reached',
      because: 'it fell',
    });
    expect(codeOf('drawdown', { steps: [submit()], facts })).toBeNull();
    const other = { latches: [{ ...latch, control: 'repeated-execution' as const }] };
    expect(codeOf('drawdown', { ...entry('1'), facts: other })).toBeNull();
    expect(codeOf('drawdown', { ...entry('1'), facts: { latches: null } })).toBe('data_missing');
  });
});
