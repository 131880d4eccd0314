import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OrderFamilies } from '../../../src/adapters/alpaca/families.ts';
import {
  accountFrom,
  orderFrom,
  ordersFrom,
  positionFrom,
  quoteFrom,
  tradeFrom,
  tradingDayFrom,
} from '../../../src/adapters/alpaca/mapping.ts';
import { changeBody, orderBody } from '../../../src/adapters/alpaca/requests.ts';
import {
  wireAccount as accountSchema,
  wireOrder as orderSchema,
  parseBody,
  wirePosition as positionSchema,
  positionsAnswer,
} from '../../../src/adapters/alpaca/wire.ts';
import { decimal, price, quantity, text } from '../../../src/domain/decimal.ts';
import { ticker } from '../../../src/domain/ids.ts';
import {
  NOW,
  replaceStep,
  stopRequest,
  submitStep,
  wireAccount,
  wireOrder,
  wirePosition,
} from './support.ts';

const account = (changes: Record<string, unknown> = {}) =>
  accountFrom(parseBody(accountSchema, JSON.stringify(wireAccount(changes))));
const position = (changes: Record<string, unknown> = {}) =>
  positionFrom(parseBody(positionSchema, JSON.stringify(wirePosition(changes))));
const orders = (changes: Record<string, unknown> = {}) =>
  ordersFrom(parseBody(orderSchema, JSON.stringify(wireOrder(changes))), new OrderFamilies());

describe('the leg of a take-profit that somebody replaced', () => {
  const leg = wireOrder({ id: 'leg', status: 'held', type: 'stop_limit' });
  const old = wireOrder({ id: 'old', status: 'replaced', replaced_by: 'new', legs: [leg] });
  const successor = wireOrder({ id: 'new', replaces: 'old', legs: [leg] });

  it.each([
    ['newest first', [successor, old]],
    ['oldest first', [old, successor]],
  ])('hangs on the successor, although both name it: %s', (_, listed) => {
    const families = new OrderFamilies();
    const read = listed.flatMap((each) =>
      ordersFrom(parseBody(orderSchema, JSON.stringify(each)), families),
    );
    expect(read.findLast(({ id }) => id === 'leg')?.parentId).toBe('new');
  });
});

describe('an account', () => {
  it('keeps every digit', () => {
    expect(account()).toMatchObject({ accountNumber: 'PA3ABCDEFGHI', blockedBecause: null });
    expect(text(account().lastEquity)).toBe('100003.74258806517');
    expect(text(account().cash)).toBe('87500.5');
  });

  it.each([
    [{ account_blocked: true }, 'Alpaca has blocked the account'],
    [{ trading_blocked: true }, 'Alpaca has blocked trading in the account'],
    [{ trade_suspended_by_user: true }, 'the user has suspended trading in the account'],
    [{ status: 'ACCOUNT_CLOSED' }, "the account's status is ACCOUNT_CLOSED, not ACTIVE"],
  ])('is blocked when %j', (changes, because) => {
    expect(account(changes).blockedBecause).toBe(because);
  });

  it.each([
    [{ shorting_enabled: true }, true],
    [{ shorting_enabled: false }, false],
    [{ user_configurations: { no_shorting: true } }, false],
    [{ user_configurations: { no_shorting: false } }, true],
  ])('with %j may short: %s', (changes, may) => {
    expect(account(changes).shortingEnabled).toBe(may);
  });
});

describe('a position', () => {
  it('is positive on either side', () => {
    const short = position({ side: 'short', qty: '-7', qty_available: '-3' });
    expect(short.side).toBe('short');
    expect(text(short.quantity)).toBe('7');
    expect(text(short.availableQuantity)).toBe('3');
    expect(text(position().averageEntryPrice)).toBe('99.123456789');
  });

  it('takes yesterday’s price when there is none today, and never makes one up', () => {
    expect(text(position({ current_price: null }).currentPrice)).toBe('98.5');
    expect(() => position({ current_price: null, lastday_price: null })).toThrow(
      'current_price of AAPL is missing',
    );
  });

  it.each([
    ['BTCUSD', 'BTC/USD'],
    ['ETHUSDT', 'ETH/USDT'],
    ['BTC/USD', 'BTC/USD'],
  ])('in crypto called %s is %s, as its orders call it', (symbol, expected) => {
    expect(position({ symbol, asset_class: 'crypto' }).symbol).toBe(expected);
  });
});

