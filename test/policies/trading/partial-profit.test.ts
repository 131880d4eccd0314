import { describe, expect, it } from 'vitest';
import { PartialProfitPolicy } from '../../../policies/trading/partial-profit.ts';
import { closedSession, holding, order, stopLimit } from '../../support/given.ts';
import { because, intent, settings, wish } from '../support.ts';

const taking = (partialProfit: object) =>
  new PartialProfitPolicy(
    settings({ partialProfit: { placed: 'when_reached', ...partialProfit } }),
  );
const policy = taking({});

describe('partial profit', () => {
  it.each([
    { side: 'long', price: '109.99', wants: '-', why: 'a cent short of 2R' },
    { side: 'long', price: '110', wants: 'reduce 5 partial@2R', why: 'exactly 2R' },
    { side: 'long', price: '127.3', wants: 'reduce 5 partial@2R', why: 'a gap past 2R' },
    { side: 'long', price: '90', wants: '-', why: 'a loss of 2R' },
    { side: 'short', price: '90.01', wants: '-', why: 'a cent short of 2R' },
    { side: 'short', price: '90', wants: 'reduce 5 partial@2R', why: 'exactly 2R' },
    { side: 'short', price: '71', wants: 'reduce 5 partial@2R', why: 'a gap past 2R' },
  ] as const)('$side at $price: $wants, $why', ({ side, price, wants }) => {
    expect(wish(policy.evaluate(holding({ side, price })))).toBe(wants);
  });

  it('says what was earned, what was needed and what it banks', () => {
    expect(because(policy.evaluate(holding({ price: '110.5' })))).toBe(
      'a gain of 10.50 a share at 110.50 reached 2R, which is 10.00; 5 shares bank about 52.50 USD',
    );
  });

  it.each([
    { held: '11', sells: '5', why: 'whole shares, rounded down' },
    { held: '3', sells: '1', why: 'whole shares, rounded down' },
    { held: '0.000000003', sells: '0.000000001', why: 'nine decimals, cut off' },
    { held: '10.7', sells: '5.35', why: 'a fractional position in fractions' },
  ])('of $held shares sells $sells: $why', ({ held, sells }) => {
    expect(wish(policy.evaluate(holding({ quantity: held, price: '110' })))).toBe(
      `reduce ${sells} partial@2R`,
    );
  });

  it('sells nothing of a single share', () => {
    const evaluation = policy.evaluate(holding({ quantity: '1', price: '110' }));
    expect(wish(evaluation)).toBe('-');
    expect(because(evaluation)).toBe('0.5 of 1 share is less than one share');
  });

  it('is taken once an episode', () => {
    const done = holding({ price: '140', milestones: ['partial@2R'] });
    expect(because(policy.evaluate(done))).toBe('partial@2R is taken in AAPL#1');
  });

  it.each(['intended', 'unknown', 'live', 'partly_filled', 'filled'] as const)(
    'counts an order that is %s as taken',
    (state) => {
      const context = holding({ price: '140', intents: [intent('partial@2R', state)] });
      expect(wish(policy.evaluate(context))).toBe('-');
    },
  );

  it('asks again when the order for it died without a fill', () => {
    const context = holding({ price: '140', intents: [intent('partial@2R', 'dead')] });
    expect(wish(policy.evaluate(context))).toBe('reduce 5 partial@2R');
  });

  it('is taken once an episode also where the target is another by now', () => {
    const done = holding({ price: '140', milestones: ['partial@1R'] });
    expect(because(policy.evaluate(done))).toBe('partial@1R is taken in AAPL#1');
    const waits = holding({ price: '140', intents: [intent('partial@4R', 'live')] });
    expect(because(policy.evaluate(waits))).toBe('partial@4R is taken in AAPL#1');
  });

  it('says where it waits while its order rests', () => {
    const waiting = order({ type: 'limit', orderClass: 'oco', quantity: '5', limit: '110' });
    const intents = [intent('partial@2R', 'live')];
    const evaluation = policy.evaluate(holding({ price: '101', orders: [waiting], intents }));
    expect(because(evaluation)).toBe('partial@2R waits at 110.00');
  });

  it('is not held back by what died at another target, or was taken in another episode', () => {
    const died = holding({ price: '140', intents: [intent('partial@4R', 'dead')] });
    expect(wish(policy.evaluate(died))).toBe('reduce 5 partial@2R');
    const before = { ...intent('partial@4R', 'filled'), key: 'PA3TEST00001|AAPL#11|partial@4R' };
    const context = holding({ price: '140', intents: [before] });
    expect(wish(policy.evaluate(context))).toBe('reduce 5 partial@2R');
  });

  it.each([
    { given: { session: closedSession }, why: 'closed' },
    { given: { halted: true }, why: 'halted' },
    { given: { initialStop: null }, why: 'no R' },
    { given: { initialStop: '101' }, why: 'a stop beyond the entry risks nothing' },
  ])('waits when $why', ({ given }) => {
    expect(wish(policy.evaluate(holding({ price: '140', ...given })))).toBe('-');
  });

  it('waits after the open until a price of the session has come', () => {
    const openAt = holding({ price: '140' }).session.openAt ?? 0;
    const early = holding({ price: '140', quotedAt: openAt - 1 });
    expect(because(policy.evaluate(early))).toContain('no price has come since the open');
    const late = holding({ price: '140', quotedAt: openAt });
    expect(wish(policy.evaluate(late))).toBe('reduce 5 partial@2R');
  });

  it('waits while a split has left an order, since the stop of its plan would be refused too', () => {
    const old = { ...stopLimit({ quantity: '10', stop: '9500' }), isBeforeSplit: true as const };
    const evaluation = policy.evaluate(holding({ price: '110', orders: [old] }));
    expect(wish(evaluation)).toBe('-');
    expect(because(evaluation)).toBe('a split has left what does not fit yet');
  });

  it('sells coins while the stock market is closed', () => {
    const context = holding({ price: '140', session: closedSession, assetClass: 'crypto' });
    expect(wish(policy.evaluate(context))).toBe('reduce 5 partial@2R');
  });

  it('follows the target and the fraction that are set', () => {
    const third = taking({ targetR: '1.5', fraction: 0.34 });
    expect(wish(third.evaluate(holding({ price: '107.49' })))).toBe('-');
    expect(wish(third.evaluate(holding({ price: '107.5' })))).toBe('reduce 3 partial@1.5R');
  });
});

