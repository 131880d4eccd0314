import { describe, expect, it } from 'vitest';
import { injectionOf } from '../../src/paper-exchange/faults/catalogue.ts';
import type { Guarded } from '../support/guarded-account.ts';
import { loopedAccount } from '../support/guarded-account.ts';

/** What the exchange's catalogue calls by this number befalls the account from now on. */
function inject(guarded: Guarded, id: string): void {
  const scene = { symbol: 'AAPL', price: 100, shares: 10, orderId: '' };
  const injection = injectionOf(id, { ...scene, now: guarded.clock.now() });
  if (injection === null) throw new Error(`the catalogue has no fault ${id}`);
  for (const rule of injection.rules ?? []) guarded.exchange.faults.add(rule);
  for (const { do: what } of injection.commands ?? []) {
    if (what === 'drop_streams') guarded.exchange.dropStreams();
  }
}

const fillRecords = (guarded: Guarded) =>
  guarded.records('fill_received').map(({ body }) => body as { side: string; quantity: string });

/** The stop fires: ten shares are sold in one execution that the stream tells of. */
function gapDown(guarded: Guarded): void {
  guarded.price('AAPL', '91.9');
  guarded.price('AAPL', '91.8');
}

describe('a trading stream', () => {
  it('that ends while a fill is told is read after before it is relied on again', async () => {
    const guarded = await loopedAccount();
    inject(guarded, 'N10');
    gapDown(guarded);
    await guarded.clock.advanceBy(5_000);
    expect(guarded.state.streams().trading).toBe('live');
    expect(guarded.held()).toBeNull();
    expect(fillRecords(guarded)).toHaveLength(1);
  });

  it('that keeps one fill back is caught out by the next cycle', async () => {
    const guarded = await loopedAccount();
    inject(guarded, 'N11');
    gapDown(guarded);
    await guarded.clock.advanceBy(500);
    expect(guarded.held()).toBe('long 10');
    await guarded.clock.advanceBy(10_000);
    expect(guarded.held()).toBeNull();
    expect(fillRecords(guarded)).toMatchObject([{ side: 'sell', quantity: '10' }]);
  });

  it('that hides what became of a leg leaves it live until the next reading, and no longer', async () => {
    const policies = { partialProfit: { placed: 'with_first_stop' } };
    const guarded = await loopedAccount({ policies, latencies: { replaceMs: 100 } });
    const leg = guarded.liveOrders().find(({ parentId }) => parentId !== null);
    if (leg === undefined) throw new Error('no leg rests');
    const where = { stream: 'trading' } as const;
    guarded.exchange.faults.add({ id: 'silence', where, when: {}, what: { kind: 'lose' } });
    const { core } = guarded.exchange;
    const accountId = core.accountIds[0] ?? '';
    // Replaced twice before anybody reads: the one in between is never seen.
    core.replaceOrder(accountId, leg.id, { stop_price: '92.1' });
    await guarded.clock.advanceBy(200);
    const between = core.order(accountId, leg.id)?.order.replacedBy;
    if (between === undefined || between === null) throw new Error('it was not replaced');
    core.replaceOrder(accountId, between, { stop_price: '92.2' });
    await guarded.clock.advanceBy(12_000);
    expect(guarded.state.snapshot()?.orders.find(({ id }) => id === leg.id)?.status).toBe(
      'replaced',
    );
    expect(guarded.liveOrders()).toHaveLength(3);
  });

  it('that says everything five times is heard once', async () => {
    const guarded = await loopedAccount();
    inject(guarded, 'N12');
    gapDown(guarded);
    await guarded.clock.advanceBy(5_000);
    expect(guarded.held()).toBeNull();
    expect(fillRecords(guarded)).toHaveLength(1);
    expect(guarded.records('episode_closed')).toHaveLength(1);
  });

  it('that tells a fill before the order was new, and then the new, goes by how far it came', async () => {
    const guarded = await loopedAccount({ symbols: ['AAPL', 'MSFT'] });
    inject(guarded, 'N13');
    guarded.price('MSFT', '100');
    await guarded.trade('MSFT', 'buy', '7');
    await guarded.clock.advanceBy(3_000);
    expect(guarded.held('MSFT')).toBe('long 7');
    expect(fillRecords(guarded)).toMatchObject([{ side: 'buy', quantity: '7' }]);
    expect(guarded.context('MSFT')?.cover.nakedQuantity.toString()).toBe('0');
  });

  it('that tells of an order nobody here has placed makes it known', async () => {
    const guarded = await loopedAccount({ symbols: ['AAPL', 'MSFT'] });
    await guarded.exchange.fetchApi('http://127.0.0.1/v2/orders', {
      method: 'POST',
      headers: {
        'APCA-API-KEY-ID': 'PK-TEST',
        'APCA-API-SECRET-KEY': 'secret',
        'content-type': 'application/json',
      },
      body: JSON.stringify({
        ...{ symbol: 'MSFT', qty: '1', side: 'buy', type: 'limit', time_in_force: 'day' },
        limit_price: '50',
      }),
    });
    await guarded.clock.advanceBy(100);
    expect(guarded.resting('MSFT')).toEqual(['buy limit 1 @null']);
  });

  it('whose keys are refused in the middle of the day leaves polling, and says since when and why', async () => {
    const guarded = await loopedAccount();
    inject(guarded, 'N15');
    await guarded.clock.advanceBy(60_000);
    const { trading } = guarded.bigBrother.status().streams;
    expect(trading).toMatch(/^polling only since 2026-10-08T15:00:01.*Z, because .*(auth|refus)/i);
    const alert = guarded.bigBrother.alerts().find(({ code }) => code === 'trading_stream_down');
    expect(alert?.because).toContain(trading.slice(0, 40));
    gapDown(guarded);
    await guarded.clock.advanceBy(11_000);
    expect(guarded.held()).toBeNull();

    guarded.exchange.faults.clear();
    await guarded.clock.advanceBy(90_000);
    expect(guarded.state.streams().trading).toBe('live');
    expect(guarded.bigBrother.alerts()).toEqual([]);
  });

  it('that fails ten times to come back is opened an eleventh time', async () => {
    const guarded = await loopedAccount();
    inject(guarded, 'N16');
    await guarded.clock.advanceBy(10 * 60_000);
    expect(guarded.state.streams().trading).toBe('live');
  });
});
