import { describe, expect, it } from 'vitest';
import { Counter } from '../../simulation/storm/counter.ts';
import { connected } from '../server/connect.ts';
import { guardedAccount, settle } from '../support/guarded-account.ts';

const SYMBOLS = ['AAPL', 'MSFT', 'TSLA'];
const CYCLE_MS = 10_000;

/** Longs at 100 under stop-limits at 92, and a count of what is bare by the exchange's own books. */
async function counted(given: { readonly isStreamed: boolean }) {
  const guarded = await guardedAccount({
    positions: SYMBOLS.map((symbol) => ({ symbol, qty: '10', averageEntryPrice: '100' })),
    latencies: { newMs: 3, cancelMs: 200, replaceMs: 50, fillMs: 20 },
  });
  const { clock, exchange, state, orchestrator } = guarded;
  const counter = new Counter(exchange.core, exchange.core.accountIds[0] ?? '');
  counter.begin();
  await settle(clock, guarded.start());
  orchestrator.start();
  await clock.advanceBy(2 * CYCLE_MS);
  if (!given.isStreamed) {
    const where = { stream: 'data' } as const;
    exchange.faults.add({ id: 'down', where, when: {}, what: { kind: 'refuse_connection' } });
    exchange.dropStreams();
    await clock.advanceBy(CYCLE_MS);
    expect(state.streams().market).not.toBe('live');
  }
  const ofAll = async (): Promise<number> => {
    const { call } = await connected({ bigBrother: guarded.bigBrother, clock });
    const { json } = await call('get_history', { view: 'totals' });
    const { totals } = json as { readonly totals: { readonly naked_share_seconds: string } };
    return Number(totals.naked_share_seconds);
  };
  const seenBy = () => counter.counted().nakedShareSeconds;
  const [toldBefore, seenBefore] = [await ofAll(), seenBy()];
  const told = async () => (await ofAll()) - toldBefore;
  return { ...guarded, told, seen: () => seenBy() - seenBefore };
}

/** Each at another moment between two cycles: a fall over the limit, and a purchase by hand. */
async function goThrough({ clock, price, trade }: Awaited<ReturnType<typeof counted>>) {
  for (const [place, symbol] of SYMBOLS.entries()) {
    await clock.advanceBy(1_300 + 2_700 * place);
    price(symbol, '80');
    await clock.advanceBy(2 * CYCLE_MS);
  }
  await trade('MSFT', 'buy', '7');
  await clock.advanceBy(2 * CYCLE_MS);
}

describe('how long something was naked, by get_history', () => {
  it('is what the exchange counts, within one percent', async () => {
    const account = await counted({ isStreamed: true });
    await goThrough(account);
    const [told, seen] = [await account.told(), account.seen()];
    expect(seen).toBeGreaterThan(0);
    expect(Math.abs(told - seen)).toBeLessThan(0.01 * seen);
  });

  it('is so within ten where prices are only asked for', async () => {
    const account = await counted({ isStreamed: false });
    await goThrough(account);
    const [told, seen] = [await account.told(), account.seen()];
    expect(seen).toBeGreaterThan(100);
    expect(Math.abs(told - seen)).toBeLessThan(0.1 * seen);
  });
});
