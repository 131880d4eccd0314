import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../../src/adapters/system/virtual-clock.ts';
import { PaperExchange } from '../../../src/paper-exchange/exchange.ts';
import { points } from '../../../src/paper-exchange/faults/effects.ts';
import { FaultBook, FaultRuleError } from '../../../src/paper-exchange/faults/fault-book.ts';
import type { Facts, FaultRuleInput } from '../../../src/paper-exchange/faults/rule.ts';
import { mondayNoon } from '../wire/given.ts';

const lose: FaultRuleInput = { id: 'one', what: { kind: 'lose' } };

/** In which of so many things the rule fires. */
function placesOf(rule: FaultRuleInput, count = 12, facts: Facts = {}, seed = 'seed'): number[] {
  const book = new FaultBook(seed, [rule]);
  const all = Array.from({ length: count }, (_, place) => place + 1);
  return all.filter((place) => book.fire(points.stream, place * 1_000, () => facts).length > 0);
}

describe('a fault rule', () => {
  it('fires each time when nothing says otherwise', () => {
    expect(placesOf(lose, 3)).toEqual([1, 2, 3]);
  });

  it('fires the nth time, several times, or every so many', () => {
    expect(placesOf({ ...lose, when: { nth: 2 } })).toEqual([2]);
    expect(placesOf({ ...lose, when: { nth: [1, 5] } })).toEqual([1, 5]);
    expect(placesOf({ ...lose, when: { every: 4 } })).toEqual([4, 8, 12]);
    expect(placesOf({ ...lose, when: { every: 2, times: 2 } })).toEqual([2, 4]);
  });

  it('fires from one instant until just before another', () => {
    expect(placesOf({ ...lose, when: { from: 3_000, until: 6_000 } })).toEqual([3, 4, 5]);
    const written = { from: '1970-01-01T00:00:03Z', until: '1969-12-31T19:00:06-05:00' };
    expect(placesOf({ ...lose, when: written })).toEqual([3, 4, 5]);
  });

  it('fires by chance, the same way for the same seed', () => {
    const rule = { ...lose, when: { probability: 0.3 } };
    const places = placesOf(rule, 1_000);
    expect(places.length).toBeGreaterThan(230);
    expect(places.length).toBeLessThan(370);
    expect(placesOf(rule, 1_000)).toEqual(places);
    expect(placesOf(rule, 1_000, {}, 'other')).not.toEqual(places);
  });

  it.each<[string, FaultRuleInput['where'], Facts, boolean]>([
    ['any request', {}, { method: 'GET', path: '/v2/account' }, true],
    ['its method', { method: 'GET' }, { method: 'POST' }, false],
    ['its route', { route: '/v2/orders/*' }, { path: '/v2/orders/7' }, true],
    ['one segment for a star', { route: '/v2/orders/*' }, { path: '/v2/orders/7/x' }, false],
    ['no segment for a star', { route: '/v2/orders/*' }, { path: '/v2/orders' }, false],
    ['any rest for two stars', { route: '/v2/stocks/**' }, { path: '/v2/stocks/A/bars' }, true],
    ['no rest for two stars', { route: '/v2/orders/**' }, { path: '/v2/orders' }, true],
    ['another beginning', { route: '/v2/stocks/**' }, { path: '/v2/orders' }, false],
    ['one of its symbols', { symbol: 'SPY' }, { symbols: ['AAPL', 'SPY'] }, true],
    ['none of its symbols', { symbol: 'SPY' }, { symbols: ['AAPL'] }, false],
    ['an unknown symbol', { symbol: 'SPY' }, {}, false],
    ['one of its names', { account: 'PA1' }, { account: ['id', 'PA1'] }, true],
    ['how its id begins', { clientOrderId: 'bot-' }, { clientOrderId: 'bot-7' }, true],
    ['how another id begins', { clientOrderId: 'bot-' }, { clientOrderId: 'me' }, false],
    ['its event', { event: 'fill', stream: 'trading' }, { event: 'fill', stream: 'trading' }, true],
    ['another side', { side: 'buy' }, { side: 'sell' }, false],
  ])('is about %s', (_what, where, facts, isMeant) => {
    expect(placesOf({ ...lose, where: { ...where } }, 1, facts)).toEqual(isMeant ? [1] : []);
  });

  it('is refused in words when it makes no sense', () => {
    const book = new FaultBook('seed', [lose]);
    expect(() => book.add(lose)).toThrow(FaultRuleError);
    expect(() => book.add(lose)).toThrow(/one is in force/);
    expect(() => book.add({ what: { kind: 'truncate', percent: 100 } })).toThrow(/percent/);
    expect(() => book.add({ what: { kind: 'lose' }, when: { probability: 2 } })).toThrow(
      /probability/,
    );
    expect(book.list()).toHaveLength(1);
  });
});

