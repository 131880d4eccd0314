import { ApiError, FetchError, NotFoundError, RateLimitError } from '@alpacahq/alpaca-trade-api';
import { describe, expect, it } from 'vitest';
import type { PaperExchangeOptions } from '../../../src/paper-exchange/exchange.ts';
import type { FaultRuleInput } from '../../../src/paper-exchange/faults/rule.ts';
import {
  closersAfterEach,
  connectSdk,
  keys,
  listenTo,
  quietExchange,
  until,
} from '../wire/given.ts';

const submission = { method: 'POST', route: '/v2/orders' } as const;
const once = { times: 1 } as const;
const oneShare = { symbol: 'AAPL', qty: '1', side: 'buy', timeInForce: 'day' } as const;

describe('clients of the exchange, through the SDK', () => {
  const closers = closersAfterEach();

  async function open(options: Partial<PaperExchangeOptions> = {}) {
    const given = quietExchange(options);
    const sdk = await connectSdk(given.exchange, 'in-process');
    closers.push(sdk.close);
    const { trading } = sdk.alpaca;
    const find = (clientOrderId: string) =>
      trading.orders.getOrderByClientOrderId({ clientOrderId });
    const heldShares = () => given.exchange.core.position(accountId, 'AAPL')?.qty;
    const [accountId = ''] = given.exchange.core.accountIds;
    return { ...given, sdk, trading, find, heldShares };
  }

  const broken = (what: FaultRuleInput['what'], where: FaultRuleInput['where'] = submission) =>
    open({ faults: [{ where, when: once, what }] });

  it('scenario 35: an order whose reply was lost is there, found by its client order id', async () => {
    const { trading, find } = await broken({ kind: 'apply_then_drop_reply' });
    const submitted = trading.orders.market({ ...oneShare, clientOrderId: 'lost reply' });
    await expect(submitted).rejects.toBeInstanceOf(FetchError);
    expect(await find('lost reply')).toMatchObject({ status: 'filled', filledQty: '1' });
    const again = trading.orders.market({ ...oneShare, clientOrderId: 'lost reply' });
    await expect(again).rejects.toMatchObject({ status: 422, code: 40010001 });
  });

  it('scenario 35: a look-up that finds nothing is no proof, the order may still land', async () => {
    const late = { kind: 'delay', ms: 3_000, of: 'request' } as const;
    const { trading, find, clock, heldShares } = await broken(late);
    const submitted = trading.orders.market({ ...oneShare, clientOrderId: 'late' });
    await expect(find('late')).rejects.toBeInstanceOf(NotFoundError);
    await clock.advanceBy(2_999);
    await expect(find('late')).rejects.toBeInstanceOf(NotFoundError);
    const before = heldShares();
    await clock.advanceBy(1);
    expect(await submitted).toMatchObject({ clientOrderId: 'late' });
    expect(await find('late')).toMatchObject({ status: 'filled' });
    expect(heldShares()).not.toBe(before);
  });

  it('scenario 19: a replacement that only moves a price may be refused for shares', async () => {
    const { trading } = await broken(
      {
        ...{ kind: 'answer', status: 403 },
        body: { code: 40310000, message: 'insufficient qty available for order' },
      },
      { method: 'PATCH', route: '/v2/orders/*' },
    );
    const { id = '' } = await trading.orders.stop({
      ...{ ...oneShare, side: 'sell', stopPrice: '95' },
    });
    const patchOrderRequest = { stopPrice: '96' };
    const patch = () => trading.orders.patchOrderByOrderId({ orderId: id, patchOrderRequest });
    await expect(patch()).rejects.toMatchObject({ status: 403, code: 40310000 });
    expect(await patch()).toMatchObject({ stopPrice: '96', replaces: id });
  });

  it('scenario 37: the stream loses a fill without a word, and the books have it', async () => {
    const { sdk, trading, find } = await open({
      faults: [{ where: { stream: 'trading', event: 'fill' }, what: { kind: 'lose' } }],
    });
    const { updates } = await listenTo(sdk);
    await trading.orders.market({ ...oneShare, clientOrderId: 'unheard' });
    await trading.orders.limit({ ...oneShare, limitPrice: '90', clientOrderId: 'later' });
    const heard = () => updates.map(({ event, order }) => `${order.clientOrderId} ${event}`);
    await until(() => heard().includes('later new'), 'the next order');
    expect(heard()).not.toContain('unheard fill');
    expect(await find('unheard')).toMatchObject({ status: 'filled' });
    const [activity] = await trading.accountActivities.getAccountActivities({});
    expect(activity).toMatchObject({ activityType: 'FILL', qty: '1' });
  });

  it('scenario 37: what fills while the line is cut is never told', async () => {
    const { sdk, exchange, trading, find } = await open();
    const { updates, stream } = await listenTo(sdk);
    let isClosed = false;
    stream.onDisconnect(() => {
      isClosed = true;
    });
    exchange.dropStreams();
    await until(() => isClosed, 'the end of the line');
    await trading.orders.market({ ...oneShare, clientOrderId: 'meanwhile' });
    const { updates: afterwards } = await listenTo(sdk);
    expect([updates, afterwards]).toEqual([[], []]);
    expect(await find('meanwhile')).toMatchObject({ status: 'filled' });
  });

  it('scenario 38: the 201st request of a minute is refused, whatever it is for', async () => {
    const { trading, clock } = await open();
    for (let count = 0; count < 200; count += 1) await trading.account.getAccount();
    const protect = () => trading.orders.stop({ ...oneShare, side: 'sell', stopPrice: '95' });
    const refusal = await protect().catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(RateLimitError);
    expect(refusal).toMatchObject({ status: 429, message: 'too many requests.' });
    await clock.advanceBy(60_000);
    expect(await protect()).toMatchObject({ status: 'pending_new' });
  });

  it('scenario 45: the feed shows other prices than the tape, and stops follow the tape', async () => {
    const { sdk, trading, trade, quote } = await open({
      faults: [
        {
          where: { route: '/v2/stocks/**' },
          what: { kind: 'prices', change: { to: 'scaled', factor: 0.94 } },
        },
      ],
    });
    const { id = '' } = await trading.orders.stop({ ...oneShare, side: 'sell', stopPrice: '95' });
    const order = () => trading.orders.getOrderByOrderID({ orderId: id });
    trade('100');
    const shown = await sdk.alpaca.marketData.getLatestPrice('AAPL');
    expect(shown).toBeCloseTo(94, 6);
    expect(await order()).toMatchObject({ status: 'new' });
    quote('94.98', '95');
    trade('94.99');
    expect(await order()).toMatchObject({ status: 'filled' });
  });

  it('scenario 47: an order past the guard reaches the exchange, and its id tells it apart', async () => {
    const { exchange, sdk, trading, heldShares } = await open();
    const { updates } = await listenTo(sdk);
    await trading.orders.market({ ...oneShare, clientOrderId: 'bb1-guarded' });
    const bypass = await connectSdk(exchange, 'in-process', keys.secret);
    const { qty } = await bypass.alpaca.trading.orders.market({ ...oneShare, qty: '50' });
    expect(qty).toBe('50');
    await until(() => updates.filter(({ event }) => event === 'fill').length === 2, 'both fills');
    const orders = await trading.orders.getAllOrders({ status: 'all' });
    const foreign = orders.filter((order) => !order.clientOrderId?.startsWith('bb1-'));
    expect(foreign).toMatchObject([{ qty: '50', status: 'filled' }]);
    expect(heldShares()).toBe(61n * 10n ** 13n);
  });

  it('a refusal keeps its fields in the body, which can be read once', async () => {
    const { trading } = await open();
    await trading.orders.stop({ ...oneShare, qty: '10', side: 'sell', stopPrice: '95' });
    const error = await trading.orders
      .market({ ...oneShare, side: 'sell' })
      .catch((cause: unknown) => cause);
    if (!(error instanceof ApiError)) throw new Error('the order was not refused');
    expect(await error.response?.json()).toMatchObject({ held_for_orders: '10', available: '0' });
  });
});
