import { describe, expect, it } from 'vitest';
import { AlertCourier } from '../../src/alerts/alert-courier.ts';
import { noticeText } from '../../src/alerts/notice-text.ts';
import { decimal } from '../../src/paper-exchange/core/basics/decimal.ts';
import { commandSchema } from '../../src/paper-exchange/protocol/command.ts';
import type { Notice } from '../../src/ports/notifier.ts';
import { type Guarded, guardedAccount, settle } from '../support/guarded-account.ts';

/** An account under guard, and what its owner's telephone showed, with when. */
async function watched(given: Parameters<typeof guardedAccount>[0]) {
  const guarded = await guardedAccount(given);
  const { clock, logger, alerts } = guarded;
  const shown: { readonly at: number; readonly notice: Notice }[] = [];
  const send = async (notice: Notice): Promise<void> => {
    shown.push({ at: clock.now(), notice });
  };
  const notifiers = [{ name: 'telephone', send }];
  const courier = new AlertCourier({ notifiers, environment: 'simulated', clock, alerts });
  logger.onRecord((record) => courier.hear(record));
  await settle(clock, guarded.start());
  guarded.orchestrator.start();
  await clock.advanceBy(60_000);
  shown.length = 0;
  const waitFor = async (code: string, kind: Notice['kind'] = 'alert') => {
    const from = clock.now();
    for (let waited = 0; waited < 60_000; waited += 100) {
      const found = shown.find(({ notice }) => notice.code === code && notice.kind === kind);
      if (found !== undefined) return { afterMs: found.at - from, text: noticeText(found.notice) };
      await clock.advanceBy(100);
    }
    throw new Error(`nobody was told of ${code}: ${shown.map((one) => one.notice.code)}`);
  };
  return { guarded, waitFor };
}

const positions = [{ symbol: 'AAPL', qty: '10', averageEntryPrice: '100' }];

const cancelAll = async ({ exchange, clock }: Guarded): Promise<void> => {
  const { keyId, secretKey } = exchange.credentials;
  const headers = { 'APCA-API-KEY-ID': keyId, 'APCA-API-SECRET-KEY': secretKey };
  const init = { method: 'DELETE', headers };
  await settle(clock, exchange.fetchApi('http://127.0.0.1/v2/orders', init));
};

describe('a person knows within five seconds', () => {
  it('that a position stands naked, and when it is covered again', async () => {
    const { guarded, waitFor } = await watched({ positions });
    const where = { symbol: 'AAPL', side: 'sell', event: 'new' } as const;
    const fault = guarded.exchange.faults.add({ where, what: { kind: 'reject' } });
    await cancelAll(guarded);
    const { afterMs, text } = await waitFor('naked_position');
    expect(afterMs).toBeLessThanOrEqual(5_000);
    expect(text).toBe(
      '[simulated] ALERT: AAPL naked_position: 10 shares have had no confirmed stop for over 4 s',
    );
    guarded.exchange.faults.remove(fault);
    expect((await waitFor('naked_position', 'all_clear')).text).toContain('all clear: AAPL');
    await settle(guarded.clock, guarded.stop());
  });

  it('that trading was halted', async () => {
    const { guarded, waitFor } = await watched({ positions });
    const { clock, bigBrother } = guarded;
    const proposal = await settle(
      clock,
      bigBrother.propose({ kind: 'halt', symbol: null }, 'host'),
    );
    if (proposal.outcome !== 'proposed') throw new Error(proposal.because.join());
    const { id, hash } = proposal.plan;
    const halting = bigBrother.execute(id, hash);
    expect((await waitFor('halted')).afterMs).toBeLessThanOrEqual(5_000);
    await settle(clock, halting);
    await settle(clock, guarded.stop());
  });

  it('that nobody knows what became of an order', async () => {
    const { guarded, waitFor } = await watched({ positions });
    guarded.exchange.faults.add({
      where: { method: 'POST', route: '/v2/orders' },
      what: { kind: 'drop_before' },
    });
    await cancelAll(guarded);
    const lostFrom = guarded.clock.now();
    await waitFor('unknown_order');
    const [answer] = guarded.records('step_answered').filter(({ at }) => at >= lostFrom);
    expect(guarded.clock.now() - (answer?.at ?? 0)).toBeLessThanOrEqual(5_000);
    guarded.exchange.faults.clear();
    await waitFor('unknown_order', 'all_clear');
    await settle(guarded.clock, guarded.stop());
  });

  it('that what is held is no longer what was bought', async () => {
    const { guarded, waitFor } = await watched({ positions });
    const { exchange, clock, state } = guarded;
    // The shares are gone, and no order explains it.
    const gone = { symbol: 'AAPL', qty: decimal('0'), averageEntryPrice: decimal('100') };
    exchange.core.adjustAccount(exchange.core.accountIds[0] ?? '', { positions: [gone] });
    await settle(clock, state.updateFromAlpaca());
    expect((await waitFor('snapshot_incoherent')).afterMs).toBeLessThanOrEqual(5_000);
    await settle(clock, guarded.stop());
  });

  it('that the stream of orders is gone', async () => {
    const { guarded, waitFor } = await watched({ positions });
    guarded.exchange.faults.add({ what: { kind: 'unauthorized' } });
    guarded.exchange.run(commandSchema.parse({ do: 'drop_streams' }));
    expect((await waitFor('trading_stream_down')).afterMs).toBeLessThanOrEqual(5_000);
    await settle(guarded.clock, guarded.stop());
  });
});
