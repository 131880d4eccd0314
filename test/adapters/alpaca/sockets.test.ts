import { expect, it } from 'vitest';
import { connectAlpaca } from '../../../src/adapters/alpaca/connect.ts';
import { listen } from '../../../src/adapters/system/http-listener.ts';
import { SystemClock } from '../../../src/adapters/system/system-clock.ts';
import { price } from '../../../src/domain/decimal.ts';
import { PaperExchange } from '../../../src/paper-exchange/exchange.ts';
import type { OrderUpdate } from '../../../src/ports/broker.ts';
import { approvedFor, cancelStep, stopRequest, submitStep } from './support.ts';

it('speaks with the paper exchange over real sockets as it does in-process', async () => {
  const clock = new SystemClock();
  const exchange = new PaperExchange(
    {
      seed: '7',
      accounts: [
        {
          keyId: 'PK-TEST',
          secretKey: 'secret',
          cash: '100000',
          multiplier: '4',
          positions: [{ symbol: 'AAPL', qty: '10', averageEntryPrice: '100' }],
        },
      ],
      market: { kind: 'generated', symbols: [{ symbol: 'AAPL', startPrice: '100' }] },
    },
    clock,
  );
  exchange.start();
  const listener = await listen({
    host: '127.0.0.1',
    port: 0,
    onRequest: exchange.requestListener,
    onUpgrade: exchange.upgradeListener,
  });
  const { broker, streams } = connectAlpaca(
    {
      keyId: 'PK-TEST',
      secret: 'secret',
      endpoint: { url: `http://127.0.0.1:${listener.port}` },
    },
    clock,
  );
  try {
    const ended = new Promise<OrderUpdate>((resolve) => {
      streams.openTrading({
        onEvent: (update) => {
          if (update.event === 'canceled') resolve(update);
        },
        onState: (state) => {
          if (state === 'live') void placeAndCancel();
        },
      });
    });
    const placeAndCancel = async (): Promise<void> => {
      // Far from where it trades: it rests in any session, whatever the made-up price.
      const far = stopRequest({ type: 'limit', stopPrice: null, limitPrice: price('500') });
      const step = submitStep(far, 'far');
      const placed = await broker.submit(approvedFor(step), step);
      const cancel = cancelStep(placed);
      await broker.cancel(approvedFor(cancel), cancel);
    };
    const { order } = await ended;
    expect(order).toMatchObject({ clientOrderId: 'bb1-far', status: 'canceled' });
    expect((await broker.readOrders(0)).map(({ id }) => id)).toEqual([order.id]);
  } finally {
    await streams.close();
    exchange.stop();
    await listener.close();
  }
});
