import { beforeAll, describe, expect, it } from 'vitest';
import { Floor, type Json } from './floor.ts';

/** Orders that end enough for several pages of the archive, among them some that stay open. */
const COUNT = 7000;

describe('orders and activities of long ago', () => {
  const floor = new Floor({ account: { cash: '100000000' } });
  const ids: string[] = [];
  const resting: string[] = [];

  beforeAll(() => {
    for (let count = 0; count < COUNT; count += 1) {
      floor.advanceBy(1);
      if (count % 700 === 0) {
        resting.push(
          floor.accepted({
            type: 'limit',
            limit_price: '90',
            time_in_force: 'gtc',
            client_order_id: `resting ${count}`,
          }),
        );
        ids.push(resting.at(-1) ?? '');
      } else {
        ids.push(floor.accepted({ client_order_id: `order ${count}` }));
      }
    }
  });

  const walk = (query: string, step: (last: Json) => string): string[] => {
    const seen: string[] = [];
    for (let path = `/v2/orders?status=all&limit=500${query}`; ; ) {
      const page = floor.list(path);
      seen.push(...page.map(({ id }) => String(id)));
      const last = page.at(-1);
      if (last === undefined) return seen;
      path = `/v2/orders?status=all&limit=500${query}&${step(last)}`;
    }
  };

  it('are found by id and by client order id', () => {
    expect(floor.orderById(ids[3])).toMatchObject({
      id: ids[3],
      status: 'filled',
      filled_qty: '1',
    });
    const path = '/v2/orders:by_client_order_id?client_order_id=order%203';
    expect(floor.get(path).id).toBe(ids[3]);
    expect(floor.request('GET', '/v2/orders/nothing').status).toBe(404);
  });

  it('still make their client order id unique', () => {
    const answer = floor.order({ client_order_id: 'order 3' });
    expect(answer.body.message).toBe('client_order_id must be unique');
  });

  it('are walked through by time and by id, each once, in either direction', () => {
    const times = walk('', (last) => `until=${String(last.submitted_at)}`);
    expect(times).toEqual([...ids].reverse());
    expect(walk('', (last) => `before_order_id=${String(last.id)}`)).toEqual([...ids].reverse());
    const upwards = walk('&direction=asc', (last) => `after_order_id=${String(last.id)}`);
    expect(upwards).toEqual(ids);
  });

  it('are refused what ended orders are refused', () => {
    const id = ids[3] ?? '';
    expect(floor.cancel(id).body.message).toBe('order is already in "filled" state');
    expect(floor.replace(id, { qty: '2' }).body.message).toContain('order is not open');
  });

  it('do not hide an older order that is still open', () => {
    const open = floor.list('/v2/orders?status=open&direction=asc').map(({ id }) => id);
    expect(open).toEqual(resting);
    const closed = floor.list('/v2/orders?status=closed&direction=asc&limit=3');
    expect(closed.map(({ id }) => id)).toEqual(ids.slice(1, 4));
  });

  it('show each activity once, page after page', () => {
    const seen: unknown[] = [];
    for (let token = ''; ; ) {
      const page = floor.list(`/v2/account/activities?page_size=100${token}`);
      seen.push(...page.map((activity) => activity.order_id));
      const last = page.at(-1);
      if (last === undefined) break;
      token = `&page_token=${encodeURIComponent(String(last.id))}`;
    }
    const filled = ids.filter((id) => !resting.includes(id));
    expect(seen).toEqual(filled.reverse());
  });
});