describe('an order', () => {
  it('keeps an absent price absent', () => {
    const [market] = orders({ type: 'market', limit_price: null, stop_price: null });
    expect(market).toMatchObject({ limitPrice: null, stopPrice: null, filledAveragePrice: null });
    const [byNotional] = orders({ qty: null, notional: '500' });
    expect(byNotional?.quantity).toBeNull();
  });

  it('maps every field', () => {
    const [order] = orders({ replaces: 'order-0', replaced_by: 'order-2', filled_qty: '4' });
    expect(order).toMatchObject({
      id: 'order-1',
      clientOrderId: 'bb1-aaaa',
      symbol: 'AAPL',
      side: 'sell',
      type: 'stop_limit',
      orderClass: 'simple',
      timeInForce: 'gtc',
      positionIntent: 'sell_to_close',
      status: 'new',
      extendedHours: false,
      createdAt: Date.UTC(2026, 9, 8, 14, 0, 0, 123),
      updatedAt: Date.UTC(2026, 9, 8, 14, 0, 1, 500),
      expiresAt: Date.UTC(2027, 0, 6, 21),
      replaces: 'order-0',
      replacedBy: 'order-2',
      parentId: null,
    });
    expect(order?.quantity?.eq('10')).toBe(true);
    expect(order?.filledQuantity.eq('4')).toBe(true);
    expect(order?.limitPrice?.eq('94.5')).toBe(true);
    expect(order?.stopPrice?.eq('95')).toBe(true);
  });

  it('brings its legs as orders that name it', () => {
    const leg = wireOrder({ id: 'leg-1', status: 'held', order_class: 'bracket' });
    const [parent, stop] = orders({ order_class: 'bracket', status: 'filled', legs: [leg] });
    expect(parent).toMatchObject({ id: 'order-1', parentId: null, status: 'filled' });
    expect(stop).toMatchObject({ id: 'leg-1', parentId: 'order-1', status: 'held' });
  });

  it.each([
    { status: 'frobnicated' },
    { type: 'pegged' },
    { time_in_force: 'gtd' },
    { order_class: 'pair' },
  ])('with %j is unrecognized, which stops trading in its symbol', (changes) => {
    expect(orders(changes)[0]?.status).toBe('unrecognized');
  });

  it('takes an empty or absent intent for none', () => {
    const { position_intent: _left, ...old } = wireOrder();
    const wire = parseBody(orderSchema, JSON.stringify(old));
    expect(orderFrom(wire, new OrderFamilies()).positionIntent).toBeNull();
    expect(orders({ position_intent: '' })[0]?.positionIntent).toBeNull();
  });

  it('of a side we do not know is refused', () => {
    expect(() => orders({ side: '' })).toThrow('side of order order-1 is "", not buy or sell');
  });
});

describe('an answer', () => {
  it('that lacks a field names it', () => {
    for (const field of ['symbol', 'qty', 'qty_available', 'avg_entry_price', 'current_price']) {
      const broken: Record<string, unknown> = wirePosition();
      delete broken[field];
      const body = JSON.stringify([wirePosition(), broken]);
      expect(() => parseBody(positionsAnswer, body)).toThrow(`1.${field} is missing`);
    }
  });

  it.each([
    ['a number, which has lost digits', 10.5, 'qty is of type number, not string'],
    ['null as text', 'null', 'qty is not a decimal number'],
    ['nothing', '', 'qty is not a decimal number'],
    ['NaN', 'NaN', 'qty is not a decimal number'],
    ['null', null, 'qty is of type null, not string'],
  ])('with %s for a quantity is refused', (_name, qty, because) => {
    expect(() => position({ qty })).toThrow(because);
  });

  it.each([
    ['', 'an empty body came where JSON was expected'],
    ['<html>', 'a body that is no JSON (6 characters) came where JSON was expected'],
    ['{"a":', 'a body that is no JSON (5 characters) came where JSON was expected'],
    ['null', 'the answer is of type null, not array'],
  ])('%j is refused', (body, because) => {
    expect(() => parseBody(positionsAnswer, body)).toThrow(because);
  });
});

describe('market data', () => {
  it('becomes plain digits', () => {
    expect(tradeFrom('X', 0.0000001, NOW)).toMatchObject({ price: '0.0000001' });
    expect(quoteFrom('AAPL', 99.99, 100.01, NOW)).toMatchObject({ bid: '99.99', ask: '100.01' });
  });

  it.each([
    [0, 100],
    [100, 0],
    [Number.NaN, 100],
  ])('with bid %d and ask %d is no quote', (bid, ask) => {
    expect(quoteFrom('AAPL', bid, ask, NOW)).toBeNull();
    expect(tradeFrom('AAPL', 0, NOW)).toBeNull();
  });
});

