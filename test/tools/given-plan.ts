import { clientOrderId } from '../../src/domain/client-order-id.ts';
import { notional, price, quantity } from '../../src/domain/decimal.ts';
import type { Verdict } from '../../src/domain/guardrail.ts';
import { episodeId, orderId, type PlanId, ticker } from '../../src/domain/ids.ts';
import type { ActionPlan, PlanPart, Step } from '../../src/domain/plan.ts';
import { sealPlan } from '../../src/engine/planning/plan-hash.ts';
import { ACCOUNT_NUMBER, NOW, stopLimit } from '../support/given.ts';
import { anyTerms } from '../support/plan-terms.ts';

const STOP = { stopPrice: price('97'), limitPrice: price('96.5') };

const identity = (key: string) => ({ key, generation: 0, clientOrderId: clientOrderId(key, 0) });

/** Raise the stop, sell half, and cancel an order: one step of each kind. */
export const stepsOf = (symbol: string): readonly Step[] => [
  {
    kind: 'replace',
    symbol: ticker(symbol),
    purpose: 'protect',
    orderId: orderId('stop-1'),
    before: stopLimit({ symbol }),
    change: { quantity: quantity('5'), ...STOP },
    until: 'live',
    ...identity(`${symbol}/stop`),
  },
  {
    kind: 'submit',
    symbol: ticker(symbol),
    purpose: 'reduce',
    order: {
      symbol: ticker(symbol),
      side: 'sell',
      type: 'limit',
      timeInForce: 'day',
      quantity: quantity('5'),
      limitPrice: price('109.5'),
      stopPrice: null,
      orderClass: 'simple',
      takeProfitLimitPrice: null,
      stopLoss: null,
      positionIntent: 'sell_to_close',
    },
    until: 'filled',
    ...identity(`${symbol}/partial@2R`),
  },
  {
    kind: 'cancel',
    symbol: ticker(symbol),
    purpose: 'release',
    orderId: orderId('tp-1'),
    before: stopLimit({ id: 'tp-1', symbol, type: 'limit', stop: null, limit: '120' }),
    until: 'terminal',
  },
];

export function planPart(symbol = 'AAPL'): PlanPart {
  return {
    symbol: ticker(symbol),
    episodeId: episodeId(ticker(symbol), 1),
    recipe: 'shrink_stop_then_sell',
    cause: 'part_sold',
    target: {
      symbol: ticker(symbol),
      side: 'long',
      holdQuantity: quantity('5'),
      cover: STOP,
      sale: { quantity: quantity('5'), milestone: 'partial@2R' },
      takeProfit: null,
      repriceLimit: null,
    },
    steps: stepsOf(symbol),
    basis: {
      snapshotVersion: 1,
      side: 'long',
      quantity: quantity('10'),
      price: price('110'),
      orders: ['stop-1:new:10'],
    },
    ordersBefore: [
      {
        side: 'sell',
        type: 'stop_limit',
        quantity: '10',
        limitPrice: '94.5',
        stopPrice: '95',
        timeInForce: 'gtc',
        owner: 'bigbrother',
      },
    ],
    ordersAfter: [
      {
        side: 'sell',
        type: 'limit',
        quantity: '5',
        limitPrice: '120',
        stopPrice: null,
        timeInForce: 'day',
        owner: 'foreign',
      },
    ],
    naked: {
      seconds: 2,
      shareSeconds: quantity('20'),
      dollarSeconds: notional('2200'),
      because: 'the cancel has to be confirmed first',
    },
    worstLoss: { atStop: notional('15'), withGap: notional('65.5'), gapPercent: '10' },
    because: [`${symbol} gained 2R`],
  };
}

export const actionPlan = (...symbols: readonly string[]): ActionPlan =>
  sealPlan({
    id: 'plan-1' as PlanId,
    origin: 'host',
    intent: { kind: 'manage', symbol: null },
    accountNumber: ACCOUNT_NUMBER,
    environment: 'simulated',
    createdAt: NOW - 1_500,
    expiresAt: NOW + 58_500,
    ...anyTerms,
    parts: symbols.map(planPart),
  });

export const passed = (guardrail: string, symbol = 'AAPL'): Verdict => ({
  guardrail,
  symbol,
  outcome: 'pass',
  code: null,
  measured: '5 shares',
  limit: '1000 shares',
  because: 'it is inside the limit',
  wouldPass: null,
});

export const denied = (guardrail: string, symbol = 'AAPL'): Verdict => ({
  ...passed(guardrail, symbol),
  outcome: 'deny',
  code: 'order_too_large',
  measured: '5000 shares',
  because: '5000 shares are more than 1000',
  wouldPass: 'an order of at most 1000 shares',
});
