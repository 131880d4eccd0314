import { describe, expect, it } from 'vitest';
import { quantity } from '../../src/domain/decimal.ts';
import type { Evaluation } from '../../src/domain/policy.ts';
import type { PositionContext } from '../../src/domain/portfolio.ts';
import type { RolloutSettings } from '../../src/domain/rollout.ts';
import { type Given, loopedAccount, settle, watchedAccount } from '../support/guarded-account.ts';

const POSITIONS = ['AAPL', 'KO'].map((symbol) => ({ symbol, qty: '10', averageEntryPrice: '100' }));
/** A minute after the rig starts, when its prices are old. */
const LATER = Date.UTC(2026, 9, 8, 15, 1);
const place = {
  stage: 'all',
  symbols: [],
  maxActionsPerDay: null,
  maxPositionDollars: null,
} as const;

const rolledOut = (rollout: RolloutSettings, given: Given = {}) =>
  loopedAccount({ positions: POSITIONS, ...given, settings: { rollout, ...given.settings } });

/** What the loop has sent, as the journal has it. */
const intended = (guarded: Awaited<ReturnType<typeof loopedAccount>>) =>
  guarded.records('step_intended').map(({ symbol }) => symbol);

describe('the rollout of a policy', () => {
  it('keeps a policy in shadow from acting, and writes down what it would do', async () => {
    const guarded = await rolledOut({ 'stop-loss': { ...place, stage: 'shadow' } });
    await guarded.clock.advanceBy(60_000);
    expect(intended(guarded)).toEqual([]);
    const shown = JSON.stringify(guarded.records('decision_made').map(({ body }) => body));
    expect(shown).toContain('"outcome":"shadows"');
    expect(shown).toContain('it is in shadow (rollout.stop-loss.stage)');
    expect(shown).toContain('"kind":"protect"');
  });

  it('lets a policy act in the symbols that are named, and nowhere else', async () => {
    const guarded = await rolledOut({
      'stop-loss': { ...place, stage: 'symbols', symbols: ['KO'] },
    });
    expect(guarded.resting('KO')).toHaveLength(1);
    expect(guarded.resting('AAPL')).toEqual([]);
  });

  it('lets a policy act so often in 24 hours, also over a restart', async () => {
    const slow = { settings: { cycleMs: 600_000, closedCycleMs: 3_600_000 } };
    const guarded = await rolledOut({ 'stop-loss': { ...place, maxActionsPerDay: 1 } }, slow);
    await guarded.clock.advanceBy(60_000);
    expect(intended(guarded)).toHaveLength(1);
    await guarded.stop();
    const next = guarded.boot();
    await Promise.all([next.start(), guarded.clock.advanceBy(1_000)]);
    next.orchestrator.start();
    await guarded.clock.advanceBy(3_600_000);
    expect(next.logger.recall(['step_intended'])).toHaveLength(1);
    await guarded.clock.advanceBy(24 * 3_600_000);
    for (const symbol of ['AAPL', 'KO']) guarded.price(symbol, '100');
    await guarded.clock.advanceBy(600_000);
    expect(next.logger.recall(['step_intended']).length).toBeGreaterThan(1);
    await next.stop();
  });

  it('leaves positions alone that are worth more than a policy may act on', async () => {
    const guarded = await rolledOut({ 'stop-loss': { ...place, maxPositionDollars: '999.99' } });
    expect(intended(guarded)).toEqual([]);
    const enough = await rolledOut({ 'stop-loss': { ...place, maxPositionDollars: '1000' } });
    expect(intended(enough)).toHaveLength(2);
  });

  it('decides without a policy in shadow, so that it overrules nobody who may act', async () => {
    const leaver = {
      name: 'leaver',
      promise: 'Leaves at once.',
      evaluate: ({ position }: PositionContext): Evaluation => ({
        outcome: 'recommends',
        recommendation: {
          policy: 'leaver',
          symbol: position.symbol,
          action: { kind: 'exit', milestone: 'exit@test' },
          urgency: 'critical',
          because: 'a test',
        },
      }),
    };
    const rollout = { leaver: { ...place, stage: 'shadow' } } as const;
    const guarded = await rolledOut(rollout, { morePolicies: [leaver] });
    await guarded.clock.advanceBy(30_000);
    expect(guarded.resting()).toEqual(['sell stop_limit 10 @92']);
    expect(guarded.held()).toBe('long 10');
  });

  it('refuses a plan when it is to run, if who wants it was taken back meanwhile', async () => {
    const rollout: Record<string, RolloutSettings[string]> = {};
    const guarded = await watchedAccount({ settings: { rollout } });
    const { bigBrother } = guarded;
    const proposal = await bigBrother.propose({ kind: 'protect', symbol: null }, 'host');
    if (proposal.outcome !== 'proposed') throw new Error(proposal.outcome);
    rollout['stop-loss'] = { ...place, stage: 'shadow' };
    const { id, hash } = proposal.plan;
    expect(await settle(guarded.clock, bigBrother.execute(id, hash))).toMatchObject({
      outcome: 'denied',
      refusal: 'mode_forbids_execution',
      because: 'stop-loss does not act in AAPL: it is in shadow (rollout.stop-loss.stage)',
    });
    expect(intended(guarded)).toEqual([]);
  });
});

