import { describe, expect, it } from 'vitest';
import { price } from '../../src/domain/decimal.ts';
import type { TradingPolicy } from '../../src/domain/policy.ts';
import { connected } from '../server/connect.ts';
import { guardedAccount, settle } from '../support/guarded-account.ts';

/** A trader's own rule, which would leave more room than the stop-loss does. */
const roomy: TradingPolicy = {
  name: 'roomy-stop',
  promise: 'I leave a position a fifth of its price.',
  evaluate: ({ position }) => ({
    outcome: 'recommends',
    recommendation: {
      policy: 'roomy-stop',
      symbol: position.symbol,
      action: { kind: 'protect', stopPrice: price('80'), limitPrice: price('79.6') },
      urgency: 'normal',
      because: 'a fifth below the price',
    },
  }),
};

describe('a policy that another came before', () => {
  const guardedByTwo = async () => {
    const guarded = await guardedAccount({
      positions: [{ symbol: 'NVDA', qty: '20', averageEntryPrice: '100' }],
      morePolicies: [roomy],
    });
    await settle(guarded.clock, guarded.start());
    guarded.orchestrator.start();
    await guarded.clock.advanceBy(60_000);
    const { call } = await connected(guarded);
    return { call, end: () => settle(guarded.clock, guarded.stop()) };
  };

  it('is told of by why_not: what it wanted, who came first, and why', async () => {
    const { call, end } = await guardedByTwo();
    const answer = await call('get_history', { view: 'why_not', symbol: 'NVDA' });
    expect(answer.json).toMatchObject({ refused: [], left_out: 0 });
    const overruled = {
      symbol: 'NVDA',
      wanted: 'roomy-stop: protect',
      by: 'stop-loss',
      code: 'overruled',
      because: expect.stringContaining('92'),
    };
    expect(answer.json.overruled).toContainEqual(expect.objectContaining(overruled));
    await end();
  });

  it('is found by its own name, and not by the name of the one it yielded to', async () => {
    const { call, end } = await guardedByTwo();
    const wantedBy = async (policy: string) =>
      (await call('get_history', { view: 'why_not', policy })).json.overruled;
    expect(await wantedBy('roomy-stop')).not.toEqual([]);
    expect(await wantedBy('stop-loss')).toEqual([]);
    await end();
  });

  it('stands in the story of the order that was placed instead', async () => {
    const { call, end } = await guardedByTwo();
    const { text } = await call('get_history', { view: 'why', symbol: 'NVDA' });
    expect(text).toContain('chosen: stop-loss');
    expect(text).toContain('overruled by stop-loss: roomy-stop');
    await end();
  });
});
