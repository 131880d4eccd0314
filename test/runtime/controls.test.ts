import { describe, expect, it } from 'vitest';
import { guardrails, policySettings } from '../../policies/registry.ts';
import { price as priceOf, quantity } from '../../src/domain/decimal.ts';
import { orderId } from '../../src/domain/ids.ts';
import { BrokerError } from '../../src/ports/broker.ts';
import { defaultRuntimeSettings } from '../../src/runtime/settings.ts';
import {
  AAPL,
  type Guarded,
  guardedAccount,
  loopedAccount,
  settle,
  watchedAccount,
} from '../support/guarded-account.ts';

const asked = guardrails(policySettings.parse({})).length;
const { controls } = defaultRuntimeSettings;
const codes = ({ bigBrother }: Guarded) => bigBrother.alerts().map(({ code }) => code);
const causes = ({ bigBrother }: Guarded) =>
  bigBrother.status().tradingStateCauses.map(({ code }) => code);
const verdictsIn = (guarded: Guarded, type: 'plan_proposed' | 'plan_reviewed') =>
  guarded
    .records(type)
    .map(({ body }) => (body as { verdicts: { guardrail: string }[] }).verdicts.length);

describe('every guardrail', () => {
  it('is asked at the proposal and again under the lock, and all answers are written down', async () => {
    const guarded = await watchedAccount();
    const { bigBrother, clock } = guarded;
    const intent = { kind: 'protect', symbol: AAPL } as const;
    const proposal = await settle(clock, bigBrother.propose(intent, 'host'));
    if (proposal.outcome !== 'proposed') throw new Error('a plan was to be made');
    expect(verdictsIn(guarded, 'plan_proposed')).toEqual([asked]);
    await settle(clock, bigBrother.execute(proposal.plan.id, proposal.plan.hash));
    expect(verdictsIn(guarded, 'plan_reviewed')).toEqual([asked]);
  });

  it('is asked after one has refused as well', async () => {
    const guarded = await loopedAccount({ policies: { priceCollar: { stopRoomPercent: '0.1' } } });
    expect(guarded.broker.mutations()).toEqual([]);
    expect(verdictsIn(guarded, 'plan_reviewed')[0]).toBe(asked);
  });
});

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
});

describe("the broker's own limits", () => {
  const declaring = (noShorting: boolean) => ({
    settings: { controls: { ...controls, backstops: { ...controls.backstops, noShorting } } },
  });

  it('are compared at start: a difference raises an alert, and only exits and protection go on', async () => {
    const guarded = await loopedAccount(declaring(true));
    expect(codes(guarded)).toContain('broker_backstop');
    expect(causes(guarded)).toEqual(['broker_backstop']);
    expect(guarded.resting()).toEqual(['sell stop_limit 10 @92']);
  });

  it('are compared again each day', async () => {
    const guarded = await watchedAccount(declaring(true));
    const { clock, broker } = guarded;
    const inner = await settle(clock, broker.readConfiguration());
    broker.readConfiguration = () => Promise.resolve({ ...inner, noShorting: true });
    await clock.advanceBy(23 * 3_600_000);
    expect(causes(guarded)).toContain('broker_backstop');
    await clock.advanceBy(2 * 3_600_000);
    expect(causes(guarded)).not.toContain('broker_backstop');
    expect(codes(guarded)).not.toContain('broker_backstop');
  });

  it('that are as declared are nothing to tell of', async () => {
    const guarded = await watchedAccount(declaring(false));
    expect(causes(guarded)).toEqual([]);
    expect(guarded.controls.facts().configuration).toMatchObject({ noShorting: false });
  });

  it('that cannot be read raise an alert, and are asked for again', async () => {
    const guarded = await guardedAccount();
    const { clock, broker } = guarded;
    const works = broker.readConfiguration.bind(broker);
    broker.readConfiguration = () => Promise.reject(new Error('no answer'));
    await settle(clock, guarded.start());
    expect(codes(guarded)).toContain('broker_backstop');
    broker.readConfiguration = works;
    await clock.advanceBy(11 * 60_000);
    expect(codes(guarded)).not.toContain('broker_backstop');
  });
});

describe("the account's own record of executions", () => {
  const unheard = (at: number) => ({
    executionId: 'x',
    orderId: orderId('not-heard-of'),
    symbol: AAPL,
    side: 'buy' as const,
    quantity: quantity('1'),
    filledQuantity: quantity('1'),
    price: priceOf('100'),
    at,
  });

  it('agrees with what was heard after a trade', async () => {
    const guarded = await loopedAccount();
    await guarded.trade('AAPL', 'sell', '10').catch(() => {});
    await guarded.clock.advanceBy(60_000);
    const { recordAgreedAt } = guarded.controls.facts();
    expect(guarded.clock.now() - (recordAgreedAt ?? 0)).toBeLessThan(60_000);
    expect(causes(guarded)).toEqual([]);
  });

  it('that tells of an execution nobody heard of stops entries at the second look, until it agrees', async () => {
    const guarded = await loopedAccount();
    const { broker, clock } = guarded;
    const works = broker.readExecutions.bind(broker);
    broker.readExecutions = () => Promise.resolve([unheard(clock.now())]);
    await clock.advanceBy(30_000);
    expect(causes(guarded)).toEqual([]);
    await clock.advanceBy(25_000);
    expect(causes(guarded)).toContain('record_differs');
    expect(codes(guarded)).toContain('record_differs');
    broker.readExecutions = works;
    await clock.advanceBy(30_000);
    expect(causes(guarded)).not.toContain('record_differs');
  });

  it('that cannot be read grows old', async () => {
    const guarded = await loopedAccount();
    await guarded.clock.advanceBy(30_000);
    const { recordAgreedAt } = guarded.controls.facts();
    const lost = new BrokerError('lost', { outcome: 'unknown' });
    guarded.broker.readExecutions = () => Promise.reject(lost);
    await guarded.clock.advanceBy(120_000);
    expect(guarded.controls.facts().recordAgreedAt).toBe(recordAgreedAt);
  });
});

describe('the drawdown', () => {
  const limited = { settings: { controls: { ...controls, drawdownPercent: '0.2' } } };

  it('latches after a fall, outlives a recovery and a restart, and ends by a person', async () => {
    const guarded = await loopedAccount(limited);
    const { price, clock, boot } = guarded;
    await clock.advanceBy(10_000);
    price('AAPL', '70');
    await clock.advanceBy(20_000);
    expect(causes(guarded)).toEqual(['drawdown']);
    expect(codes(guarded)).toContain('drawdown');
    price('AAPL', '100');
    await clock.advanceBy(20_000);
    expect(causes(guarded)).toEqual(['drawdown']);
    await settle(clock, guarded.stop());

    const next = boot();
    await settle(clock, next.start());
    expect(next.bigBrother.status().tradingStateCauses.map(({ code }) => code)).toEqual([
      'drawdown',
    ]);
    expect(next.controls.enable('partial-profit', 'AAPL', 'a test')).toBe(false);
    expect(next.controls.enable('drawdown', null, 'a test')).toBe(true);
    expect(next.bigBrother.status().tradingState).toBe('active');
    expect(next.controls.enable('drawdown', null, 'a test')).toBe(false);
    await settle(clock, next.stop());

    const last = boot();
    await settle(clock, last.start());
    expect(last.bigBrother.status().tradingState).toBe('active');
  });
});