describe('the step back', () => {
  const alarm = { type: 'alert_raised', actor: 'system' } as const;
  /** Sells a share now and then, and needs fresher prices for it than there are. */
  const seller = {
    name: 'seller',
    promise: 'Sells a share.',
    evaluate: ({ position, cover, now }: PositionContext): Evaluation =>
      cover.nakedQuantity.gt('0') || now < LATER
        ? { outcome: 'abstains', policy: 'seller', because: 'first the stop' }
        : {
            outcome: 'recommends',
            recommendation: {
              policy: 'seller',
              symbol: position.symbol,
              action: { kind: 'reduce', quantity: quantity('1'), milestone: 'partial@test' },
              urgency: 'normal',
              because: 'a test',
            },
          },
  };

  it('takes a policy back whose plans are refused again and again, and no other', async () => {
    const guarded = await loopedAccount({
      morePolicies: [seller],
      policies: { freshData: { quoteMs: 2_000, quoteForExitsMs: 2_000 } },
      settings: { stepBack: { vetoes: 3, windowMs: 3_600_000 } },
    });
    await guarded.clock.advanceBy(900_000);
    const [back, ...others] = guarded.records('policy_stepped_back');
    expect(others).toEqual([]);
    expect(back?.body).toMatchObject({ policy: 'seller' });
    expect(guarded.bigBrother.status().tradingState).toBe('active');
    expect(guarded.bigBrother.alerts().map(({ code }) => code)).toContain('stepped_back_seller');
    const refused = guarded.records('plan_reviewed').length;
    await guarded.clock.advanceBy(900_000);
    expect(guarded.records('plan_reviewed')).toHaveLength(refused);
    expect(guarded.stepBack.enable('seller', 'me')).toBe(true);
    await guarded.clock.advanceBy(60_000);
    expect(guarded.records('plan_reviewed').length).toBeGreaterThan(refused);
  });

  it('makes the account only reduce when what protects is refused again and again', async () => {
    const guarded = await watchedAccount({
      policies: { freshData: { quoteMs: 2_000, quoteForExitsMs: 2_000 } },
      settings: { stepBack: { vetoes: 3, windowMs: 3_600_000 } },
    });
    await guarded.clock.advanceBy(60_000);
    guarded.orchestrator.start();
    await guarded.clock.advanceBy(900_000);
    expect(guarded.records('policy_stepped_back').map(({ body }) => body)).toMatchObject([
      { policy: 'account' },
    ]);
    expect(guarded.bigBrother.status().tradingState).toBe('reducing');
    for (let second = 0; second < 900 && guarded.resting().length === 0; second += 1) {
      guarded.price('AAPL', '100');
      await guarded.clock.advanceBy(1_000);
    }
    expect(guarded.resting()).toHaveLength(1);
  });

  it('makes the account only reduce after an alarm that must never be', async () => {
    const guarded = await loopedAccount();
    const body = { code: 'evaluation_failed', because: 'a test' };
    guarded.logger.log({ ...alarm, body });
    guarded.logger.log({ ...alarm, body });
    expect(guarded.records('policy_stepped_back')).toHaveLength(1);
    const { tradingState, tradingStateCauses } = guarded.bigBrother.status();
    expect(tradingState).toBe('reducing');
    expect(tradingStateCauses[0]?.clearedBy).toBe('a person with "bigbrother enable account"');
  });

  it('holds over a restart, until a person says otherwise', async () => {
    const guarded = await loopedAccount();
    guarded.logger.log({ ...alarm, body: { code: 'overfilled_order', because: 'a test' } });
    await guarded.stop();
    const next = guarded.boot();
    await Promise.all([next.start(), guarded.clock.advanceBy(1_000)]);
    expect(next.bigBrother.status().tradingState).toBe('reducing');
    expect(next.stepBack.enable('stop-loss', 'me')).toBe(false);
    expect(next.stepBack.enable('account', 'me')).toBe(true);
    expect(next.bigBrother.status().tradingState).toBe('active');
    await next.stop();
  });
});
