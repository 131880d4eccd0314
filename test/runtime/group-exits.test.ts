import { describe, expect, it } from 'vitest';
import { ticker } from '../../src/domain/ids.ts';
import { dailyBars, open } from '../support/entries.ts';
import { type Given, type Guarded, guardedAccount, settle } from '../support/guarded-account.ts';

const positions = ['XOM', 'CVX', 'AAPL'].map((symbol) => ({
  ...{ symbol, qty: '10', averageEntryPrice: '100' },
}));
const shock = { coordinatedExit: { sectorShockPercent: 3 } };

async function guarding(given: Given = {}): Promise<Guarded> {
  const guarded = await guardedAccount({ positions, dailyBars, policies: shock, ...given });
  await settle(guarded.clock, guarded.start());
  guarded.orchestrator.start();
  await guarded.clock.advanceBy(30_000);
  return guarded;
}

/** Both oil names lose 4 %, far above their stops. */
async function shocked(guarded: Guarded): Promise<void> {
  guarded.price('AAPL', '100');
  for (const symbol of ['XOM', 'CVX']) guarded.price(symbol, '96');
  await guarded.clock.advanceBy(15_000);
}

const plans = (guarded: Guarded) =>
  guarded
    .records('plan_proposed')
    .filter(({ body }) => JSON.stringify(body).includes('exit_group'));

describe('a policy over several positions', () => {
  it('has its group left as one plan, with its reason, and the others kept', async () => {
    const guarded = await guarding();
    expect(plans(guarded)).toEqual([]);
    await shocked(guarded);
    expect(['XOM', 'CVX', 'AAPL'].map((symbol) => guarded.held(symbol))).toEqual([
      null,
      null,
      'long 10',
    ]);
    const [plan, second] = plans(guarded);
    expect(second).toBeUndefined();
    expect(plan).toMatchObject({
      actor: 'loop',
      body: { plan: { origin: 'loop', intent: { kind: 'exit_group', reason: 'sector_shock' } } },
    });
    expect(JSON.stringify(plan?.body)).toContain('2 names of Energy stand 4.00 % below');
  });

  it('leaves nothing while it is off, whatever falls', async () => {
    const guarded = await guarding({ policies: {} });
    await shocked(guarded);
    expect(guarded.held('XOM')).toBe('long 10');
  });

  it('only proposes while the mode is to propose', async () => {
    const guarded = await guarding({ settings: { mode: 'propose' } });
    await shocked(guarded);
    expect(guarded.held('XOM')).toBe('long 10');
    expect(plans(guarded)).toHaveLength(1);
  });

  it('does not act where its rollout does not let it', async () => {
    const stage = {
      stage: 'shadow',
      symbols: [],
      maxActionsPerDay: null,
      maxPositionDollars: null,
    };
    const guarded = await guarding({ settings: { rollout: { 'sector-shock': stage } as never } });
    await shocked(guarded);
    expect(guarded.held('XOM')).toBe('long 10');
  });

  it('keeps the stop of a part that is refused, which is no group by itself any more', async () => {
    const guarded = await guarding();
    guarded.broker.next('cancel', { kind: 'rejects', rejection: 'order_state' }, 'XOM');
    await shocked(guarded);
    expect(guarded.held('CVX')).toBeNull();
    expect(guarded.held('XOM')).toBe('long 10');
    expect(guarded.context('XOM')?.cover.nakedQuantity.toFixed()).toBe('0');
  });

  it('leaves the others where nobody knows what became of an order in one of them', async () => {
    const three = [...positions, { symbol: 'COP', qty: '10', averageEntryPrice: '100' }];
    const guarded = await guarding({ positions: three });
    for (let copy = 0; copy < 9; copy += 1) {
      guarded.broker.next('submit', { kind: 'loses_request' }, 'COP');
    }
    const amount = { kind: 'quantity', quantity: '2' } as const;
    const reduced = open(guarded, { kind: 'reduce', symbol: ticker('COP'), amount });
    expect((await reduced).outcome).toBe('unsettled');
    guarded.price('COP', '96');
    await shocked(guarded);
    expect(['XOM', 'CVX'].map((symbol) => guarded.held(symbol))).toEqual([null, null]);
    expect(guarded.records('plan_refused')).toEqual([]);
  });
});
