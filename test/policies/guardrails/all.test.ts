import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { guardrails, tradingPolicies } from '../../../policies/registry.ts';
import type { ControlFacts } from '../../../src/domain/control-facts.ts';
import { type Decimal, decimal, notional, ZERO } from '../../../src/domain/decimal.ts';
import { fingerprintOf } from '../../../src/domain/fingerprint.ts';
import type { ReviewInput, Verdict } from '../../../src/domain/guardrail.ts';
import { isRiskReducing, sharesAdded } from '../../../src/domain/risk-reducing.ts';
import { facts, NOW, order, stopLimit } from '../../support/given.ts';
import { anyReview } from '../arbitrary.ts';
import { buyMore, cancel, type GivenReview, reviewOf, settings, submit } from '../support.ts';

const guards = guardrails(settings());
const policies = tradingPolicies(settings());
const stop = stopLimit();
const entering = (facts: GivenReview['facts'] = {}): GivenReview => ({
  steps: [buyMore('1', '100')],
  facts,
});
const huge = { steps: [buyMore('100000', '100')] };

/** For each guardrail something that it cannot let pass. */
const refused: Record<string, GivenReview> = {
  'trading-state': { tradingState: 'halted', steps: [submit()] },
  'fresh-data': { later: 3_600_000, steps: [submit()] },
  oversell: { steps: [submit({ quantity: '11' })] },
  'competing-exit': { orders: [stop], steps: [submit({ quantity: '1' })] },
  'stop-never-loosens': { orders: [stop], steps: [cancel(stop)] },
  duplicate: {
    steps: [submit()],
    sent: [
      {
        at: NOW,
        symbol: 'AAPL',
        clientOrderId: null,
        fingerprint: fingerprintOf(submit()),
        planId: 'plan-0',
      },
    ],
  },
  'price-collar': { steps: [submit({ limit: '1' })] },
  'order-size': huge,
  'exposure-name': huge,
  'exposure-total': huge,
  'daily-loss': { account: { equity: notional('1') }, steps: [buyMore('1', '100')] },
  'drop-copy': entering({ recordAgreedAt: NOW - 60_001 }),
  'corporate-action': {
    orders: [{ ...stop, isBeforeSplit: true }],
    steps: [submit({ quantity: '1', purpose: 'reduce' })],
  },
  'no-short': { steps: [submit({ quantity: '11' })] },
  'stop-sanity': { steps: [submit({ stop: '100', limit: '99', purpose: 'protect' })] },
  'order-form': { steps: [submit({ limit: '100.001' })] },
  'self-trade': {
    orders: [order({ side: 'buy', limit: '100' })],
    steps: [submit({ limit: '100' })],
  },
  'message-throttle': { steps: [submit()], facts: { messages: null } },
  'repeated-execution': entering({ latches: null }),
  symbols: { steps: [buyMore('1', '100')] },
  'market-hours': entering({ sessionCheck: null }),
  'buying-power': huge,
  'unexecuted-value': huge,
  concentration: huge,
  drawdown: entering({ peakEquity: notional('1000000') }),
  margin: { steps: [buyMore('1', '100')] },
  'broker-backstops': entering({ configuration: null }),
};

