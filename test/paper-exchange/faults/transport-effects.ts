import { expect } from 'vitest';
import { until } from '../wire/given.ts';
import { failureOf, marketBuy, quiet, restingBuy, type Stage } from './stage.ts';

/** What each fault of the transport is seen to do, by its id. */
export const transportEffects: Record<string, (stage: Stage) => Promise<void>> = {
  delay: async ({ inject, arrivesAfter, ask }) => {
    inject('delay');
    expect((await arrivesAfter(2_000, ask('GET', '/v2/account'))).status).toBe(200);
  },
  drop_before: async ({ inject, post, byClientId }) => {
    inject('drop_before');
    expect(await failureOf(post())).toBeInstanceOf(TypeError);
    expect(byClientId('mine')).toBeNull();
    expect((await post()).status).toBe(200);
  },
  apply_then_drop_reply: async ({ inject, post, byClientId }) => {
    inject('apply_then_drop_reply');
    expect(await failureOf(post())).toBeInstanceOf(TypeError);
    expect(byClientId('mine')).toMatchObject({ status: 'new' });
  },
  reset: async ({ inject, post, byClientId }) => {
    inject('reset');
    expect(await failureOf(post())).toMatchObject({ cause: { code: 'ECONNRESET' } });
    expect(byClientId('mine')).toMatchObject({ status: 'new' });
  },
  truncate: async ({ inject, post, byClientId }) => {
    inject('truncate');
    expect(await failureOf(post())).toMatchObject({ message: 'terminated' });
    expect(byClientId('mine')).toMatchObject({ status: 'new' });
  },
  empty_200: async ({ inject, post, byClientId }) => {
    inject('empty_200');
    expect(await post()).toMatchObject({ status: 200, text: '' });
    expect(byClientId('mine')).toMatchObject({ status: 'new' });
  },
  '429': async ({ inject, ask }) => {
    inject('429');
    const refused = await ask('GET', '/v2/account');
    expect(refused).toMatchObject({ status: 429, json: { message: 'too many requests.' } });
    expect(refused.headers.get('retry-after')).toBeNull();
    expect((await ask('GET', '/v2/account')).status).toBe(200);
  },
  '500_html': async ({ inject, post, byClientId }) => {
    inject('500_html');
    const refused = await post();
    expect(refused.status).toBe(500);
    expect(refused.headers.get('content-type')).toBe('text/html');
    expect(refused.text).toContain('<html>');
    expect(byClientId('mine')).toBeNull();
  },
  '504_after_accept': async ({ inject, post, byClientId }) => {
    inject('504_after_accept');
    expect((await post()).status).toBe(504);
    expect(byClientId('mine')).toMatchObject({ status: 'new' });
  },
  stream_drop: async ({ inject, openTrading, post }) => {
    const stream = await openTrading();
    inject('stream_drop');
    await post();
    await until(() => stream.closedWith() !== null, 'the cut');
    expect(stream.closedWith()).toBe(1006);
    const again = await openTrading();
    await post({ client_order_id: 'second' });
    await again.hears(2);
    expect(again.events()).toEqual(['pending_new', 'new']);
  },
  stream_duplicate: async ({ inject, openTrading, post }) => {
    const stream = await openTrading();
    inject('stream_duplicate');
    await post();
    await stream.hears(4);
    expect(stream.events()).toEqual(['pending_new', 'pending_new', 'new', 'new']);
    expect(stream.heard[2]).toEqual(stream.heard[3]);
  },
  stream_delay: async ({ clock, inject, openTrading, post }) => {
    const stream = await openTrading();
    inject('stream_delay');
    await post();
    await quiet();
    expect(stream.heard).toEqual([]);
    await clock.advanceBy(10_000);
    await stream.hears(2);
    expect(stream.events().toSorted()).toEqual(['new', 'pending_new']);
  },
  stream_reorder: async ({ inject, openTrading, post }) => {
    const stream = await openTrading();
    inject('stream_reorder');
    await post(marketBuy);
    await stream.hears(3);
    expect(stream.events()).toEqual(['pending_new', 'fill', 'new']);
  },
  stream_missing: async ({ inject, openTrading, post }) => {
    const stream = await openTrading();
    inject('stream_missing');
    await post(marketBuy);
    await post({ client_order_id: 'second' });
    await stream.hears(4);
    expect(stream.events()).toEqual(['pending_new', 'new', 'pending_new', 'new']);
  },
  stream_garbage: async ({ inject, openTrading, post }) => {
    const stream = await openTrading();
    inject('stream_garbage');
    await post();
    await stream.hears(3);
    expect(stream.events()).toEqual(['garbage', 'pending_new', 'new']);
  },
  stream_unauthorized: async ({ inject, open, openTrading, exchange }) => {
    inject('stream_unauthorized');
    const stream = await openTrading();
    exchange.dropStreams();
    await until(() => stream.closedWith() !== null, 'the cut');
    const again = await open('/stream');
    again.send({ action: 'auth', key: 'PKTEST', secret: 'test-secret' });
    await again.hears(1);
    expect(again.heard[0]).toMatchObject({ data: { status: 'unauthorized' } });
    await until(() => again.closedWith() !== null, 'the end');
  },
  no_pong: async ({ inject, openTrading, openData, faults }) => {
    const streams = [await openTrading(), await openData()];
    inject('no_pong');
    for (const { socket } of streams) socket.ping();
    await until(() => faults.firedById().get('no_pong') === 2, 'two pings');
    await quiet();
    expect(streams.map(({ pongs }) => pongs())).toEqual([0, 0]);
    faults.remove('no_pong');
    for (const { socket } of streams) socket.ping();
    await until(() => streams.every(({ pongs }) => pongs() === 1), 'two pongs');
  },
  N01: async ({ inject, ask, post }) => {
    inject('N01');
    expect((await post()).status).toBe(200);
    const refused = await ask('GET', '/v2/positions');
    expect(refused.status).toBe(429);
    expect(refused.headers.get('retry-after')).toBe('2');
    expect(refused.headers.get('x-ratelimit-remaining')).toBe('0');
  },
  N02: async ({ inject, ask, post, byClientId }) => {
    inject('N02');
    expect((await ask('GET', '/v2/account')).status).toBe(200);
    expect((await post()).status).toBe(429);
    expect(byClientId('mine')).toBeNull();
  },
  N03: async ({ clock, inject, ask }) => {
    inject('N03');
    await clock.advanceBy(5 * 60_000 - 1);
    expect((await ask('GET', '/v2/account')).status).toBe(429);
    await clock.advanceBy(1);
    expect((await ask('GET', '/v2/account')).status).toBe(200);
  },
  N04: async ({ inject, ask, faults }) => {
    inject('N04');
    const statuses: number[] = [];
    for (let turn = 0; turn < 40; turn += 1) statuses.push((await ask('GET', '/v2/clock')).status);
    const failed = statuses.filter((status) => status === 503).length;
    expect(failed).toBeGreaterThan(8);
    expect(failed).toBeLessThan(32);
    expect(faults.firedById().get('N04')).toBe(failed);
  },
  N05: async ({ clock, inject, ask, post, byClientId }) => {
    inject('N05');
    let isSettled = false;
    const hanging = post().finally(() => {
      isSettled = true;
    });
    hanging.catch(() => undefined);
    await quiet();
    await clock.advanceBy(600_000);
    expect([isSettled, byClientId('mine')]).toEqual([false, null]);
    expect((await ask('GET', '/v2/account')).status).toBe(200);
  },
  N06: async ({ inject, ask }) => {
    inject('N06');
    expect(await failureOf(ask('GET', '/v2/account'))).toMatchObject({ message: 'terminated' });
  },
  N07: async ({ inject, ask }) => {
    inject('N07');
    const [page, shape, fields] = [
      await ask('GET', '/v2/account'),
      await ask('GET', '/v2/account'),
      await ask('GET', '/v2/account'),
    ];
    expect(page).toMatchObject({ status: 200, text: expect.stringContaining('<html>') });
    expect(shape).toMatchObject({ status: 200, json: { result: ['ok'] } });
    expect(fields).toMatchObject({ status: 200, json: { status: 'ACTIVE', surprise: {} } });
  },
  N08: async ({ inject, ask }) => {
    inject('N08');
    const failure = await failureOf(ask('GET', '/v2/account'));
    expect(failure).toMatchObject({ cause: { message: expect.stringMatching(/redirect/) } });
  },
  N09: async ({ inject, post, open, byClientId }) => {
    inject('N09');
    expect(await failureOf(post())).toBeInstanceOf(TypeError);
    expect(byClientId('mine')).toBeNull();
    const stream = await open('/stream');
    await until(() => stream.closedWith() === 1006, 'the end');
  },
  N10: async ({ inject, openTrading, post, order }) => {
    const stream = await openTrading();
    inject('N10');
    const { json } = await post(marketBuy);
    await until(() => stream.closedWith() === 1006, 'the cut');
    expect(stream.events()).toEqual(['pending_new', 'new']);
    expect(order(String(json.id))).toMatchObject({ status: 'filled' });
  },
  N11: async ({ inject, openTrading, post }) => {
    const stream = await openTrading();
    inject('N11');
    await post(marketBuy);
    await post({ ...marketBuy, client_order_id: 'second' });
    await stream.hears(5);
    expect(stream.events()).toEqual(['pending_new', 'new', 'pending_new', 'new', 'fill']);
    expect(stream.closedWith()).toBeNull();
  },
  N12: async ({ inject, openTrading, post }) => {
    const stream = await openTrading();
    inject('N12');
    await post(marketBuy);
    await stream.hears(15);
    const ids = stream.heard.map(({ data }) => (data as { event_id: string }).event_id);
    expect([ids.length, new Set(ids).size]).toEqual([15, 3]);
  },
  N13: async ({ inject, openTrading, post }) => {
    const stream = await openTrading();
    inject('N13');
    await post(marketBuy);
    await stream.hears(3);
    expect(stream.events()).toEqual(['pending_new', 'fill', 'new']);
  },
  N14: async ({ inject, openTrading }) => {
    const stream = await openTrading();
    inject('N14');
    await stream.hears(2);
    expect(stream.events()).toEqual(['pending_new', 'new']);
    expect(stream.heard[0]).not.toHaveProperty('data.order.client_order_id', 'mine');
  },
  N15: async ({ inject, openTrading, open }) => {
    const stream = await openTrading();
    inject('N15');
    await until(() => stream.closedWith() === 1006, 'the cut');
    const data = await open('/v2/iex');
    data.send({ action: 'auth', key: 'PKTEST', secret: 'test-secret' });
    await data.hears(2);
    expect(data.heard[1]).toMatchObject({ T: 'error', code: 402 });
  },
  N16: async ({ inject, openTrading, open }) => {
    const stream = await openTrading();
    inject('N16');
    await until(() => stream.closedWith() === 1006, 'the cut');
    for (let attempt = 0; attempt < 10; attempt += 1) {
      const refused = await open('/stream');
      await until(() => refused.closedWith() === 1006, 'a refusal');
    }
    expect((await openTrading()).closedWith()).toBeNull();
  },
  N17: async ({ inject, openTrading, post, byClientId }) => {
    const stream = await openTrading();
    inject('N17');
    post().catch(() => undefined);
    await until(() => byClientId('mine') !== null, 'the order');
    stream.socket.ping();
    await quiet();
    expect([stream.heard, stream.pongs()]).toEqual([[], 0]);
  },
  N18: async ({ inject, arrivesAfter, post, byClientId }) => {
    inject('N18');
    const pending = post();
    await until(() => byClientId('mine') !== null, 'the order');
    expect((await arrivesAfter(20_000, pending)).status).toBe(200);
  },
  N19: async ({ inject, arrivesAfter, ask }) => {
    inject('N19');
    const reads = Array.from({ length: 20 }, () => ask('GET', '/v2/account'));
    expect((await ask('POST', '/v2/orders', restingBuy)).status).toBe(200);
    const statuses = (await arrivesAfter(5_000, Promise.all(reads))).map(({ status }) => status);
    expect(new Set(statuses)).toEqual(new Set([200]));
  },
};
