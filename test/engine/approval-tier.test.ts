import { describe, expect, it } from 'vitest';
import type { Advice } from '../../src/domain/advice.ts';
import { decimal, NO_DOLLARS, notional, price, quantity, ZERO } from '../../src/domain/decimal.ts';
import { type Ticker, ticker } from '../../src/domain/ids.ts';
import type { ActionPlan, OrderLine, PlanPart, Step, SubmitStep } from '../../src/domain/plan.ts';
import {
  approvalNeed,
  effectOf,
  soldShares,
  stricterLimits,
} from '../../src/engine/review/approval-tier.ts';
import { replace } from '../policies/support.ts';
import { order } from '../support/given.ts';
import { stepsOf } from '../tools/given-plan.ts';
import {
  EQUITY,
  limits,
  managed,
  NOTHING,
  type Planned,
  part,
  sale,
  stop,
  tierOf,
  wish,
} from './approval-plans.ts';

/** Somebody warns against more of it, as far as a warning asks a person. */
const adviceFor = (symbol: string): Advice => ({
  ...{ symbol: ticker(symbol), signal: 'earnings', severity: 1, source: 'alpaca', hash: 'x' },
  ...{ givenAt: 0, expiresAt: 10_000 },
});

describe('who has to agree', () => {
  it('is nobody where nothing is sold and nothing added', () => {
    expect(tierOf(wish(part()))).toBe('T0');
    expect(tierOf(managed(part({ after: [stop('10', '97')] })))).toBe('T0');
    expect(tierOf(wish())).toBe('T0');
  });

  it('counts what is added at the dearer of the market and what the order may pay', () => {
    const buying = (more: Partial<SubmitStep['order']>) =>
      effectOf(
        wish(part({ steps: [sale('2', { side: 'buy', positionIntent: 'buy_to_open', ...more })] })),
        EQUITY,
        NOTHING,
      ).addedDollars.toFixed();
    expect(buying({ limitPrice: null })).toBe('200');
    expect(buying({ limitPrice: price('130') })).toBe('260');
    expect(buying({ limitPrice: price('70') })).toBe('200');
    const larger = replace(order({ side: 'buy', limit: '90', quantity: '2' }), { quantity: '5' });
    const more = effectOf(wish(part({ steps: [larger] })), EQUITY, NOTHING);
    expect(more.addedDollars.gt('0')).toBe(true);
  });

  it('counts no order without a stop as one, nor one whose shares nobody can count', () => {
    const profit: OrderLine = {
      ...stop('10', '95'),
      type: 'limit',
      stopPrice: null,
      limitPrice: '120',
    };
    const inDollars = stop('some', '95');
    const loosened = (before: readonly OrderLine[], after: readonly OrderLine[]) =>
      effectOf(wish(part({ before, after })), EQUITY, NOTHING).loosenedShares.toFixed();
    expect(loosened([profit], [])).toBe('0');
    expect(loosened([stop('10', '95')], [profit])).toBe('10');
    expect(loosened([stop('10', '95')], [inDollars])).toBe('10');
    expect(loosened([inDollars], [])).toBe('0');
  });

  it('is nobody for what the policies of the owner want sold, however much', () => {
    expect(tierOf(managed(part({ left: '0' })))).toBe('T1');
    expect(tierOf({ ...wish(part({ left: '0' })), origin: 'loop' })).toBe('T1');
  });

  it('is nobody for a sale of a host inside all three limits, and a person beyond any', () => {
    const half = part({ left: '5' });
    expect(tierOf(wish(half))).toBe('T1');
    expect(tierOf(wish(half), NOTHING, { ...limits, saleDollarsPerDay: '499.99' })).toBe('T2');
    expect(tierOf(wish(half), NOTHING, { ...limits, saleDollarsPerDay: '500' })).toBe('T1');
    expect(tierOf(wish(half), NOTHING, { ...limits, saleEquityPercentPerDay: '0.49' })).toBe('T2');
    expect(tierOf(wish(half), NOTHING, { ...limits, saleEquityPercentPerDay: '0.5' })).toBe('T1');
    expect(tierOf(wish(half), NOTHING, { ...limits, salePositionPercentPerDay: '49' })).toBe('T2');
    expect(tierOf(wish(part({ left: '4' })))).toBe('T2');
  });

  it('is a person for any sale of a host while the equity is not known', () => {
    const given = { equity: NO_DOLLARS, lately: NOTHING, limits };
    expect(approvalNeed(wish(part({ left: '9' })), given).tier).toBe('T2');
    expect(approvalNeed(wish(part()), given).tier).toBe('T0');
  });

  it('counts what was sold lately in dollars and of the same position', () => {
    const shares = new Map<Ticker, ReturnType<typeof quantity>>([[ticker('AAPL'), quantity('8')]]);
    const one = wish(part({ left: '9' }));
    expect(tierOf(one, { dollars: decimal('901'), shares: new Map() })).toBe('T2');
    expect(tierOf(one, { dollars: decimal('900'), shares: new Map() })).toBe('T1');
    // 8 of 18 went before, with this one 9 of 18.
    expect(tierOf(one, { dollars: ZERO, shares })).toBe('T1');
    expect(tierOf(wish(part({ left: '8' })), { dollars: ZERO, shares })).toBe('T2');
  });

  it('is a person for what adds more than is allowed, whoever wants it', () => {
    const entry = sale('3', {
      side: 'buy',
      positionIntent: 'buy_to_open',
      limitPrice: price('90'),
    });
    const allowed = { ...limits, addedDollars: '300' };
    for (const plan of [managed(part({ steps: [entry] })), wish(part({ steps: [entry] }))]) {
      expect(tierOf(plan)).toBe('T2');
      expect(tierOf(plan, NOTHING, allowed)).toBe('T1');
      expect(tierOf(plan, NOTHING, { ...allowed, addedDollars: '299.99' })).toBe('T2');
    }
    const dear = sale('3', {
      side: 'buy',
      positionIntent: 'buy_to_open',
      limitPrice: price('101'),
    });
    expect(tierOf(managed(part({ steps: [dear] })), NOTHING, allowed)).toBe('T2');
  });

  it('is a person with a code where a host would leave shares with a looser stop, or none', () => {
    expect(tierOf(wish(part({ after: [stop('10', '94')] })))).toBe('T3');
    expect(tierOf(wish(part({ after: [] })))).toBe('T3');
    expect(tierOf(wish(part({ left: '5', after: [stop('4', '95')] })))).toBe('T3');
    expect(tierOf(wish(part({ left: '5', after: [stop('5', '96')] })))).toBe('T1');
    expect(tierOf(wish(part({ before: [], after: [] })))).toBe('T0');
  });

  it('sees through one tight stop beside a loose one', () => {
    const before = [stop('5', '95'), stop('5', '98')];
    const after = [stop('5', '90'), stop('5', '99')];
    expect(tierOf(wish(part({ before, after })))).toBe('T3');
    expect(tierOf(wish(part({ before, after: [stop('10', '98')] })))).toBe('T0');
  });

  it('leaves to the guardrails whether a stop of the policies is looser: a split looks the same', () => {
    expect(tierOf(managed(part({ after: [stop('10', '47.5')] })))).toBe('T0');
  });

  it('is nobody in the world for an exit that would turn the position around', () => {
    expect(tierOf(managed(part({ steps: [sale('11')] })))).toBe('T4');
    expect(tierOf(wish(part({ left: '0', steps: [sale('10')] })))).toBe('T2');
  });

  it('reads a short the other way around', () => {
    const short = (after: readonly OrderLine[]): PlanPart => {
      const long = part();
      const cover: OrderLine = { ...stop('10', '105'), side: 'buy' };
      return {
        ...long,
        basis: { ...long.basis, side: 'short' },
        ordersBefore: [cover],
        ordersAfter: after,
      };
    };
    const at = (stopPrice: string): OrderLine => ({ ...stop('10', stopPrice), side: 'buy' });
    expect(tierOf(wish(short([at('104')])))).toBe('T0');
    expect(tierOf(wish(short([at('106')])))).toBe('T3');
    expect(tierOf(wish(short([{ ...at('104'), side: 'sell' }])))).toBe('T3');
  });

  it('tells why, in dollars that are never rounded down', () => {
    const { because } = approvalNeed(wish(part({ left: '0' })), {
      equity: notional('3000'),
      lately: { dollars: decimal('0.001'), shares: new Map() },
      limits,
    });
    expect(because).toEqual([
      'with it hosts sold $1000.01 in 24 h, more than the 1000 allowed',
      'with it hosts sold 33.4 % of the equity in 24 h, more than 10 %',
      'with it hosts sold 100.0 % of a position in 24 h, more than 50 %',
    ]);
  });

  it('tells of what adds, sells or turns around how much it is', () => {
    const told = (plan: Planned, allowed = limits) =>
      approvalNeed(plan, { equity: EQUITY, lately: NOTHING, limits: allowed }).because;
    const entry = sale('3', {
      side: 'buy',
      positionIntent: 'buy_to_open',
      limitPrice: price('90'),
    });
    const entering = managed(part({ steps: [entry] }));
    expect(told(entering)).toEqual(['it adds $300.00, more than the 0 allowed']);
    expect(told(entering, { ...limits, addedDollars: '300' })).toEqual([
      'it adds $300.00, as allowed',
    ]);
    expect(told(managed(part({ steps: [sale('11')] })))).toEqual([
      'it would sell 1 shares more than are held',
    ]);
    expect(told(wish(part({ after: [] })))).toEqual([
      '10 shares would lose their stop or get a looser one',
    ]);
    expect(told(wish(part()))).toEqual(['it sells nothing and adds nothing']);
    expect(told(managed(part({ left: '0' })))).toEqual([
      'it sells what the policies of the owner want sold',
    ]);
    expect(told(wish(part({ left: '9' })))).toEqual([
      'with it $100.00 were sold for a host in 24 h, as allowed',
    ]);
  });

  it('takes what a host asks for as its wish, and what the policies want as theirs', () => {
    const asked = (kind: ActionPlan['intent']['kind']) => {
      const intent = { kind, symbol: ticker('AAPL') } as ActionPlan['intent'];
      return tierOf({ origin: 'host', intent, parts: [part({ left: '0' })] });
    };
    for (const kind of ['reduce', 'exit', 'exit_group', 'rebalance', 'open'] as const) {
      expect([kind, asked(kind)]).toEqual([kind, 'T2']);
    }
    expect([asked('manage'), asked('protect')]).toEqual(['T1', 'T1']);
  });

  it('does not count as added what turns a position around: that is a figure of its own', () => {
    const effect = effectOf(managed(part({ steps: [sale('11')] })), EQUITY, NOTHING);
    expect(effect.addedDollars.toFixed()).toBe('0');
    expect(effect.turnedShares.toFixed()).toBe('1');
  });

  it('counts a sale as all of an equity that is not known', () => {
    expect(
      effectOf(wish(part({ left: '9' })), NO_DOLLARS, NOTHING).soldEquityPercent.toFixed(),
    ).toBe('1000000');
  });

  it('asks a person where advice says so of a symbol that is added to, and of no other', () => {
    const entry = sale('1', {
      side: 'buy',
      positionIntent: 'buy_to_open',
      limitPrice: price('90'),
    });
    const allowed = { ...limits, addedDollars: '1000' };
    const advised = (symbol: string, ...parts: PlanPart[]) =>
      approvalNeed(managed(...parts), {
        ...{ equity: EQUITY, lately: NOTHING, limits: allowed, now: 1_000 },
        advice: [adviceFor(symbol)],
      }).tier;
    const adds = part({ steps: [entry] });
    expect(advised('AAPL', adds)).toBe('T2');
    expect(advised('MSFT', adds)).toBe('T1');
    expect(advised('MSFT', adds, part({ symbol: 'MSFT', left: '0' }))).toBe('T1');
    expect(advised('AAPL', part({ left: '0' }))).toBe('T1');
  });

  it('goes by the lower of two limits where real money is at stake', () => {
    const live = { ...limits, saleDollarsPerDay: '2000', saleEquityPercentPerDay: '5' };
    expect(stricterLimits(limits, live)).toEqual({ ...limits, saleEquityPercentPerDay: '5' });
    expect(stricterLimits(live, limits)).toEqual(stricterLimits(limits, live));
  });
});

