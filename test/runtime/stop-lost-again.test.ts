import { expect, it } from 'vitest';
import { loopedAccount } from '../support/guarded-account.ts';

it('a stop that is lost again and again is set again at once each time', async () => {
  const { clock, exchange, liveOrders, resting, records } = await loopedAccount();
  for (let time = 1; time <= 4; time += 1) {
    const [stop] = liveOrders();
    if (stop === undefined) throw new Error(`no stop rests the ${time}. time`);
    exchange.run({ do: 'venue', orderId: stop.id, action: { kind: 'expire' } });
    await clock.advanceBy(1_000);
    expect(resting()).toEqual(['sell stop_limit 10 @92']);
  }
  expect(records('plan_refused')).toEqual([]);
});
