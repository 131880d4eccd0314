import { describe, expect, it } from 'vitest';
import { BrokerError } from '../../src/ports/broker.ts';
import { AAPL, type Guarded, loopedAccount, watchedAccount } from '../support/guarded-account.ts';

const lost = () => new BrokerError('the connection was reset', { outcome: 'unknown' });

/**
 * Long 10, and then 4 more: they are moved in from elsewhere while the first stop's request is
 * lost, so that nobody knows what became of it.
 */
async function inDoubt(): Promise<Guarded> {
  const guarded = await watchedAccount();
  const held = { symbol: 'AAPL', qty: '14', averageEntryPrice: '100' };
  guarded.broker.next('submit', {
    kind: 'after',
    happens: () => {
      guarded.exchange.run({ do: 'account', positions: [held] });
      throw lost();
    },
  });
  guarded.orchestrator.start();
  for (let second = 0; second < 60 && guarded.resting().length === 0; second += 1) {
    await guarded.clock.advanceBy(1_000);
  }
  return guarded;
}

type Asked = { readonly clientOrderId: string; readonly request: Record<string, string> };

/** The first stop arrives at last. */
async function arrive(guarded: Guarded): Promise<void> {
  const [first] = guarded.records('step_intended');
  if (first === undefined) throw new Error('nothing was sent');
  const { clientOrderId, request } = first.body as unknown as Asked;
  const answer = await guarded.exchange.fetchApi('http://127.0.0.1/v2/orders', {
    method: 'POST',
    headers: {
      'APCA-API-KEY-ID': 'PK-TEST',
      'APCA-API-SECRET-KEY': 'secret',
      'content-type': 'application/json',
    },
    body: JSON.stringify({
      ...{ symbol: 'AAPL', side: 'sell', type: 'stop_limit', time_in_force: 'gtc' },
      ...{ qty: request.quantity, position_intent: 'sell_to_close' },
      ...{ stop_price: request.stopPrice, limit_price: request.limitPrice },
      client_order_id: clientOrderId,
    }),
  });
  if (!answer.ok) throw new Error(await answer.text());
}

const heldAtExchange = ({ exchange }: Guarded): number => {
  const [account = ''] = exchange.core.accountIds;
  return exchange.core.positions(account).reduce((sum, { qty }) => sum + Number(qty), 0);
};

describe('a stop in doubt whose plan had a second step', () => {
  it('is sent again by itself, when the shares of the second have their stop already', async () => {
    const guarded = await watchedAccount({
      positions: [{ symbol: 'AAPL', qty: '11', averageEntryPrice: '100' }],
      policies: { partialProfit: {} },
    });
    for (let copy = 0; copy < 4; copy += 1) {
      guarded.broker.next('submit', { kind: 'loses_request' });
    }
    guarded.orchestrator.start();
    await guarded.clock.advanceBy(120_000);
    expect(guarded.context()?.cover.nakedQuantity.toFixed()).toBe('0');
    expect(guarded.bigBrother.alerts()).toEqual([]);
  });
});

describe('a stop in doubt that does not fit any more', () => {
  it('gives way to one that does after half a minute without a trace', async () => {
    const guarded = await watchedAccount();
    for (let copy = 0; copy < 4; copy += 1) {
      guarded.broker.next('submit', { kind: 'loses_request' });
    }
    guarded.orchestrator.start();
    await guarded.clock.advanceBy(30_000);
    await guarded.trade('AAPL', 'sell', '4');
    await guarded.clock.advanceBy(20_000);
    expect(guarded.resting()).toEqual([]);
    expect(guarded.bigBrother.alerts().map(({ code }) => code)).toContain('order_stuck');
    await guarded.clock.advanceBy(15_000);
    expect(guarded.resting()).toEqual(['sell stop_limit 6 @92']);
    expect(guarded.bigBrother.alerts()).toEqual([]);
  });
});

