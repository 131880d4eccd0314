import { describe, expect, it } from 'vitest';
import { guardrails, policySettings } from '../../policies/registry.ts';
import { MemoryEventStore } from '../../src/adapters/event-stores/memory.ts';
import { VirtualClock } from '../../src/adapters/system/virtual-clock.ts';
import { decimal, price as priceOf, quantity } from '../../src/domain/decimal.ts';
import { orderId } from '../../src/domain/ids.ts';
import type { TradingPolicy } from '../../src/domain/policy.ts';
import { BrokerError } from '../../src/ports/broker.ts';
import { TradingStateLevels } from '../../src/runtime/account/trading-state.ts';
import { BackstopWatch } from '../../src/runtime/controls/backstop-watch.ts';
import { AlertBoard } from '../../src/runtime/journal/alert-board.ts';
import { EventLogger } from '../../src/runtime/journal/event-logger.ts';
import { defaultRuntimeSettings } from '../../src/runtime/settings/settings.ts';
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

describe("the broker's own limits", () => {
  const declaring = (noShorting: boolean) => ({
    settings: { controls: { ...controls, backstops: { ...controls.backstops, noShorting } } },
  });

  it('are compared at start: a difference raises an alert, and only exits and protection go on', async () => {
    const guarded = await loopedAccount(declaring(true));
    await guarded.clock.advanceBy(10_000);
    expect(codes(guarded)).toContain('broker_backstop');
    expect(causes(guarded)).toEqual(['broker_backstop']);
    expect(guarded.resting()).toEqual(['sell stop_limit 10 @92']);
  });

  it('are compared again each day', async () => {
    const clock = new VirtualClock(0);
    const logger = new EventLogger({ store: new MemoryEventStore(), clock, bootId: 'boot' });
    const alerts = new AlertBoard({ logger, clock });
    const tradingState = new TradingStateLevels({
      logger,
      clock,
      settings: { dailyLossPercent: null },
    });
    let noShorting = false;
    const readConfiguration = () =>
      Promise.resolve({
        ...{ noShorting, suspendTrade: false, fractionalTrading: true },
        maxMarginMultiplier: decimal('1'),
      });
    const settings = { ...defaultRuntimeSettings, ...declaring(true).settings };
    let waitMs = 1;
    const broker = { readConfiguration, longestWaitMs: () => waitMs };
    const watch = new BackstopWatch({ broker, alerts, tradingState, clock, settings });
    watch.start();
    await clock.advanceBy(6_000);
    // Whatever protects goes first.
    expect(tradingState.current()).toBe('active');
    waitMs = 0;
    await clock.advanceBy(4_000);
    expect(tradingState.current()).toBe('reducing');
    noShorting = true;
    await clock.advanceBy(24 * 3_600_000 - 1_000);
    expect(tradingState.current()).toBe('reducing');
    await clock.advanceBy(2_000);
    expect([tradingState.current(), alerts.alerts()]).toEqual(['active', []]);
    watch.stop();
    noShorting = false;
    await clock.advanceBy(48 * 3_600_000);
    expect(tradingState.current()).toBe('active');
  });

  it('that are as declared are nothing to tell of', async () => {
    const guarded = await watchedAccount(declaring(false));
    await guarded.clock.advanceBy(10_000);
    expect(causes(guarded)).toEqual([]);
    expect(guarded.controls.facts().configuration).toMatchObject({ noShorting: false });
  });

  it('that cannot be read raise an alert, and are asked for again', async () => {
    const guarded = await guardedAccount();
    const { clock, broker } = guarded;
    const works = broker.readConfiguration.bind(broker);
    broker.readConfiguration = () => Promise.reject(new Error('no answer'));
    await settle(clock, guarded.start());
    await clock.advanceBy(10_000);
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

  describe('while the market is closed', () => {
    const OPEN = Date.UTC(2026, 9, 8, 13, 30);
    /** Some minutes after it was started, half an hour before the market opens. */
    const closed = async () => {
      const guarded = await loopedAccount({ startAt: OPEN - 40 * 60_000 });
      await guarded.clock.advanceTo(OPEN - 30 * 60_000);
      return guarded;
    };
    const ageOf = ({ controls, clock }: Guarded) =>
      clock.now() - (controls.facts().recordAgreedAt ?? 0);
    const reads = ({ broker }: Guarded) =>
      broker.calls.filter((call) => call === 'readExecutions').length;

    it('is compared seldom, and at once where somebody goes by it', async () => {
      const guarded = await closed();
      const before = reads(guarded);
      await guarded.clock.advanceBy(15 * 60_000);
      expect(reads(guarded) - before).toBeLessThan(3);
      guarded.controls.facts();
      await guarded.clock.advanceBy(0);
      expect(ageOf(guarded)).toBeLessThan(1_000);
    });

    it('misses no execution between two looks', async () => {
      const guarded = await closed();
      const { broker, clock } = guarded;
      const executed = unheard(clock.now() + 60_000);
      broker.readExecutions = (since) => Promise.resolve(executed.at >= since ? [executed] : []);
      await clock.advanceBy(11 * 60_000);
      const raised = guarded.records('alert_raised').map(({ body }) => body);
      expect(raised).toContainEqual(expect.objectContaining({ code: 'record_differs' }));
    });

    it('is fresh when the market opens', async () => {
      const guarded = await closed();
      await guarded.clock.advanceTo(OPEN + 1_000);
      expect(ageOf(guarded)).toBeLessThan(2_000);
    });
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

describe('a policy that trades in circles', () => {
  /** How many it sells of so many. */
  const NEXT: { readonly [held: string]: string } = { 30: '1', 29: '2', 27: '3', 24: '4', 20: '5' };
  const restless: TradingPolicy = {
    name: 'restless',
    promise: 'I sell some whenever I am asked, and each time another number.',
    evaluate: ({ position }) => ({
      outcome: 'recommends',
      recommendation: {
        policy: 'restless',
        symbol: position.symbol,
        action: {
          kind: 'reduce',
          quantity: quantity(NEXT[position.quantity.toFixed()] ?? '1'),
          milestone: `less@${position.quantity.toFixed()}`,
        },
        urgency: 'normal',
        because: 'it never rests',
      },
    }),
  };
  const limited = {
    settings: { controls: { ...controls, repeats: 2 } },
    morePolicies: [restless],
    positions: [{ symbol: 'AAPL', qty: '30', averageEntryPrice: '100' }],
  };

  it('is switched off in that symbol, also after a restart, until a person switches it on', async () => {
    const guarded = await loopedAccount(limited);
    const { clock, boot } = guarded;
    await clock.advanceBy(120_000);
    expect(guarded.held()).toBe('long 24');
    expect(guarded.resting()).toEqual(['sell stop_limit 24 @92']);
    expect(guarded.bigBrother.alerts()).toContainEqual(
      expect.objectContaining({
        code: 'repeated_execution',
        symbol: 'AAPL',
        because: expect.stringContaining('"bigbrother enable restless AAPL"'),
      }),
    );
    expect(guarded.records('control_latched')).toHaveLength(1);
    await settle(clock, guarded.stop());

    const next = boot();
    await settle(clock, next.start());
    next.orchestrator.start();
    await clock.advanceBy(60_000);
    const heldNow = () => next.state.getPositionWithOrders(AAPL)?.position.quantity.toFixed();
    expect(heldNow()).toBe('24');
    expect(next.controls.enable('restless', 'MSFT', 'a test')).toBe(false);
    expect(next.controls.enable('restless', 'AAPL', 'a test')).toBe(true);
    // Its plans were refused so often that it was taken back to shadow as well.
    next.stepBack.enable('restless', 'a test');
    await clock.advanceBy(300_000);
    expect(Number(heldNow())).toBeLessThan(24);
  });
});
