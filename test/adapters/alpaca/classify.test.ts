import { describe, expect, it } from 'vitest';
import type { Order } from '../../../src/domain/order.ts';
import type { Step } from '../../../src/domain/plan.ts';
import type { RejectionClass } from '../../../src/domain/report.ts';
import {
  approvedFor,
  cancelStep,
  failureOf,
  given,
  json,
  replaceStep,
  submitStep,
  wireOrder,
} from './support.ts';

type Kind = 'submit' | 'replace' | 'cancel';

/** Sends one change of the kind and returns how it failed. */
async function refusal(kind: Kind, answer: () => Response | Promise<Response>) {
  let order: Order | null = null;
  const { broker, clock, asked } = given(({ method }) =>
    method === 'GET' ? json(wireOrder()) : answer(),
  );
  order = await broker.findOrder('bb1-aaaa');
  if (order === null) throw new Error('the order to change is missing');
  const steps = {
    submit: submitStep(),
    replace: replaceStep(order, { stopPrice: order.stopPrice }),
    cancel: cancelStep(order),
  };
  const step: Step = steps[kind];
  const approved = approvedFor(step);
  const work =
    step.kind === 'submit'
      ? broker.submit(approved, step)
      : step.kind === 'replace'
        ? broker.replace(approved, step)
        : broker.cancel(approved, step);
  const error = await failureOf(work, clock);
  return { error, sent: asked.length - 1 };
}

const INSUFFICIENT = 'insufficient qty available for order (requested: 35, available: 0)';

describe('a refusal', () => {
  it.each<[RejectionClass, Kind, number, Record<string, unknown>]>([
    [
      'shares_held',
      'submit',
      403,
      {
        available: '0',
        code: 40310000,
        existing_qty: '35',
        held_for_orders: '35',
        message: INSUFFICIENT,
        related_orders: ['0e7ae0b5'],
        symbol: 'BW',
      },
    ],
    [
      'shares_held',
      'submit',
      403,
      { code: 40310000, existing_qty: '1', held_for_orders: '0.5', message: 'x' },
    ],
    [
      'not_enough_shares',
      'submit',
      403,
      {
        available: '0.557436865',
        code: 40310000,
        existing_qty: '0.557436865',
        held_for_orders: '0',
        message: INSUFFICIENT,
        symbol: 'KO',
      },
    ],
    [
      'buying_power',
      'submit',
      403,
      { buying_power: '3388.32', code: 40310000, cost_basis: '27032.36', message: 'insufficient' },
    ],
    [
      'wash_trade',
      'submit',
      403,
      {
        code: 40310000,
        existing_order_id: '0e7ae0b5',
        message: 'potential wash trade detected. use complex orders',
        reject_reason: 'opposite side market/stop order exists',
      },
    ],
    [
      'wash_trade',
      'submit',
      422,
      { code: 42210000, existing_order_id: '0e7ae0b5', message: 'potential wash trade' },
    ],
    ['forbidden', 'submit', 403, { code: 40310000, message: 'account is not allowed to short' }],
    ['auth', 'submit', 403, { message: 'forbidden.' }],
    ['auth', 'submit', 401, { message: 'unauthorized.' }],
    ['auth', 'submit', 401, { code: 40110000, message: 'request is not authorized' }],
    [
      'stop_through_price',
      'submit',
      422,
      {
        code: 42210000,
        market_price: '71.99',
        message: 'stop price must be less than current price',
        stop_price: '72.4',
      },
    ],
    [
      'stop_through_price',
      'replace',
      422,
      { code: 42210000, market_price: '71.99', message: 'x', stop_price: '72.4' },
    ],
    [
      'duplicate_client_order_id',
      'submit',
      422,
      { code: 40010001, message: 'client_order_id must be unique' },
    ],
    [
      'duplicate_client_order_id',
      'replace',
      422,
      { code: 40010001, message: 'client_order_id must be unique' },
    ],
    [
      'duplicate_client_order_id',
      'submit',
      409,
      { code: 40910000, message: 'client_order_id exists already' },
    ],
    ['validation', 'submit', 422, { code: 40010001, message: 'qty must be > 0' }],
    ['validation', 'replace', 422, { code: 40010001, message: 'limit price must be > 0' }],
    ['validation', 'submit', 400, { code: 40010000, message: 'request body format is invalid' }],
    [
      'validation',
      'submit',
      422,
      { code: 42210000, message: 'invalid limit_price 290.123. sub-penny increment' },
    ],
    [
      'order_state',
      'cancel',
      422,
      { code: 42210000, message: 'order is already in "filled" state' },
    ],
    [
      'order_state',
      'replace',
      422,
      { code: 42210000, message: 'cannot replace order in accepted status' },
    ],
    ['not_found', 'cancel', 404, { code: 40410000, message: 'order not found' }],
    ['throttled', 'submit', 429, { message: 'too many requests.' }],
  ])('is %s when a %s gets %i %j', async (rejection, kind, status, body) => {
    const { error, sent } = await refusal(kind, () => json(body, status));
    expect(error).toMatchObject({ outcome: 'rejected', rejection, status });
    expect(error.code).toBe(body.code ?? null);
    expect(sent).toBe(1);
  });

  it('hands on the fields that say what to do about it', async () => {
    const { error } = await refusal('submit', () =>
      json(
        {
          code: 40310000,
          message: INSUFFICIENT,
          held_for_orders: '35',
          related_orders: ['a', 'b'],
        },
        403,
        { 'x-request-id': 'f00d' },
      ),
    );
    expect(error.details).toEqual({
      held_for_orders: '35',
      related_orders: ['a', 'b'],
      request_id: 'f00d',
    });
    expect(error.message).toBe(
      `POST /v2/orders bb1-stop was answered with HTTP 403 (code 40310000): ${INSUFFICIENT}`,
    );
  });

  it('is told by the fields, however the sentence is worded', async () => {
    const { error } = await refusal('submit', () =>
      json({ code: 40310000, message: 'SIP subscription required', related_orders: ['a'] }, 403),
    );
    expect(error.rejection).toBe('shares_held');
  });
});

