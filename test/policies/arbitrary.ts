import fc from 'fast-check';
import type { ControlFacts } from '../../src/domain/control-facts.ts';
import { decimal, notional, price, quantity } from '../../src/domain/decimal.ts';
import type { SentStep } from '../../src/domain/guardrail.ts';
import { ticker } from '../../src/domain/ids.ts';
import type { Order } from '../../src/domain/order.ts';
import type { Step } from '../../src/domain/plan.ts';
import { closedSession, NOW, order } from '../support/given.ts';
import { cancel, type GivenReview, intent, replace, reviewOf, submit } from './support.ts';

const side = fc.constantFrom('buy', 'sell' as const);
const positionSide = fc.constantFrom('long', 'short' as const);
const scaled = (most: number, decimals: number) =>
  fc.integer({ min: 0, max: most }).map((units) => (units / 10 ** decimals).toFixed(decimals));
const shares = fc.oneof(scaled(30, 0), scaled(300_000, 4));
/** Mostly round the price of a holding, sometimes tiny, huge or nothing. */
const prices = fc.oneof(
  { weight: 6, arbitrary: scaled(20_000, 2) },
  { weight: 1, arbitrary: scaled(100, 4) },
  { weight: 1, arbitrary: scaled(100_000_000, 2) },
);
/** A stop at nothing does not exist: no broker takes one. */
const stops = prices.filter((at) => Number(at) > 0);
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null });
const ids = fc.constantFrom('a', 'b', 'c', 'd');
const age = fc.integer({ min: -20_000, max: 2_000_000 });

/** Orders of every status and shape, rings of legs and replacements included. */
const anyOrder: fc.Arbitrary<Order> = fc
  .record({
    id: ids,
    side,
    type: fc.constantFrom('market', 'limit', 'stop', 'stop_limit', 'trailing_stop' as const),
    orderClass: fc.constantFrom('simple', 'bracket', 'oco', 'oto', 'mleg' as const),
    quantity: maybe(shares),
    filled: shares,
    limit: maybe(prices),
    stop: maybe(stops),
    status: fc.constantFrom(
      ...(['new', 'held', 'accepted', 'pending_new', 'pending_cancel', 'pending_replace'] as const),
      ...(['partially_filled', 'canceled', 'filled', 'unrecognized', 'suspended'] as const),
    ),
    replaces: maybe(ids),
    parentId: maybe(ids),
    foreign: fc.boolean(),
  })
  .map(order);

const anyStep = (orders: readonly Order[]): fc.Arbitrary<Step> => {
  const target = fc.oneof(anyOrder, orders.length > 0 ? fc.constantFrom(...orders) : anyOrder);
  const change = fc.record({ quantity: shares, limit: prices, stop: prices }, { requiredKeys: [] });
  const request = fc.record(
    {
      side,
      quantity: shares,
      limit: prices,
      stop: prices,
      key: ids,
      orderClass: fc.constantFrom('simple', 'bracket', 'oco', 'oto' as const),
      stopLoss: fc.tuple(prices, prices),
      intent: fc.constantFrom(
        ...(['buy_to_open', 'buy_to_close', 'sell_to_open', 'sell_to_close'] as const),
      ),
    },
    { requiredKeys: ['side', 'quantity'] },
  );
  return fc.oneof(
    request.map(submit),
    target.map(cancel),
    fc.tuple(target, change).map(([before, changes]) => replace(before, changes)),
  );
};

const anySent: fc.Arbitrary<SentStep> = fc.record({
  at: age.map((ms) => NOW - ms),
  symbol: fc.constant('AAPL'),
  clientOrderId: maybe(ids),
  fingerprint: fc.constantFrom('AAPL sell market -/- 10 exit', 'x'),
  planId: fc.constant('plan-0'),
});

const money = scaled(20_000_000, 2).map(notional);

