import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import type { Tampered } from './exchange-support.ts';
import { type Crowded, DAY, HOUR, onACrowdedExchange } from './narrow-support.ts';
import { json } from './support.ts';

const opened: Crowded[] = [];
async function given(options: Parameters<typeof onACrowdedExchange>[0] = {}): Promise<Crowded> {
  const on = await onACrowdedExchange(options);
  opened.push(on);
  return on;
}
afterEach(async () => {
  for (const { streams, exchange } of opened.splice(0)) {
    await streams.close();
    exchange.stop();
  }
});

const OCO = {
  ...{ type: 'limit', order_class: 'oco', take_profit: { limit_price: '120' } },
  stop_loss: { stop_price: '80' },
};
const BRACKET = { ...OCO, side: 'buy', order_class: 'bracket', limit_price: '98' };

const statusIn = (url: string): string | null => new URL(url).searchParams.get('status');

/** Lets something happen once, when the first of the two lists is answered and before the other. */
function oneAfterTheOther(first: string, happens: () => void): Tampered {
  let release = () => {};
  let isFirst = true;
  const happened = new Promise<void>((resolve) => {
    release = resolve;
  });
  return async (url, _init, pass) => {
    if (statusIn(url) === null) return pass();
    if (statusIn(url) !== first) {
      await happened;
      return pass();
    }
    const answer = await pass();
    if (isFirst) happens();
    isFirst = false;
    release();
    return answer;
  };
}

