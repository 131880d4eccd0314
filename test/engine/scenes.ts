import fc from 'fast-check';
import { decimal, ZERO } from '../../src/domain/decimal.ts';
import type { Order, OrderStatus } from '../../src/domain/order.ts';
import type { Action, Evaluation } from '../../src/domain/policy.ts';
import type { PositionContext } from '../../src/domain/portfolio.ts';
import {
  closedSession,
  exit,
  holding,
  oco,
  order,
  protect,
  reduce,
  reprice,
  stopLimit,
  takeProfit,
  wants,
} from '../support/given.ts';

/** A symbol in some state, and what is wanted of it. */
export type Scene = {
  readonly context: PositionContext;
  readonly evaluations: readonly Evaluation[];
};

/** Stops, OCOs, sales and foreign exits that never hold more than the position. */
const someOrders = (mirror: (at: number) => string, exitSide: 'buy' | 'sell') => {
  const openingSide = exitSide === 'sell' ? 'buy' : 'sell';
  const status = fc.constantFrom<OrderStatus>(
    'new',
    'new',
    'new',
    'accepted',
    'partially_filled',
    'pending_cancel',
    'pending_new',
    'pending_replace',
  );
  const stop = fc.record({
    kind: fc.constantFrom(
      ...([
        'stop',
        'stop',
        'stop',
        'oco',
        'sale',
        'foreign-stop',
        'foreign-limit',
        'purchase',
      ] as const),
    ),
    share: fc.integer({ min: 1, max: 100 }),
    at: fc.integer({ min: 85, max: 99 }),
    status,
  });
  const build = (
    quantity: string,
    given: typeof stop extends fc.Arbitrary<infer T> ? T[] : never,
  ) => {
    let left = decimal(quantity);
    return given.flatMap(({ kind, share, at, status: is }, index): readonly Order[] => {
      const whole = left
        .times(String(share))
        .div('100')
        .round(share % 3 === 0 ? 3 : 0, 0);
      if (whole.lte(ZERO)) return [];
      if (kind === 'purchase') {
        const limit = mirror(at - 10);
        return [order({ id: `o-${index}`, side: openingSide, limit, foreign: true })];
      }
      left = left.minus(whole);
      const isFraction = !whole.eq(whole.round(0, 0));
      const shared = {
        id: `o-${index}`,
        side: exitSide,
        quantity: whole.toFixed(),
        stop: mirror(at),
        limit: mirror(at - 1),
        status: is,
        foreign: kind.startsWith('foreign'),
        timeInForce: isFraction ? ('day' as const) : ('gtc' as const),
      };
      if (kind === 'oco' && !isFraction && is === 'new') {
        return oco({ ...shared, takeProfit: mirror(120) });
      }
      if (kind === 'sale') return [order({ ...shared, type: 'market', stop: null, limit: null })];
      if (kind === 'foreign-limit') {
        return [order({ ...shared, type: 'limit', stop: null, limit: mirror(125) })];
      }
      const filled = is === 'partially_filled' && !isFraction ? '1' : '0';
      return [stopLimit({ ...shared, quantity: whole.plus(filled).toFixed(), filled })];
    });
  };
  return { given: fc.array(stop, { maxLength: 4 }), build };
};

/** What policies might want of a position, sensible or not. */
const someWishes = (mirror: (at: number) => string): fc.Arbitrary<Evaluation[]> => {
  const cents = fc.integer({ min: 8_000, max: 12_500 });
  const action: fc.Arbitrary<Action> = fc.oneof(
    cents.map((at) => protect(mirror(at / 100), mirror(at / 100 - 1))),
    cents.map((at) => protect(mirror(at / 100), mirror(at / 100 - 1))),
    fc.integer({ min: 0, max: 30 }).map((shares) => reduce(String(shares))),
    fc
      .integer({ min: 1, max: 9_999 })
      .map((shares) => reduce((shares / 1000).toFixed(3), 'trim@1')),
    cents.map((at) => reprice(mirror(at / 100))),
    fc.constant(exit('exit@gap')),
    fc
      .record({ shares: fc.integer({ min: 1, max: 30 }), at: cents })
      .map(({ shares, at }) => takeProfit(String(shares), mirror(at / 100), 'partial@3R')),
  );
  const urgency = fc.constantFrom('critical' as const, 'high' as const, 'normal' as const);
  return fc
    .array(fc.record({ action, urgency }), { maxLength: 5 })
    .map((wishes) =>
      wishes.map(({ action: wanted, urgency: how }, index) =>
        wants(wanted, { policy: `${wanted.kind}-${index}`, urgency: how }),
      ),
    );
};

export const scene: fc.Arbitrary<Scene> = fc
  .record({ side: fc.constantFrom('long' as const, 'short' as const) })
  .chain(({ side }) => {
    // A short is the mirror of a long at 100.
    const mirror = (at: number) => (side === 'long' ? at : 200 - at).toFixed(2);
    const orders = someOrders(mirror, side === 'long' ? 'sell' : 'buy');
    return fc
      .record({
        whole: fc.integer({ min: 0, max: 40 }),
        fraction: side === 'long' ? fc.constantFrom('', '.5', '.123') : fc.constant(''),
        price: fc.integer({ min: 84, max: 122 }),
        given: orders.given,
        session: fc.constantFrom(
          'open' as const,
          'open' as const,
          'open' as const,
          'closed' as const,
        ),
        halted: fc.boolean().map((yes) => yes),
        evaluations: someWishes(mirror),
      })
      .filter(({ whole, fraction }) => whole > 0 || fraction !== '')
      .map(({ whole, fraction, price, given, session, halted, evaluations }) => {
        const quantity = `${whole}${fraction}`;
        const context = holding({
          side,
          quantity,
          price: mirror(price),
          initialStop: mirror(90),
          halted: halted && price % 5 === 0,
          orders: orders.build(quantity, given),
          ...(session === 'closed' ? { session: closedSession } : {}),
        });
        return { context, evaluations };
      });
  });