describe('the book of faults', () => {
  it('adds and removes rules while it runs, and keeps the counts of what has fired', () => {
    const book = new FaultBook('seed');
    const fire = () => book.fire(points.stream, 0, () => ({}));
    expect(fire()).toEqual([]);
    const id = book.add({ what: { kind: 'lose' } });
    expect(id).toBe('fault-1');
    fire();
    fire();
    expect(book.list()).toMatchObject([{ rule: { id }, matched: 2, fired: 2 }]);
    expect([book.remove(id), book.remove(id)]).toEqual([true, false]);
    expect(fire()).toEqual([]);
    expect(book.firedById()).toEqual(new Map([[id, 2]]));
  });

  it('lets each rule count and draw for itself', () => {
    const chance = { id: 'a', what: { kind: 'lose' }, when: { probability: 0.5 } } as const;
    const alone = new FaultBook('seed', [chance]);
    const beside = new FaultBook('seed', [
      { id: 'b', what: { kind: 'repeat', times: 1 }, when: { probability: 0.5 } },
      chance,
    ]);
    const drawn = (book: FaultBook) =>
      Array.from({ length: 50 }, () =>
        book.fire(points.stream, 0, () => ({})).some(({ rule }) => rule.id === 'a'),
      );
    expect(drawn(beside)).toEqual(drawn(alone));
  });

  it('asks only about the places that a rule concerns', () => {
    const book = new FaultBook('seed', [lose]);
    expect([book.isAbout(points.stream), book.isAbout(points.request)]).toEqual([true, false]);
    const facts = () => {
      throw new Error('nobody needs to know');
    };
    expect(book.fire(points.request, 0, facts)).toEqual([]);
  });
});

describe('faults on a generated market', () => {
  const play = async (faults: readonly FaultRuleInput[]) => {
    const clock = new VirtualClock(mondayNoon);
    const symbols = [{ symbol: 'ACME', startPrice: '100' }];
    const exchange = new PaperExchange(
      {
        ...{ seed: 'same', faults, market: { kind: 'generated', symbols, cadenceMs: 5_000 } },
        accounts: [{ keyId: 'key', secretKey: 'secret', cash: '10000', multiplier: '4' }],
      },
      clock,
    );
    const prices: string[] = [];
    exchange.core.subscribe((event) => {
      if (event.kind === 'trade') prices.push(`${event.at} ${event.trade.price}`);
    });
    exchange.start();
    const headers = { 'APCA-API-KEY-ID': 'key', 'APCA-API-SECRET-KEY': 'secret' };
    for (let minute = 0; minute < 10; minute += 1) {
      exchange.fetchApi('http://x/v2/account', { headers }).catch(() => undefined);
      await clock.advanceBy(60_000);
    }
    exchange.stop();
    return { prices, fired: exchange.faults.firedById() };
  };

  it('move no price and no draw of the market', async () => {
    const calm = await play([]);
    const rough = await play([
      { id: 'half', what: { kind: 'drop_before' }, when: { probability: 0.5 } },
      { id: 'slow', what: { kind: 'delay', ms: { kind: 'exponential', meanMs: 300 } } },
    ]);
    expect(calm.prices.length).toBeGreaterThan(50);
    expect(rough.prices).toEqual(calm.prices);
    expect(rough.fired.get('slow')).toBe(10);
    expect((await play([])).prices).toEqual(calm.prices);
  });

  it('that answer their own doing come to an end', async () => {
    const halt = { do: 'halt', symbol: 'ACME' } as const;
    const { fired } = await play([
      { id: 'loop', where: { event: 'status' }, what: { kind: 'do', command: halt } },
      {
        id: 'start',
        where: { event: 'trade' },
        when: { nth: 1 },
        what: { kind: 'do', command: halt },
      },
    ]);
    expect(fired.get('loop')).toBeGreaterThanOrEqual(999);
    expect(fired.get('loop')).toBeLessThan(20_000);
  });
});