describe('a look at many orders', () => {
  it('takes two requests where everything since a stop of sixty days ago would take thirteen', async () => {
    const on = await given();
    for (let day = 0; day < 55; day++) {
      await on.crowd(100);
      await on.clock.advanceBy(DAY);
    }
    const oco = on.submit(OCO);
    expect((await on.look()).requests).toBe(13);
    for (let look = 0; look < 3; look++) {
      await on.clock.advanceBy(10_000);
      const { requests, live, statuses } = await on.look();
      expect(requests).toBe(2);
      expect(live).toEqual((await on.lookAnew()).live);
      expect([...statuses.keys()]).toEqual(expect.arrayContaining([on.oldest, oco]));
    }
  }, 120_000);

  it('takes one request again once the old stop has ended', async () => {
    const on = await given();
    await on.look();
    expect((await on.look()).requests).toBe(2);
    on.somebody({ do: 'cancel', orderId: on.oldest });
    const end = await on.look();
    expect(end.statuses.get(on.oldest)).toBe('canceled');
    await on.clock.advanceBy(HOUR / 12 - 1);
    expect((await on.look()).requests).toBe(1);
  });

  it('asks by itself for an order that has left the open ones', async () => {
    const on = await given();
    const stop = on.submit({ stop_price: '60' });
    await on.look();
    await on.clock.advanceBy(60_000);
    on.somebody({ do: 'execute', orderId: stop, qty: '10', price: '60' });
    const { requests, statuses } = await on.look();
    expect(statuses.get(stop)).toBe('filled');
    expect(requests).toBe(2); // It was submitted lately, so that a list tells of its end.
    await on.clock.advanceBy(HOUR / 20);
    on.somebody({ do: 'execute', orderId: on.oldest, qty: '1', price: '60' });
    await on.look();
    expect(on.asked).toContain(`/v2/orders/${on.oldest} `);
  });

  it('reads everything when more have gone than everything has pages', async () => {
    const on = await given();
    const stops = Array.from({ length: 9 }, () => on.submit({ stop_price: '60' }));
    await on.clock.advanceBy(HOUR);
    await on.crowd(10);
    await on.look();
    for (const orderId of stops) on.somebody({ do: 'cancel', orderId });
    const { requests, statuses } = await on.look();
    expect(stops.map((id) => statuses.get(id))).toEqual(stops.map(() => 'canceled'));
    expect(requests).toBe(4); // Two lists, and two pages of everything.
  });

  it('keeps a held leg whose take-profit rests as before, without asking for it', async () => {
    const on = await given();
    on.submit(OCO);
    await on.clock.advanceBy(HOUR);
    await on.look();
    const { requests, live } = await on.look();
    expect(requests).toBe(2);
    expect(live).toEqual((await on.lookAnew()).live);
    expect(live.filter((each) => each.includes(' held '))).toHaveLength(1);
  });

  it('asks for a group with a held leg every five minutes, whatever the lists tell', async () => {
    const on = await given();
    const oco = on.submit(OCO);
    await on.look();
    const askedAt: number[] = [];
    for (let look = 1; look <= 65; look++) {
      await on.clock.advanceBy(10_000);
      await on.look();
      if (on.asked.includes(`/v2/orders/${oco} `)) askedAt.push(look);
    }
    expect(askedAt).toEqual([31, 61]);
  });

  it('sees that somebody has replaced a held leg', async () => {
    const on = await given();
    on.submit(OCO);
    await on.longAfter();
    const { live } = await on.look();
    const held = live.find((each) => each.includes(' held '))?.split(' ')[0];
    on.somebody({ do: 'replace', orderId: held, body: { stop_price: '85' } });
    const after = await on.look();
    expect(after.live).toEqual((await on.lookAnew()).live);
    expect(after.live.filter((each) => each.includes('stop 85'))).toHaveLength(1);
    expect(after.live.filter((each) => each.includes('stop 80'))).toEqual([]);
    // A take-profit that is replaced goes on naming the leg of its successor.
    const [profit] = after.live.find((each) => each.includes('limit 120'))?.split(' ') ?? [];
    on.somebody({ do: 'replace', orderId: profit, body: { limit_price: '125' } });
    expect((await on.look()).live).toEqual((await on.lookAnew()).live);
    const [raised] = (await on.look()).live.find((each) => each.includes('125'))?.split(' ') ?? [];
    for (let minutes = 0; minutes < 8; minutes += 4) {
      await on.clock.advanceBy(240_000);
      await on.look();
    }
    await on.crowd(5);
    await on.look();
    expect((await on.look()).requests).toBe(2);
    on.somebody({ do: 'cancel', orderId: raised });
    expect((await on.look()).live).toEqual([expect.stringContaining(on.oldest)]);
  });

  it('sees that a take-profit has filled in part', async () => {
    const on = await given();
    const profit = on.submit(OCO);
    await on.longAfter();
    await on.look();
    on.somebody({ do: 'execute', orderId: profit, qty: '4', price: '120' });
    const { live } = await on.look();
    expect(live).toEqual((await on.lookAnew()).live);
    expect(live.filter((each) => each.includes('of 10 4 filled'))).toHaveLength(1);
  });

  it('finds the groups of new orders, and reads everything when they are many', async () => {
    const on = await given();
    await on.look();
    on.submit(BRACKET);
    on.submit(OCO);
    const few = await on.look();
    expect(few.requests).toBe(4);
    expect(few.live).toEqual((await on.lookAnew()).live);
    for (let n = 0; n < 9; n++) on.submit({ ...OCO, qty: '2' });
    const many = await on.look();
    expect(many.requests).toBeLessThan(11);
    expect(many.live).toEqual((await on.lookAnew()).live);
  });
});

