import { describe, expect, it } from 'vitest';
import { injectionOf } from '../../src/paper-exchange/faults/catalogue.ts';
import { commandSchema } from '../../src/paper-exchange/protocol/command.ts';
import {
  duplicatesIn,
  isCovered,
  isOversold,
  type Truth,
  type WireOrder,
} from '../crash/evidence.ts';
import {
  AAPL,
  type Guarded,
  guardedAccount,
  loopedAccount,
  settle,
} from '../support/guarded-account.ts';

const HEADERS = { 'APCA-API-KEY-ID': 'PK-TEST', 'APCA-API-SECRET-KEY': 'secret' };

/** What the exchange itself knows, asked without the code under test. */
async function truthOf({ exchange, clock }: Guarded): Promise<Truth> {
  const ask = async (path: string): Promise<unknown> => {
    const asked = exchange.fetchApi(`http://127.0.0.1/v2/${path}`, { headers: HEADERS });
    return (await settle(clock, asked)).json();
  };
  const positions = (await ask('positions')) as { symbol: string; qty: string }[];
  const held = positions.find(({ symbol }) => symbol === 'AAPL');
  const orders = (await ask('orders?status=all&nested=true&limit=500')) as WireOrder[];
  return { shares: Number(held?.qty ?? '0'), orders };
}

/** What the exchange's catalogue calls by this number befalls the account from now on. */
function inject(guarded: Guarded, id: string): void {
  const orderId = guarded.liveOrders()[0]?.id ?? '';
  const scene = { symbol: 'AAPL', price: 100, shares: 10, orderId };
  const injection = injectionOf(id, { ...scene, now: guarded.clock.now() });
  if (injection === null) throw new Error(`the catalogue has no fault ${id}`);
  for (const rule of injection.rules ?? []) guarded.exchange.faults.add(rule);
  for (const input of injection.commands ?? []) guarded.exchange.run(commandSchema.parse(input));
}

/** The longest any fault lasts, and then the time that BigBrother has to make all whole again. */
const FAULTY_MS = 6 * 60_000;
const HEALING_MS = 60_000;

const ACTS = {
  /** A naked position gets its stop. */
  protect: async (guarded: Guarded, id: string) => {
    inject(guarded, id);
    guarded.orchestrator.start();
    await guarded.clock.advanceBy(20_000);
  },
  /** Stops follow a price that rises, through the first profit. */
  follow: async (guarded: Guarded, id: string) => {
    guarded.orchestrator.start();
    await guarded.clock.advanceBy(20_000);
    inject(guarded, id);
    guarded.price('AAPL', '112');
    await guarded.clock.advanceBy(20_000);
    guarded.price('AAPL', '116.5');
    await guarded.clock.advanceBy(20_000);
  },
  /** The host wants to leave. */
  leave: async (guarded: Guarded, id: string) => {
    guarded.orchestrator.start();
    await guarded.clock.advanceBy(20_000);
    inject(guarded, id);
    const wish = { kind: 'exit', symbol: AAPL } as const;
    const proposal = await settle(guarded.clock, guarded.bigBrother.propose(wish, 'host'));
    if (proposal.outcome !== 'proposed') return;
    const { id: planId, hash } = proposal.plan;
    await settle(guarded.clock, guarded.bigBrother.execute(planId, hash));
  },
} as const;

const IDS = [
  ...['B01', 'B02', 'B03', 'B04', 'B08', 'B09', 'B11', 'B13', 'B14', 'B15', 'B16', 'B28'],
  ...['B29', 'B30', 'N01', 'N02', 'N03', 'N04', 'N05', 'N06', 'N07', 'N08', 'N09', 'N10'],
  ...['N11', 'N12', 'N13', 'N15', 'N16', 'N17', 'N18', 'N19'],
];
const CASES = IDS.flatMap((id) => Object.keys(ACTS).map((act) => ({ id, act })));

describe('while it lasts nothing is done twice or oversold, and after it all is whole within a minute:', () => {
  it.each(CASES)('$id, to $act', async ({ id, act }) => {
    const guarded = await guardedAccount();
    await settle(guarded.clock, guarded.start());
    await ACTS[act as keyof typeof ACTS](guarded, id);
    const check = async () => {
      const truth = await truthOf(guarded);
      expect(duplicatesIn(truth, 10), `duplicates ${JSON.stringify(truth)}`).toBe(0);
      expect(isOversold(truth), `oversold ${JSON.stringify(truth)}`).toBe(false);
      return truth;
    };
    await guarded.clock.advanceBy(FAULTY_MS);
    guarded.exchange.faults.clear();
    await check();
    await guarded.clock.advanceBy(HEALING_MS);
    const truth = await check();
    expect(isCovered(truth), `covered ${JSON.stringify(truth)}`).toBe(true);
    const { tradingState, tradingStateCauses } = guarded.bigBrother.status();
    expect(tradingState, JSON.stringify(tradingStateCauses)).toBe('active');
    const alerts = guarded.bigBrother.alerts().filter(({ code }) => code !== 'foreign_exit');
    expect(alerts).toEqual([]);
    expect(guarded.logger.verify()).toMatchObject({ ok: true });
  });
});

describe('an account that cannot be read', () => {
  it('may only be reduced for as long as that lasts', async () => {
    const guarded = await loopedAccount();
    inject(guarded, 'N03');
    await guarded.clock.advanceBy(30_000);
    const { tradingState, tradingStateCauses } = guarded.bigBrother.status();
    expect(tradingState).toBe('reducing');
    expect(tradingStateCauses).toMatchObject([{ code: 'account_unreadable' }]);
    await guarded.clock.advanceBy(5 * 60_000);
    expect(guarded.bigBrother.status().tradingState).toBe('active');
  });
});

describe('replies that take twenty seconds', () => {
  it('make cycles skip, and never pile up', async () => {
    const guarded = await loopedAccount();
    inject(guarded, 'N18');
    const before = guarded.broker.calls.length;
    await guarded.clock.advanceBy(5 * 60_000);
    // A cycle asks for the account, the positions and the orders at most once in ten seconds.
    expect(guarded.broker.calls.length - before).toBeLessThan(30 * 4);
    expect(guarded.broker.longestWaitMs('read')).toBe(0);
  });
});

describe('an order that fills although its replacement was accepted', () => {
  it('is seen to have filled, and no stop is left behind', async () => {
    const guarded = await loopedAccount();
    inject(guarded, 'B13');
    guarded.price('AAPL', '112');
    await guarded.clock.advanceBy(30_000);
    expect(await truthOf(guarded)).toMatchObject({ shares: 0 });
    expect(guarded.held()).toBeNull();
    expect(guarded.liveOrders()).toEqual([]);
  });
});