const expectWellFormed = (verdict: Verdict, guardrail: string) => {
  expect(verdict.guardrail).toBe(guardrail);
  for (const words of [verdict.measured, verdict.limit, verdict.because]) {
    expect(words.length).toBeGreaterThan(0);
    expect(words).not.toMatch(/undefined|NaN|\[object|null/);
  }
  const isDenial = verdict.outcome === 'deny';
  expect(verdict.code !== null).toBe(isDenial);
  expect(verdict.wouldPass !== null).toBe(isDenial);
};

describe('every guardrail', () => {
  it.each(guards.map((guard) => ({ name: guard.name, guard })))(
    '$name can say yes and can say no',
    ({ name, guard }) => {
      const given = refused[name];
      if (given === undefined) throw new Error(`no case shows that ${name} can refuse`);
      expect(guard.review(reviewOf({ steps: [submit()] })).outcome).toBe('pass');
      expect(guard.review(reviewOf(given)).outcome).toBe('deny');
    },
  );

  it('answers whatever it is asked, and the same each time', () => {
    fc.assert(
      fc.property(anyReview, (input) => {
        for (const guard of guards) {
          const verdict = guard.review(input);
          expectWellFormed(verdict, guard.name);
          expect(guard.review(input)).toEqual(verdict);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('never lets more shares leave than are held, whatever the plan', () => {
    const [oversell] = guards.filter(({ name }) => name === 'oversell');
    fc.assert(
      fc.property(anyReview, (input) => {
        const { position, orders } = input.context;
        const closing = position.side === 'long' ? 'sell' : 'buy';
        // Counted apart from the guardrail's own way: nothing rests, so that all that is
        // submitted on the closing side comes out of the position.
        fc.pre(orders.length === 0);
        const leaving = input.part.steps
          .flatMap((step) =>
            step.kind === 'submit' && step.order.side === closing ? step.order : [],
          )
          .reduce<Decimal>((sum, order) => sum.plus(order.quantity), ZERO);
        if (leaving.gt(position.quantity)) expect(oversell?.review(input).outcome).toBe('deny');
      }),
      { numRuns: 500 },
    );
  });

  it('lets nothing that adds risk through while reducing, and nothing at all while halted', () => {
    const [state] = guards.filter(({ name }) => name === 'trading-state');
    fc.assert(
      fc.property(anyReview, (input) => {
        const adds = input.part.steps.some((step) => !isRiskReducing(step, input.context.position));
        const outcome = state?.review(input).outcome;
        if (input.tradingState === 'halted') expect(outcome).toBe('deny');
        if (input.tradingState === 'reducing' && adds) expect(outcome).toBe('deny');
      }),
    );
  });

  it('keeps what guards entries out of the way of exits', () => {
    const forEntries = [
      ...['order-size', 'exposure-name', 'exposure-total', 'buying-power', 'unexecuted-value'],
      ...['concentration', 'daily-loss', 'drawdown', 'margin', 'market-hours', 'symbols'],
      ...['drop-copy', 'broker-backstops', 'no-short'],
    ];
    fc.assert(
      fc.property(anyReview, (input) => {
        const { position } = input.context;
        fc.pre(input.part.steps.every((step) => sharesAdded(step, position).eq('0')));
        for (const guard of guards.filter(({ name }) => forEntries.includes(name))) {
          expect(guard.review(input).outcome).toBe('pass');
        }
      }),
    );
  });
});

/** For each fact that may be missing, the guardrails that cannot do without it. */
const NEEDED: { readonly [Fact in keyof ControlFacts]?: readonly string[] } = {
  messages: ['message-throttle'],
  latches: ['repeated-execution', 'drawdown'],
  peakEquity: ['drawdown'],
  netDepositsToday: ['daily-loss'],
  inFlight: [
    ...['exposure-name', 'exposure-total', 'buying-power', 'unexecuted-value', 'concentration'],
  ],
  sessionCheck: ['market-hours'],
  configuration: ['broker-backstops'],
  recordAgreedAt: ['drop-copy'],
  asset: ['symbols'],
  averageDailyVolume: ['order-size'],
  ownEntryQuantities: ['order-size'],
};

describe('what is missing', () => {
  const enter: GivenReview = {
    steps: [buyMore('1', '100')],
    account: {
      margin: { multiplier: decimal('1'), maintenance: notional('0'), restrictions: [] },
    },
  };
  const asked = guardrails(settings({ symbols: { allowed: ['AAPL'] } }));
  const denials = (input: ReviewInput) =>
    asked
      .map((guard) => guard.review(input))
      .filter(({ outcome }) => outcome === 'deny')
      .map(({ guardrail, code }) => [guardrail, code] as const);

  it('is nothing where an entry passes', () => {
    expect(denials(reviewOf(enter))).toEqual([]);
  });

  it('has a guardrail for each fact that can be missing', () => {
    const nullable = Object.keys(facts()).filter((name) => name !== 'groups');
    expect(Object.keys(NEEDED).sort()).toEqual(nullable.sort());
  });

  it.each(Object.entries(NEEDED))('refuses an entry without %s', (fact, names) => {
    const found = denials(reviewOf({ ...enter, facts: { [fact]: null } }));
    expect(found).toEqual(
      asked.flatMap(({ name }) => (names.includes(name) ? [[name, 'data_missing']] : [])),
    );
  });

  it.each([
    { what: 'quote', market: { quote: null }, names: ['fresh-data', 'price-collar'] },
    { what: 'last trade', market: { lastTrade: null }, names: ['fresh-data'] },
  ])('refuses an entry without a $what', ({ market, names }) => {
    const input = reviewOf(enter);
    const context = { ...input.context, market: { ...input.context.market, ...market } };
    const markets = new Map([[context.position.symbol, context.market]]);
    const snapshot = { ...input.snapshot, markets };
    expect(denials({ ...input, context, snapshot })).toEqual(
      names.map((name) => [name, 'data_missing']),
    );
  });

  it('refuses an entry without the margin, and without the equity of the last close', () => {
    expect(denials(reviewOf({ ...enter, account: {} }))).toEqual([['margin', 'data_missing']]);
    const account = { ...enter.account, lastEquity: notional('0') };
    expect(denials(reviewOf({ ...enter, account }))).toEqual([['daily-loss', 'data_missing']]);
  });

  it('holds no exit back, but for the count of what was sent', () => {
    const nothing = Object.fromEntries(Object.keys(NEEDED).map((name) => [name, null]));
    const input = reviewOf({ steps: [submit()], facts: nothing });
    expect(denials(input)).toEqual([['message-throttle', 'data_missing']]);
  });

  it('never turns a no into a yes, whatever else there is', () => {
    fc.assert(
      fc.property(
        anyReview,
        fc.subarray(Object.keys(NEEDED) as (keyof ControlFacts)[]),
        (input, fields) => {
          const less = { ...input.facts, ...Object.fromEntries(fields.map((one) => [one, null])) };
          const poorer = { ...input, facts: less };
          for (const guard of guards) {
            if (guard.review(input).outcome === 'deny') {
              expect(guard.review(poorer).outcome).toBe('deny');
            }
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('every policy', () => {
  it('answers whatever it is asked, in words, and the same each time', () => {
    fc.assert(
      fc.property(anyReview, ({ context }) => {
        for (const policy of policies) {
          const evaluation = policy.evaluate(context);
          expect(policy.evaluate(context)).toEqual(evaluation);
          const isAsking = evaluation.outcome !== 'abstains';
          const words = isAsking ? evaluation.recommendation.because : evaluation.because;
          expect(words).not.toMatch(/undefined|NaN|\[object|null/);
          const name = isAsking ? evaluation.recommendation.policy : evaluation.policy;
          expect(name).toBe(policy.name);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('asks only for what the market can take: stops on its right side, parts of what is held', () => {
    fc.assert(
      fc.property(anyReview, ({ context }) => {
        const { position, price } = context;
        const long = position.side === 'long';
        for (const policy of policies) {
          const evaluation = policy.evaluate(context);
          if (evaluation.outcome === 'abstains') continue;
          const { action } = evaluation.recommendation;
          if (action.kind === 'protect') {
            const { stopPrice, limitPrice } = action;
            expect(long ? stopPrice.lt(price) : stopPrice.gt(price)).toBe(true);
            expect(long ? limitPrice.lte(stopPrice) : limitPrice.gte(stopPrice)).toBe(true);
            expect(limitPrice.gt('0')).toBe(true);
          }
          if (action.kind === 'reduce') {
            expect(action.quantity.gt('0') && action.quantity.lt(position.quantity)).toBe(true);
          }
          if (action.kind === 'reprice') expect(action.limitPrice.gt('0')).toBe(true);
        }
      }),
      { numRuns: 500 },
    );
  });
});