describe('a look at many orders while they change', () => {
  it.each([
    [
      'a bracket fills, so that its legs wake',
      (on: Crowded, [bracket]: readonly string[]) => {
        on.somebody({ do: 'execute', orderId: bracket, qty: '10', price: '98' });
      },
    ],
    [
      'a stop ends',
      (on: Crowded, [, stop]: readonly string[]) => {
        on.somebody({ do: 'cancel', orderId: stop });
      },
    ],
    [
      'a stop is replaced',
      (on: Crowded, [, stop]: readonly string[]) => {
        on.somebody({ do: 'replace', orderId: stop, body: { stop_price: '61' } });
      },
    ],
    [
      'a pair ends',
      (on: Crowded, [, , pair]: readonly string[]) => {
        on.somebody({ do: 'execute', orderId: pair, qty: '10', price: '120' });
      },
    ],
    [
      'a stop and a bracket come',
      (on: Crowded) => {
        on.submit({ stop_price: '62' });
        on.submit(BRACKET);
      },
    ],
  ])(
    'tells of each order as it is in the end, or as it was, when %s between two requests',
    async (_what, happens) => {
      for (const first of ['all', 'open']) {
        const on = await given();
        const orders = [on.submit(BRACKET), on.submit({ stop_price: '60' }), on.submit(OCO)];
        await on.clock.advanceBy(HOUR);
        await on.crowd(3);
        await on.look();
        const before = (await on.lookAnew()).live;
        on.tamperWith(oneAfterTheOther(first, () => happens(on, orders)));
        const during = await on.look();
        const after = (await on.lookAnew()).live;
        for (const each of during.live) expect([...before, ...after]).toContain(each);
        for (const each of before.filter((one) => after.includes(one))) {
          expect(during.live).toContain(each);
        }
        // An order and what took its place are not both told of.
        expect(during.live.length).toBeLessThanOrEqual(Math.max(before.length, after.length));
        expect((await on.look()).live).toEqual(after);
      }
    },
  );

  it('never misses an order or believes it alive, whatever somebody does', async () => {
    const deed = fc.record({
      kind: fc.constantFrom(
        ...([
          'stop',
          'oco',
          'bracket',
          'oto',
          'buy',
          'cancel',
          'replace',
          'execute',
          'part',
        ] as const),
        ...(['wait', 'long wait', 'rise', 'fall', 'split', 'set aside'] as const),
      ),
      which: fc.nat(30),
    });
    const switches = fc.record({
      replacementInheritsFills: fc.boolean(),
      shrinkStopLeg: fc.boolean(),
      takeProfitOfTriggeredStop: fc.constantFrom('canceled' as const, 'replaced' as const),
      adjustedOrderShows: fc.constantFrom('replaced' as const, 'restated' as const),
    });
    const latencies = fc.constantFrom({}, { newMs: 700, cancelMs: 1_500, replaceMs: 2_500 });
    let looks = 0;
    let narrowLooks = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(deed, { minLength: 25, maxLength: 40 }),
        switches,
        latencies,
        async (deeds, chosen, latency) => {
          const on = await onACrowdedExchange({ switches: chosen, latencies: latency });
          let known = await on.look();
          for (const { kind, which } of deeds) {
            await act(on, kind, which, known.live);
            await on.clock.advanceBy(3_000); // Or the requests of all looks run out.
            const next = await on.look();
            looks += 1;
            if (on.asked.includes('/v2/orders open')) narrowLooks += 1;
            const truth = await on.lookAnew();
            expect(next.live).toEqual(truth.live);
            for (const each of known.live) {
              const [id = ''] = each.split(' ');
              const end = truth.statuses.get(id);
              if (end !== undefined) expect(next.statuses.get(id)).toBe(end);
            }
            known = next;
          }
          on.exchange.stop();
        },
      ),
      { numRuns: 3, endOnFailure: true },
    );
    expect(narrowLooks).toBeGreaterThan(looks * 0.8);
  }, 120_000);
});

async function act(
  on: Crowded,
  kind: string,
  which: number,
  live: readonly string[],
): Promise<void> {
  const targets = live.filter((each) => !each.startsWith(on.oldest));
  const orderId = targets[which % Math.max(1, targets.length)]?.split(' ')[0] ?? '';
  const price = (cents: number) => (80 + ((which * 7 + cents) % 15)).toFixed(2);
  const tell = (bid: string, ask: string) => {
    for (const symbol of ['AAPL', 'MSFT']) {
      on.quote(symbol, bid, ask);
      on.trade(symbol, bid);
    }
  };
  const deeds: Readonly<Record<string, () => unknown>> = {
    stop: () => on.submit({ stop_price: price(0) }),
    oco: () => on.submit({ ...OCO, stop_loss: { stop_price: price(1) } }),
    bracket: () => on.submit({ ...BRACKET, qty: '4', stop_loss: { stop_price: price(2) } }),
    oto: () =>
      on.submit({
        ...{ symbol: 'MSFT', side: 'buy', type: 'market', time_in_force: 'day', qty: '2' },
        ...{ order_class: 'oto', stop_loss: { stop_price: price(3) } },
      }),
    buy: () => on.submit({ side: 'buy', type: 'market', time_in_force: 'day', qty: '3' }),
    cancel: () => on.somebody({ do: 'cancel', orderId }),
    replace: () => on.somebody({ do: 'nudge', symbol: 'AAPL', orderId }),
    execute: () => on.somebody({ do: 'execute', orderId, qty: '100', price: '90' }),
    part: () => on.somebody({ do: 'execute', orderId, qty: '1', price: '90' }),
    wait: () => on.clock.advanceBy(which * 100),
    'long wait': () => on.clock.advanceBy(which * 9_000),
    rise: () => tell('121', '121.02'),
    fall: () => tell('88', '88.02'),
    split: () => on.somebody({ do: 'split', symbol: 'AAPL', newShares: 2, oldShares: 1 }),
    'set aside': () =>
      on.somebody({ do: 'venue', orderId, action: { kind: 'set_aside', status: 'suspended' } }),
  };
  try {
    await deeds[kind]?.();
  } catch (error) {
    // What the exchange refuses has not happened.
    if (!String(error).includes('{"do"') && !String(error).includes('ZodError')) throw error;
  }
}