const HTML = '<html><body>Bad gateway</body></html>';
const html = (status: number) => new Response(HTML, { status });
const network = (code: string) => {
  throw new TypeError('fetch failed', { cause: new Error(code) });
};
const cutOff = () =>
  new Response(
    new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode('{"id":"order-1","sta'));
        controller.error(new TypeError('terminated'));
      },
    }),
  );

describe('silence', () => {
  it.each<[string, () => Response | Promise<Response>]>([
    ['500 with JSON', () => json({ message: 'internal server error' }, 500)],
    ['502 with HTML', () => html(502)],
    ['504 after the order was accepted', () => json({ message: 'gateway timeout' }, 504)],
    ['408', () => json({ code: 40800000, message: 'timeout' }, 408)],
    ['425', () => json({ message: 'too early' }, 425)],
    ['429 from a proxy', () => html(429)],
    ['429 without a message', () => json({}, 429)],
    ['200 with an empty body', () => new Response('')],
    ['200 with HTML', () => html(200)],
    ['200 cut off', cutOff],
    ['200 with half an order', () => json({ id: 'order-1' })],
    ['a reset connection', () => network('ECONNRESET')],
    ['a refused connection', () => network('ECONNREFUSED')],
    ['an error that is no Error', () => Promise.reject('closed')],
    ['no answer at all', () => new Promise<Response>(() => {})],
  ])('is what %s means for a submit, a replace and a cancel', async (name, answer) => {
    for (const kind of ['submit', 'replace', 'cancel'] as const) {
      const isDone = kind === 'cancel' && name.startsWith('200');
      if (isDone) continue; // Alpaca took it: there is nothing in the body to read.
      const { error, sent } = await refusal(kind, answer);
      expect(error).toMatchObject({ outcome: 'unknown', rejection: null });
      expect(sent).toBe(1);
    }
  });

  it('says how long it lasted', async () => {
    const { error } = await refusal('submit', () => new Promise<Response>(() => {}));
    expect(error.message).toBe(
      'POST /v2/orders bb1-stop has no answer we can use: no answer within 10000 ms',
    );
  });

  it('keeps its cause', async () => {
    const { error } = await refusal('submit', () => network('ECONNRESET'));
    expect(error.message).toContain('fetch failed, ECONNRESET');
    expect(error.cause).toBeInstanceOf(Error);
  });

  it('names the field that an answer lacks', async () => {
    const { filled_qty: _left, ...rest } = wireOrder();
    const { error } = await refusal('submit', () => json(rest));
    expect(error.message).toContain('filled_qty is missing');
  });
});