describe('a no to an order that the stream has told of', () => {
  it('counts as a yes, so that nothing is placed beside it', async () => {
    const guarded = await watchedAccount();
    const no = { outcome: 'rejected', rejection: 'validation', status: 422 } as const;
    guarded.broker.next('submit', {
      kind: 'after',
      happens: async () => {
        await arrive(guarded);
        await guarded.clock.sleep(500);
        throw new BrokerError('HTTP 422 and no message', no);
      },
    });
    guarded.orchestrator.start();
    await guarded.clock.advanceBy(30_000);
    const answers = guarded.records('step_answered').map(({ body }) => body);
    expect(answers).toEqual([expect.objectContaining({ outcome: 'acknowledged' })]);
    expect(guarded.context()?.cover.coveredQuantity.toFixed()).toBe('10');
    expect(guarded.bigBrother.alerts()).toEqual([]);
  });
});

describe('a sale in doubt that does not fit any more', () => {
  it('leaves its shares to a stop after half a minute, and is given up for good', async () => {
    const guarded = await loopedAccount();
    for (let copy = 0; copy < 4; copy += 1) {
      guarded.broker.next('submit', { kind: 'loses_request' });
    }
    guarded.price('AAPL', '116.5');
    await guarded.clock.advanceBy(25_000);
    await guarded.trade('AAPL', 'sell', '2');
    await guarded.clock.advanceBy(70_000);
    expect(guarded.context()?.cover.nakedQuantity.toFixed()).toBe('0');
    expect(guarded.bigBrother.alerts()).toEqual([]);
    const dropped = guarded.records('step_answered').map(({ body }) => body);
    expect(dropped).toContainEqual(expect.objectContaining({ outcome: 'dropped' }));
  });
});

describe('a sale in doubt whose shares are bare', () => {
  it('is sent again although a stop beside it has moved meanwhile', async () => {
    const guarded = await loopedAccount();
    for (let copy = 0; copy < 4; copy += 1) {
      guarded.broker.next('submit', { kind: 'loses_request' });
    }
    guarded.price('AAPL', '116.5');
    await guarded.clock.advanceBy(42_000);
    guarded.price('AAPL', '121');
    await guarded.clock.advanceBy(60_000);
    const moved = guarded.records('step_intended').map(({ body }) => body);
    expect(moved.map((body) => (body as { readonly kind: string }).kind)).toContain('replace');
    expect(guarded.held()).toBe('long 5');
    expect(guarded.bigBrother.alerts()).toEqual([]);
  });
});

describe('shares that came in while the stop of others is in doubt', () => {
  it('have their own stop before anybody knows what became of the first', async () => {
    const guarded = await inDoubt();
    expect(guarded.resting()).toEqual(['sell stop_limit 4 @92']);
    const codes = guarded.bigBrother.alerts().map(({ code }) => code);
    expect(codes).toContain('unknown_order');
    expect(guarded.context()?.cover.nakedQuantity.toFixed()).toBe('10');
  });

  it('nothing is sold twice when the first stop turns out to be live', async () => {
    const guarded = await inDoubt();
    await arrive(guarded);
    await guarded.clock.advanceBy(30_000);
    expect(guarded.resting()).toEqual(['sell stop_limit 10 @92', 'sell stop_limit 4 @92']);
    expect(guarded.context()?.cover.exitQuantity.toFixed()).toBe('14');
    expect(guarded.bigBrother.alerts()).toEqual([]);
  });

  it('nothing is sold twice when it turns out to have been filled', async () => {
    const guarded = await inDoubt();
    await arrive(guarded);
    guarded.price('AAPL', '91.9');
    await guarded.clock.advanceBy(60_000);
    expect(heldAtExchange(guarded)).toBe(0);
    expect(guarded.liveOrders()).toEqual([]);
    expect(guarded.state.getCompleteContext(AAPL)).toBeNull();
  });

  it('all are covered once it is sent again, when it never arrived', async () => {
    const guarded = await inDoubt();
    await guarded.clock.advanceBy(60_000);
    expect(guarded.context()?.cover.coveredQuantity.toFixed()).toBe('14');
    expect(guarded.context()?.cover.exitQuantity.toFixed()).toBe('14');
    expect(guarded.bigBrother.alerts()).toEqual([]);
  });

  it('lets nothing else through meanwhile', async () => {
    const guarded = await inDoubt();
    const exit = guarded.bigBrother.propose({ kind: 'exit', symbol: AAPL }, 'host');
    await guarded.clock.advanceBy(100);
    const proposal = await exit;
    expect(proposal.outcome === 'proposed' && proposal.executable).toBe(false);
  });
});