/** Facts of any kind, each of them missing now and then. */
const anyFacts: fc.Arbitrary<ControlFacts> = fc.record({
  messages: maybe(
    fc.array(fc.record({ at: age.map((ms) => NOW - ms), symbol: fc.constantFrom('AAPL', 'B') }), {
      maxLength: 70,
    }),
  ),
  latches: maybe(
    fc.array(
      fc.record({
        control: fc.constantFrom('repeated-execution', 'drawdown' as const),
        policy: maybe(fc.constantFrom('loop', 'partial-profit')),
        symbol: maybe(fc.constantFrom('AAPL', 'B')),
        since: fc.constant(NOW),
        because: fc.constant('too often'),
      }),
      { maxLength: 2 },
    ),
  ),
  peakEquity: maybe(money),
  netDepositsToday: maybe(fc.integer({ min: -1_000, max: 1_000 }).map((n) => decimal(String(n)))),
  inFlight: maybe(
    fc.array(
      fc.record({
        clientOrderId: ids,
        symbol: fc.constantFrom(ticker('AAPL'), ticker('B')),
        side,
        quantity: maybe(shares.map(quantity)),
        limitPrice: maybe(prices.map(price)),
      }),
      { maxLength: 2 },
    ),
  ),
  sessionCheck: maybe(
    fc.record({
      at: age.map((ms) => NOW - ms),
      brokerSaysOpen: fc.boolean(),
      calendarSaysOpen: fc.boolean(),
    }),
  ),
  configuration: maybe(
    fc.record({
      at: age.map((ms) => NOW - ms),
      noShorting: fc.boolean(),
      maxMarginMultiplier: fc.constantFrom('1', '2', '4').map(decimal),
      suspendTrade: fc.boolean(),
      fractionalTrading: fc.boolean(),
    }),
  ),
  recordAgreedAt: maybe(age.map((ms) => NOW - ms)),
  asset: maybe(
    fc.record({
      assetClass: fc.constantFrom('us_equity', 'crypto', 'us_option'),
      isActive: fc.boolean(),
      isTradable: fc.boolean(),
    }),
  ),
  averageDailyVolume: maybe(shares.map(quantity)),
  ownEntryQuantities: maybe(fc.array(shares.map(quantity), { maxLength: 4 })),
  groups: fc.constantFrom(
    new Map(),
    new Map([['AAPL', { sector: 'tech', cluster: 'large' }]]),
    new Map([['AAPL', { sector: null, cluster: null }]]),
  ),
});

/** A review of anything: sense is not asked for, an answer is. */
export const anyReview = fc
  .uniqueArray(anyOrder, { maxLength: 4, selector: ({ id }) => id })
  .chain((orders) =>
    fc.record({
      side: positionSide,
      quantity: shares,
      entry: prices,
      price: prices,
      bid: maybe(prices),
      ask: maybe(prices),
      quotedAt: age.map((ms) => NOW - ms),
      averageTrueRange: maybe(prices),
      halted: fc.boolean(),
      initialStop: maybe(stops),
      highWater: prices,
      milestones: fc.subarray(['partial@2R', 'exit@gap']),
      orders: fc.constant(orders),
      steps: fc.array(anyStep(orders), { maxLength: 4 }),
      sent: fc.array(anySent, { maxLength: 2 }),
      intents: fc.array(
        fc
          .tuple(
            fc.constantFrom('partial@2R', 'cover/whole', 'exit@gap'),
            fc.constantFrom(
              ...(['intended', 'unknown', 'live', 'filled', 'partly_filled', 'dead'] as const),
            ),
          )
          .map(([meaning, state]) => intent(meaning, state)),
        { maxLength: 2 },
      ),
      tradingState: fc.constantFrom('active', 'reducing', 'halted' as const),
      later: fc.integer({ min: 0, max: 100_000 }),
      session: fc.constantFrom(closedSession, undefined),
      facts: anyFacts,
    }),
  )
  .map(({ session, ...given }) =>
    reviewOf((session === undefined ? given : { ...given, session }) satisfies GivenReview),
  );