describe('shares that a part sells', () => {
  it.each([
    ['what the target leaves', part({ left: '7' }), '3'],
    ['what the steps sell, where that is more', part({ left: '7', steps: [sale('5')] }), '5'],
    ['never more than is held', part({ steps: [sale('8'), sale('8')] }), '10'],
    ['no stop', part({ steps: [sale('5', { stopPrice: price('95') })] }), '0'],
    [
      'no group that waits for its prices',
      part({ steps: [sale('5', { orderClass: 'oco' })] }),
      '0',
    ],
    ['no purchase', part({ steps: [sale('5', { side: 'buy' })] }), '0'],
  ])('are %s', (_, given, shares) => {
    expect(soldShares(given).toFixed()).toBe(shares);
  });

  it('are those of an order that is changed into a sale, and of no other change', () => {
    const [replace, , cancel] = stepsOf('AAPL');
    if (replace?.kind !== 'replace' || cancel === undefined) throw new Error('one of each kind');
    const into = (purpose: Step['purpose']) =>
      soldShares(part({ steps: [{ ...replace, purpose }] }));
    expect(into('exit').toFixed()).toBe('5');
    expect(into('reduce').toFixed()).toBe('5');
    expect(into('protect').toFixed()).toBe('0');
    expect(soldShares(part({ steps: [cancel] })).toFixed()).toBe('0');
  });
});