describe('a trading day', () => {
  it.each([
    ['2026-10-08', '09:30', '16:00', '2026-10-08T13:30:00.000Z', '2026-10-08T20:00:00.000Z'],
    ['2026-11-27', '09:30', '13:00', '2026-11-27T14:30:00.000Z', '2026-11-27T18:00:00.000Z'],
    // The Mondays after the clocks changed.
    ['2026-03-09', '09:30', '16:00', '2026-03-09T13:30:00.000Z', '2026-03-09T20:00:00.000Z'],
    ['2026-11-02', '09:30', '16:00', '2026-11-02T14:30:00.000Z', '2026-11-02T21:00:00.000Z'],
  ])('on %s from %s to %s in New York is %s to %s', (date, open, close, openAt, closeAt) => {
    const day = tradingDayFrom({ date, open, close });
    expect(new Date(day.openAt).toISOString()).toBe(openAt);
    expect(new Date(day.closeAt).toISOString()).toBe(closeAt);
  });
});

describe('a request', () => {
  it('says in full what it means', () => {
    expect(orderBody(submitStep())).toEqual({
      symbol: 'AAPL',
      side: 'sell',
      type: 'stop_limit',
      timeInForce: 'gtc',
      qty: '10',
      limitPrice: '94.5',
      stopPrice: '95',
      positionIntent: 'sell_to_close',
      clientOrderId: 'bb1-stop',
    });
  });

  it('for an OCO has both exits and no price of its own', () => {
    const oco = stopRequest({
      type: 'limit',
      orderClass: 'oco',
      limitPrice: null,
      stopPrice: null,
      takeProfitLimitPrice: price('120'),
      stopLoss: { stopPrice: price('95'), limitPrice: price('94.5') },
    });
    expect(orderBody(submitStep(oco))).toMatchObject({
      type: 'limit',
      orderClass: 'oco',
      takeProfit: { limitPrice: '120' },
      stopLoss: { stopPrice: '95', limitPrice: '94.5' },
    });
    expect(orderBody(submitStep(oco))).not.toHaveProperty('limitPrice');
  });

  it('for a change repeats the prices that stay, which Alpaca demands', () => {
    const [before] = orders();
    if (before === undefined) throw new Error('no order');
    expect(changeBody(replaceStep(before, { stopPrice: price('96') }))).toEqual({
      clientOrderId: 'bb1-raise',
      limitPrice: '94.5',
      stopPrice: '96',
    });
    expect(changeBody(replaceStep(before, { quantity: quantity('5') }))).toEqual({
      clientOrderId: 'bb1-raise',
      qty: '5',
      limitPrice: '94.5',
      stopPrice: '95',
    });
  });

  it('never writes an exponent, and loses no digit, whatever the amount', () => {
    // A share count or price of up to 25 digits on either side of the point.
    const digits = fc
      .tuple(fc.bigInt({ min: 1n, max: 10n ** 25n }), fc.nat(25))
      .map(([units, decimals]) => {
        const all = units.toString().padStart(decimals + 1, '0');
        const cut = all.length - decimals;
        return decimals === 0 ? all : `${all.slice(0, cut)}.${all.slice(cut)}`;
      });
    fc.assert(
      fc.property(digits, digits, digits, (qty, limit, stop) => {
        const body = orderBody(
          submitStep(
            stopRequest({
              symbol: ticker('AAPL'),
              quantity: quantity(qty),
              limitPrice: price(limit),
              stopPrice: price(stop),
              takeProfitLimitPrice: price(limit),
              stopLoss: { stopPrice: price(stop), limitPrice: price(limit) },
            }),
          ),
        );
        const written = [
          body.qty,
          body.limitPrice,
          body.stopPrice,
          body.takeProfit?.limitPrice,
          body.stopLoss?.stopPrice,
          body.stopLoss?.limitPrice,
        ];
        for (const [index, amount] of [qty, limit, stop, limit, stop, limit].entries()) {
          expect(written[index]).toMatch(/^\d+(\.\d+)?$/);
          expect(decimal(written[index] ?? '').eq(decimal(amount))).toBe(true);
        }
      }),
    );
  });
});
