import { expect, it } from 'vitest';
import { quiet, setStage } from '../faults/stage.ts';

it.each([
  { cancelRequestedAt: false, shown: undefined },
  { cancelRequestedAt: true, shown: expect.stringMatching(/^2026-11-02T/) },
])(
  'orders on the stream show when their cancel was asked for: $cancelRequestedAt',
  async (given) => {
    const { cancelRequestedAt, shown } = given;
    const stage = await setStage('in-process', { streams: { cancelRequestedAt } });
    const client = await stage.openTrading();
    const limit = { symbol: 'AAPL', qty: '1', side: 'buy', type: 'limit', limit_price: '90' };
    const { json } = await stage.ask('POST', '/v2/orders', { ...limit, time_in_force: 'day' });
    await stage.ask('DELETE', `/v2/orders/${json.id}`);
    await quiet();
    const told = client.heard.map(({ data }) => {
      const { event, order } = data as { event: string; order: Record<string, unknown> };
      return [event, order.cancel_requested_at];
    });
    expect(told).toEqual([
      ['pending_new', undefined],
      ['new', undefined],
      ['pending_cancel', shown],
      ['canceled', shown],
    ]);
    expect((await stage.ask('GET', `/v2/orders/${json.id}`)).json).not.toHaveProperty(
      'cancel_requested_at',
    );
    await stage.close();
  },
);