describe('a look at many orders when the broker errs', () => {
  it('asks again for a held leg that outlives its take-profit, and for one that shrinks late', async () => {
    for (const deed of ['cancel', 'execute']) {
      const on = await given();
      const profit = on.submit(OCO);
      await on.longAfter();
      await on.look();
      const before = await on.ask(profit);
      on.somebody({
        do: deed,
        orderId: profit,
        ...(deed === 'execute' && { qty: '4', price: '120' }),
      });
      on.tamperWith(async (url, _init, pass) => {
        if (!url.includes(profit)) return pass();
        return json({ ...(await on.ask(profit)), legs: before.legs });
      });
      expect((await on.look()).live).toContainEqual(expect.stringContaining('held of 10'));
      // Until what waits for nothing any more has gone, it is asked for at each look.
      for (let look = 0; deed === 'cancel' && look < 3; look++) await on.look();
      on.tamperWith((_url, _init, pass) => pass());
      await on.clock.advanceBy(10_000);
      expect((await on.look()).live).toEqual((await on.lookAnew()).live);
    }
  });

  it('does not believe a list that is older than what it has read', async () => {
    for (const isRecent of [true, false]) {
      const on = await given();
      const stop = on.submit({ stop_price: '60' });
      if (!isRecent) await on.longAfter();
      await on.look();
      let stale: string | null = null;
      const isStale = (staleNow: boolean) =>
        on.tamperWith(async (url, _init, pass) => {
          const answer = await pass();
          if (statusIn(url) !== 'open') return answer;
          const told = await answer.text();
          stale ??= told;
          return new Response(staleNow ? stale : told);
        });
      isStale(true);
      await on.look();
      on.somebody({ do: 'cancel', orderId: stop });
      isStale(isRecent);
      expect((await on.look()).statuses.get(stop)).toBe('canceled');
      isStale(true);
      expect((await on.look()).statuses.get(stop)).toBe('canceled');
      expect((await on.look()).statuses.get(stop)).toBe('canceled');
      const another = on.submit({ stop_price: '61' });
      expect((await on.look()).statuses.get(another)).toBe('new');
      expect((await on.look()).statuses.get(another)).toBe('new');
    }
  });

  it('reads everything after a gap, once a day, and when a group is not to be found', async () => {
    const on = await given();
    await on.look();
    expect((await on.look()).requests).toBe(2);
    await on.clock.advanceBy(HOUR / 12 + 1);
    await on.look();
    expect(on.asked).toEqual(['/v2/orders all', '/v2/orders all']);
    on.somebody({ do: 'cancel', orderId: on.oldest });
    on.tamperWith((url, _init, pass) =>
      url.includes(on.oldest)
        ? Promise.resolve(json({ code: 40410000, message: 'no' }, 404))
        : pass(),
    );
    const { requests, statuses } = await on.look();
    expect(requests).toBe(5);
    expect(statuses.get(on.oldest)).toBe('canceled');
  });
});