describe('partial profit with the first stop', () => {
  const fromTheStart = new PartialProfitPolicy(settings());

  it.each([
    { held: '10', side: 'long', wants: 'take profit of 5 at 110 partial@2R' },
    { held: '11', side: 'long', wants: 'take profit of 5 at 110 partial@2R' },
    { held: '10', side: 'short', wants: 'take profit of 5 at 90 partial@2R' },
  ] as const)('waits at the broker for $held shares $side', ({ held, side, wants }) => {
    expect(wish(fromTheStart.evaluate(holding({ quantity: held, side })))).toBe(wants);
  });

  it('measures from the stop that it will get, where there was none yet', () => {
    const context = holding({ initialStop: null });
    expect(wish(fromTheStart.evaluate(context))).toBe('take profit of 5 at 116 partial@2R');
    expect(because(fromTheStart.evaluate(context))).toBe(
      '5 shares wait for 2R at 116.00 beside their stop, 8.00 being risked a share',
    );
  });

  it.each([
    ['a fraction of a share', { quantity: '10.5' }],
    ['a single share', { quantity: '1' }],
    ['shares with a stop', { orders: [stopLimit()] }],
    ['shares of which more are being bought', { orders: [order({ side: 'buy', limit: '90' })] }],
  ] as const)('leaves %s to the price', (_, given) => {
    expect(wish(fromTheStart.evaluate(holding(given)))).toBe('-');
  });

  it('takes at once what is reached already', () => {
    expect(wish(fromTheStart.evaluate(holding({ price: '111' })))).toBe('reduce 5 partial@2R');
  });

  it('waits at the broker once in an episode', () => {
    const context = holding({ intents: [intent('partial@2R', 'dead')] });
    expect(wish(fromTheStart.evaluate(context))).toBe('-');
  });
});
