import { expect } from 'vitest';
import { formatDecimal } from '../../../src/paper-exchange/core/basics/decimal.ts';
import { type Answer, failureOf, marketBuy, restingBuy, type Stage, stopSale } from './stage.ts';

const bracket = {
  ...{ qty: '10', side: 'buy', type: 'limit', time_in_force: 'gtc', limit_price: '100.5' },
  order_class: 'bracket',
  take_profit: { limit_price: '110' },
  stop_loss: { stop_price: '90' },
};
const oco = {
  ...{ qty: '10', side: 'sell', type: 'limit', time_in_force: 'gtc', order_class: 'oco' },
  take_profit: { limit_price: '110' },
  stop_loss: { stop_price: '90' },
};
const held = ({ core, accountId }: Stage): string =>
  formatDecimal(core.position(accountId, 'AAPL')?.qty ?? 0n);

const openOrders = async ({ ask }: Stage, query = '') =>
  listOf(await ask('GET', `/v2/orders?status=open${query}`));

const listOf = ({ text }: Answer): Record<string, unknown>[] => JSON.parse(text);

/** What each fault of the broker is seen to do, by its id. */
export const brokerEffects: Record<string, (stage: Stage) => Promise<void>> = {
  B01: async ({ inject, post, byClientId }) => {
    inject('B01');
    expect(await failureOf(post())).toBeInstanceOf(TypeError);
    expect(byClientId('mine')).toBeNull();
  },
  B02: async ({ inject, post, byClientId }) => {
    inject('B02');
    expect(await failureOf(post())).toBeInstanceOf(TypeError);
    expect(byClientId('mine')).not.toBeNull();
    expect(await post()).toMatchObject({ status: 422, json: { code: 40010001 } });
  },
  B03: async ({ inject, arrivesAfter, post }) => {
    inject('B03');
    expect((await arrivesAfter(15_000, post())).json).toMatchObject({ client_order_id: 'mine' });
  },
  B04: async ({ inject, post, byClientId }) => {
    inject('B04');
    const refused = await post();
    expect(refused).toMatchObject({ status: 422, json: { code: 40010001 } });
    expect(refused.json.message).toBe('client_order_id must be unique');
    expect(byClientId('mine')).not.toBeNull();
  },
  B05: async ({ inject, post }) => {
    inject('B05');
    const sale = { ...marketBuy, side: 'sell' };
    expect(await post(sale)).toMatchObject({
      status: 403,
      json: { code: 40310000, held_for_orders: '10', related_orders: [expect.any(String)] },
    });
  },
  B06: async ({ inject, post }) => {
    inject('B06');
    const stop = { ...restingBuy, ...stopSale, limit_price: undefined };
    const { status, json } = await post(stop);
    expect([status, json.reject_reason]).toEqual([403, 'opposite side limit order exists']);
  },
  B07: async ({ inject, post }) => {
    inject('B07');
    const sale = { side: 'sell', limit_price: '200', client_order_id: 'sale' };
    expect((await post(sale)).status).toBe(200);
    const { status, json } = await post();
    expect([status, json.code, json.buying_power]).toEqual([403, 40310000, '0']);
  },
  B08: async ({ inject, post }) => {
    inject('B08');
    expect(await post()).toMatchObject({
      status: 422,
      json: { code: 42210000, message: expect.stringContaining('sub-penny') },
    });
    expect((await post()).status).toBe(200);
  },
  B09: async ({ inject, openTrading, post, order }) => {
    const stream = await openTrading();
    inject('B09');
    const { status, json } = await post();
    expect([status, json.status]).toEqual([200, 'pending_new']);
    await stream.hears(2);
    expect(stream.events()).toEqual(['pending_new', 'rejected']);
    expect(order(String(json.id))).toMatchObject({ status: 'rejected' });
  },
  B10: async ({ inject, ask, clock, place, order, post }) => {
    const id = place(stopSale);
    inject('B10');
    expect((await ask('DELETE', `/v2/orders/${id}`)).status).toBe(204);
    await clock.advanceBy(3_600_000);
    expect(order(id)).toMatchObject({ status: 'pending_cancel' });
    expect(await post({ ...marketBuy, side: 'sell' })).toMatchObject({
      ...{ status: 403, json: { held_for_orders: '10' } },
    });
    expect((await ask('DELETE', `/v2/orders/${id}`)).json.message).toBe('order pending cancel');
  },
  B11: async (stage) => {
    const { inject, openTrading, ask, place, order } = stage;
    const stream = await openTrading();
    const id = place(stopSale);
    inject('B11');
    expect((await ask('DELETE', `/v2/orders/${id}`)).status).toBe(204);
    await stream.hears(4);
    expect(stream.events()).toEqual(['pending_new', 'new', 'pending_cancel', 'fill']);
    expect(order(id)).toMatchObject({ status: 'filled' });
    expect(held(stage)).toBe('0');
  },
  B12: async ({ inject, ask, place }) => {
    const id = place(stopSale);
    inject('B12', { orderId: id });
    expect(await ask('DELETE', `/v2/orders/${id}`)).toMatchObject({
      status: 422,
      json: { message: 'order is already in "filled" state' },
    });
  },
  B13: async ({ inject, openTrading, ask, place, order }) => {
    const stream = await openTrading();
    const id = place(stopSale);
    inject('B13');
    const { status, json } = await ask('PATCH', `/v2/orders/${id}`, { stop_price: '95' });
    expect(status).toBe(200);
    await stream.hears(5);
    expect(stream.events().slice(2)).toEqual(['pending_replace', 'fill', 'rejected']);
    expect([order(id)?.status, order(String(json.id))?.status]).toEqual(['filled', 'rejected']);
  },
  B14: async ({ inject, ask, place, order }) => {
    const id = place(stopSale);
    inject('B14');
    const { status, json } = await ask('PATCH', `/v2/orders/${id}`, { stop_price: '95' });
    expect([status, json.message]).toEqual([422, 'cannot replace order in accepted status']);
    expect(order(id)).toMatchObject({ status: 'new' });
  },
  B15: async ({ inject, ask, place, order }) => {
    const id = place(stopSale);
    inject('B15');
    expect(await failureOf(ask('PATCH', `/v2/orders/${id}`, { stop_price: '95' }))).toBeInstanceOf(
      TypeError,
    );
    const replacedBy = order(id)?.replacedBy ?? '';
    expect(order(replacedBy)).toMatchObject({ replaces: id, status: 'new' });
  },
  B16: async ({ inject, place, order }) => {
    const first = place(stopSale);
    inject('B16', { orderId: first });
    let [id, length] = [first, 0];
    for (let next = order(id)?.replacedBy; next; next = order(id)?.replacedBy) {
      id = next;
      length += 1;
    }
    expect([length, order(id)?.status]).toEqual([20, 'new']);
  },
  B17: async (stage) => {
    const { inject, place, quote, openTrading } = stage;
    place(oco);
    const stream = await openTrading();
    inject('B17');
    quote('110', '110.02');
    await stream.hears(2);
    expect(stream.events()).toEqual(['fill', 'fill']);
    expect(held(stage)).toBe('-10');
  },
  B18: async (stage) => {
    stage.inject('B18');
    const open = await openOrders(stage);
    expect(open.map(({ type }) => type)).toEqual(['limit']);
    const [nested] = await openOrders(stage, '&nested=true');
    expect(nested).toMatchObject({ legs: [{ type: 'stop', status: 'held' }] });
  },
  B19: async (stage) => {
    const { inject, post } = stage;
    inject('B19');
    const { json } = await post({ ...bracket, client_order_id: 'entry' });
    const { json: now } = await stage.ask('GET', `/v2/orders/${json.id}?nested=true`);
    expect(now).toMatchObject({ status: 'partially_filled', filled_qty: '4' });
    expect(now.legs).toMatchObject([{ status: 'held' }, { status: 'held' }]);
    expect(held(stage)).toBe('14');
  },
  B20: async (stage) => {
    const { inject, place, quote, core, accountId } = stage;
    const id = place(oco);
    inject('B20');
    quote('110', '110.02');
    const shown = core.order(accountId, id);
    expect(shown?.order).toMatchObject({ status: 'partially_filled' });
    expect(formatDecimal(shown?.legs[0]?.qty ?? 0n)).toBe('6');
    expect(held(stage)).toBe('6');
  },
  B21: async (stage) => {
    const { inject, place, quote, order } = stage;
    const id = place({ ...stopSale, type: 'limit', stop_price: undefined, limit_price: '101' });
    inject('B21');
    quote('101', '101.02');
    expect(formatDecimal(order(id)?.filledQty ?? 0n)).toBe('12');
    expect(order(id)).toMatchObject({ status: 'filled' });
    expect(held(stage)).toBe('-2');
  },
  B22: async (stage) => {
    const { inject, place, order, clock } = stage;
    const stopLimit = { ...stopSale, type: 'stop_limit', stop_price: '95', limit_price: '94.5' };
    const id = place(stopLimit);
    inject('B22');
    await clock.advanceBy(60_000);
    expect(order(id)).toMatchObject({ status: 'new', filledQty: 0n });
    expect(Number(formatDecimal(stage.core.latestTrade('AAPL')?.price ?? 0n))).toBeLessThan(90);
    expect(formatDecimal(stage.core.latestQuote('AAPL')?.bidPrice ?? 0n)).toMatch(/^8/);
  },
  B23: async (stage) => {
    const { inject, openTrading, clock, core, accountId } = stage;
    inject('B23');
    const [stop] = await openOrders(stage);
    const stream = await openTrading();
    await clock.advanceTo(Date.parse('2026-11-02T20:00:00-05:00'));
    await stream.hears(1);
    expect(stream.events()).toEqual(['expired']);
    expect(core.order(accountId, String(stop?.id))?.order.status).toBe('expired');
  },
  B24: async (stage) => {
    const id = stage.place(stopSale);
    stage.inject('B24', { orderId: id });
    expect((await openOrders(stage))[0]).toMatchObject({ status: 'reconsidered' });
    expect((await stage.ask('GET', `/v2/orders/${id}`)).json.status).toBe('suspended');
    stage.trade('85');
    expect(stage.order(id)).toMatchObject({ status: 'suspended' });
  },
  B25: async (stage) => {
    stage.inject('B25');
    const [foreign] = await openOrders(stage);
    expect(foreign).toMatchObject({ symbol: 'AAPL', side: 'sell', limit_price: '110' });
  },
  B26: async (stage) => {
    const { inject, openTrading, ask } = stage;
    const stream = await openTrading();
    inject('B26');
    await stream.hears(3);
    expect(stream.events()).toEqual(['pending_new', 'new', 'fill']);
    expect((await ask('GET', '/v2/positions/AAPL')).status).toBe(404);
  },
  B27: async (stage) => {
    stage.inject('B27');
    expect((await stage.ask('GET', '/v2/positions')).text).toBe('[]');
    expect(await openOrders(stage)).toMatchObject([{ type: 'stop', qty: '10', status: 'new' }]);
  },
  B28: async ({ inject, post, ask, clock }) => {
    inject('B28');
    await clock.advanceBy(1_000);
    await post(marketBuy);
    const qty = async () => (await ask('GET', '/v2/positions')).json[0]?.qty;
    expect(await qty()).toBe('10');
    await clock.advanceBy(9_999);
    expect((await ask('GET', '/v2/positions/AAPL')).json.qty).toBe('10');
    await clock.advanceBy(1);
    expect([await qty(), (await ask('GET', '/v2/positions/AAPL')).json.qty]).toEqual(['11', '11']);
  },
  B29: async ({ inject, ask }) => {
    inject('B29');
    expect(await ask('GET', '/v2/positions')).toMatchObject({ status: 200, text: '[]' });
    expect((await ask('GET', '/v2/positions/AAPL')).json.qty).toBe('10');
  },
  B30: async (stage) => {
    for (const price of ['40', '41', '42']) {
      stage.place({ ...restingBuy, limit_price: price, client_order_id: price });
    }
    expect(await openOrders(stage)).toHaveLength(3);
    stage.inject('B30');
    expect(await openOrders(stage)).toHaveLength(1);
  },
  B31: async ({ inject, ask, place, order }) => {
    const ids = ['40', '41', '42', '43'].map((price) =>
      place({ ...restingBuy, limit_price: price, client_order_id: price }),
    );
    inject('B31');
    const answer = await ask('DELETE', '/v2/orders');
    expect(answer.status).toBe(207);
    expect(listOf(answer).map((entry) => entry.status)).toEqual([200, 422, 200, 422]);
    expect(ids.map((id) => order(id)?.status)).toEqual(['canceled', 'new', 'canceled', 'new']);
  },
  B32: async ({ inject, ask, place, post }) => {
    const id = place(stopSale);
    inject('B32');
    expect((await ask('GET', '/v2/account')).json).toMatchObject({
      ...{ account_blocked: true, trading_blocked: true, trade_suspended_by_user: true },
    });
    expect(await post()).toMatchObject({ status: 403, json: { code: 40310000 } });
    const patched = await ask('PATCH', `/v2/orders/${id}`, { stop_price: '95' });
    expect(patched.status).toBe(403);
  },
  B33: async ({ inject, openData, place, order, trade, quote, exchange }) => {
    const id = place(stopSale);
    const data = await openData();
    inject('B33');
    await data.hears(2);
    expect(data.heard).toMatchObject([
      { T: 'l', u: 105, d: 95, i: 'B' },
      { T: 's', sc: 'H', rc: 'T1' },
    ]);
    trade('89');
    quote('88.9', '89.1');
    expect(order(id)?.status).toBe('new');
    exchange.run({ do: 'resume', symbol: 'AAPL' });
    trade('89');
    expect(order(id)?.status).toBe('filled');
  },
  B34: async (stage) => {
    const id = stage.place(stopSale);
    stage.inject('B34');
    expect(held(stage)).toBe('100');
    expect(stage.order(id)?.status).toBe('canceled');
  },
  B35: async ({ inject, post, ask, clock }) => {
    inject('B35');
    await clock.advanceTo(Date.parse('2026-11-03T09:30:00-05:00'));
    expect(await ask('GET', '/v2/positions')).toMatchObject({ status: 200, text: '[]' });
    expect((await ask('GET', '/v2/account')).json.cash).toBe('100000');
    expect((await post()).status).toBeGreaterThanOrEqual(403);
  },
  'B35.renamed': async ({ inject, ask }) => {
    inject('B35.renamed');
    const [position] = listOf(await ask('GET', '/v2/positions'));
    expect(position).toMatchObject({ symbol: 'AAPLX', qty: '10' });
  },
  'B35.delisted': async ({ inject, post, ask }) => {
    inject('B35.delisted');
    expect((await ask('GET', '/v2/assets/AAPL')).json).toMatchObject({
      ...{ status: 'inactive', tradable: false },
    });
    expect((await post()).status).toBeGreaterThanOrEqual(403);
  },
  B36: async ({ inject, ask, clock }) => {
    inject('B36');
    await clock.advanceBy(30 * 60_000 - 1);
    expect((await ask('GET', '/v2/clock')).status).toBe(503);
    await clock.advanceBy(1);
    expect((await ask('GET', '/v2/clock')).status).toBe(200);
  },
  B37: async ({ inject, ask }) => {
    inject('B37');
    expect((await ask('GET', '/v2/account')).json.equity).toBeNull();
    expect((await ask('GET', '/v2/account')).json.equity).toBe('1e15');
    expect((await ask('GET', '/v2/account')).json.equity).toBe('100000');
  },
  B38: async (stage) => {
    stage.inject('B38');
    expect(held(stage)).toBe('10.37');
    const whole = await stage.post({ ...stopSale, qty: '10.37', limit_price: undefined });
    expect([whole.status, whole.json.message]).toEqual([
      422,
      'fractional orders must be DAY orders',
    ]);
  },
};
