import { describe, expect, it } from 'vitest';
import { buy, planOf, readyToBuy } from '../support/entries.ts';
import { type Guarded, loopedAccount, settle, watchedAccount } from '../support/guarded-account.ts';

const codes = ({ bigBrother }: Guarded) => bigBrother.alerts().map(({ code }) => code);

describe('protection that a guardrail holds back', () => {
  it('raises an alert that names the guardrail, until the position is gone', async () => {
    const guarded = await loopedAccount({ policies: { priceCollar: { stopRoomPercent: '0.1' } } });
    expect(guarded.bigBrother.alerts()).toContainEqual(
      expect.objectContaining({
        code: 'protection_held_back',
        symbol: 'AAPL',
        because: expect.stringMatching(
          /held back what protects AAPL: price-collar \(price_outside_collar\): /,
        ),
      }),
    );
    await guarded.trade('AAPL', 'sell', '10');
    await guarded.clock.advanceBy(20_000);
    expect(codes(guarded)).not.toContain('protection_held_back');
  });

  it('raises it at most 5 s after the refusal', async () => {
    const guarded = await loopedAccount({ policies: { priceCollar: { stopRoomPercent: '0.1' } } });
    const [refused] = guarded.records('plan_refused');
    const raised = guarded
      .records('alert_raised')
      .find(({ body }) => (body as { code: string }).code === 'protection_held_back');
    expect(Math.abs((raised?.at ?? 0) - (refused?.at ?? -1e9))).toBeLessThanOrEqual(5_000);
  });

  it('is no alert where all goes well', async () => {
    expect(codes(await loopedAccount())).toEqual([]);
  });

  it('is no alert where a guardrail forbids a host to buy', async () => {
    const guarded = await readyToBuy();
    const { plan } = await planOf(guarded, buy());
    guarded.state.halt('a test found a fault');
    const report = await settle(guarded.clock, guarded.bigBrother.execute(plan.id, plan.hash));
    expect(report.outcome).toBe('denied');
    expect(guarded.records('plan_reviewed').at(-1)?.body).toMatchObject({ outcome: 'denied' });
    expect(codes(guarded)).not.toContain('protection_held_back');
  });

  /** Ten shares, and a person who halts everything before they have a stop. */
  const haltedBare = async (policies: object = {}) => {
    const guarded = await watchedAccount({ policies });
    guarded.haltLatch.latch({
      ...{ level: 'everything', pressedAt: guarded.clock.now(), actor: 'person' },
      ...{ by: 'me', because: 'a drill', includesForeign: false },
    });
    guarded.orchestrator.start();
    await guarded.clock.advanceBy(15_000);
    return guarded;
  };
  const heldBack = ({ bigBrother }: Guarded) =>
    bigBrother.alerts().find(({ code }) => code === 'protection_held_back');
  const resume = async ({ haltLatch, clock }: Guarded) => {
    haltLatch.lift({ at: clock.now(), by: 'me' });
    await clock.advanceBy(0);
  };

  it('raises it during a halt too, and the end of the halt ends it', async () => {
    const guarded = await haltedBare();
    expect(heldBack(guarded)).toMatchObject({
      symbol: 'AAPL',
      because: expect.stringMatching(/trading-state \(trading_halted\): .*a drill/),
    });
    await resume(guarded);
    expect(heldBack(guarded)).toBeUndefined();
    await guarded.clock.advanceBy(15_000);
    expect(guarded.resting()).toEqual(['sell stop_limit 10 @92']);
  });

  it('keeps it up after a halt where another guardrail said no as well', async () => {
    const guarded = await haltedBare({ priceCollar: { stopRoomPercent: '0.1' } });
    await resume(guarded);
    expect(heldBack(guarded)?.because).toMatch(/price-collar \(price_outside_collar\)/);
  });

  it('keeps it up while one cause of a halt ends and another holds on', async () => {
    const guarded = await haltedBare();
    guarded.state.halt('a test found a fault');
    await resume(guarded);
    expect(heldBack(guarded)).toMatchObject({ symbol: 'AAPL' });
  });
});
