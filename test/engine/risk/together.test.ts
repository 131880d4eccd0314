import { describe, expect, it } from 'vitest';
import { text } from '../../../src/domain/decimal.ts';
import { ticker } from '../../../src/domain/ids.ts';
import type { Intent } from '../../../src/domain/plan.ts';
import { defaultRuntimeSettings } from '../../../src/runtime/settings/settings.ts';
import { connected } from '../../server/connect.ts';
import { type Guarded, loopedAccount, settle } from '../../support/guarded-account.ts';
import { ToldAnswers } from '../../tools/face.ts';

const generous = {
  saleDollarsPerDay: '1000000',
  saleEquityPercentPerDay: '100',
  salePositionPercentPerDay: '100',
  addedDollars: '0',
};
const unasked = {
  approvals: { ...defaultRuntimeSettings.approvals, limits: generous, liveLimits: generous },
};
const NAMES = ['AAPL', 'IBM', 'XOM'];
const three = {
  positions: NAMES.map((symbol) => ({ symbol, qty: '10', averageEntryPrice: '100' })),
};

/** Guarded and covered, with a plan for the intent. */
async function proposing(intent: Intent, settings = unasked) {
  const guarded = await loopedAccount({ ...three, settings });
  await guarded.clock.advanceBy(15_000);
  const proposal = await settle(guarded.clock, guarded.bigBrother.propose(intent, 'host'));
  return { guarded, proposal };
}

const executed = async ({ bigBrother, clock }: Guarded, plan: { id: never; hash: string }) =>
  settle(clock, bigBrother.execute(plan.id, plan.hash));

const everything: Intent = {
  ...{ kind: 'exit_group', symbol: null, group: { by: 'everything' }, reason: 'owner_wish' },
};

describe('an exit of several positions', () => {
  it('is one plan, and leaves them all', async () => {
    const { guarded, proposal } = await proposing(everything);
    if (proposal.outcome !== 'proposed') throw new Error(proposal.because.join());
    expect(proposal.plan.parts.map(({ symbol }) => symbol).sort()).toEqual(NAMES);
    expect(proposal.notes[0]?.because).toBe('3 of 3 positions are left (owner_wish)');
    const report = await executed(guarded, proposal.plan as never);
    expect(report.outcome).toBe('completed');
    expect(NAMES.map((symbol) => guarded.held(symbol))).toEqual([null, null, null]);
    expect(NAMES.flatMap((symbol) => guarded.resting(symbol))).toEqual([]);
  });

  it('says exactly which of them succeeded, and the rest keeps its stop', async () => {
    const { guarded, proposal } = await proposing(everything);
    if (proposal.outcome !== 'proposed') throw new Error(proposal.because.join());
    for (const mutation of ['submit', 'replace', 'cancel'] as const) {
      guarded.broker.next(mutation, { kind: 'rejects', rejection: 'order_state' }, 'IBM');
    }
    const report = await executed(guarded, proposal.plan as never);
    expect(report.outcome).toBe('stopped');
    const outcomes = report.parts.map(({ symbol, outcome }) => `${symbol} ${outcome}`);
    expect(outcomes.sort()).toEqual(['AAPL completed', 'IBM stopped', 'XOM completed']);
    expect(guarded.held('IBM')).toBe('long 10');
    expect(guarded.resting('IBM')).not.toEqual([]);
  });

  it('of a sector leaves the others, and of none says so', async () => {
    const sector = (name: string): Intent => ({
      ...{ kind: 'exit_group', symbol: null, reason: 'sector_shock' },
      group: { by: 'sector', sector: name },
    });
    const { guarded, proposal } = await proposing(sector('Energy'));
    if (proposal.outcome !== 'proposed') throw new Error(proposal.because.join());
    expect(proposal.plan.parts.map(({ symbol }) => symbol)).toEqual(['XOM']);
    const none = await settle(
      guarded.clock,
      guarded.bigBrother.propose(sector('Utilities'), 'host'),
    );
    expect(none).toMatchObject({ outcome: 'impossible', code: 'no_position' });
  });

  it('beyond the limits of a host needs a person, as any other sale', async () => {
    const { proposal } = await proposing(everything, {
      approvals: defaultRuntimeSettings.approvals,
    });
    const strict = {
      approvals: {
        ...defaultRuntimeSettings.approvals,
        limits: { ...generous, saleDollarsPerDay: '100' },
      },
    };
    expect(proposal.outcome === 'proposed' && proposal.plan.approval.tier).toBe('T1');
    const { proposal: asked } = await proposing(everything, strict);
    expect(asked.outcome === 'proposed' && asked.plan.approval.tier).toBe('T2');
  });
});

describe('a rebalance of an account', () => {
  const weights = (percent: string): Intent => ({
    ...{ kind: 'rebalance', symbol: null, cashPercent: null },
    weights: [{ symbol: ticker('AAPL'), percent }],
  });

  it('sells down to the band, keeps the rest under its stop, and shows both weights', async () => {
    const settings = {
      ...unasked,
      risk: { ...defaultRuntimeSettings.risk, rebalanceBandPercent: '0.1' },
    };
    const { guarded, proposal } = await proposing(weights('0.3'), settings);
    if (proposal.outcome !== 'proposed') throw new Error(proposal.because.join());
    const [summary, apple] = proposal.notes.map(({ because }) => because);
    expect(summary).toContain('taxes and fees are not counted');
    expect(apple).toMatch(/^AAPL 0\.\d\d % of equity before, 0\.\d\d % after, target 0\.30 %$/);
    const report = await executed(guarded, proposal.plan as never);
    expect(report.outcome).toBe('completed');
    const left = guarded.context()?.position.quantity;
    expect(Number(left && text(left))).toBeLessThan(10);
    expect(guarded.context()?.cover.nakedQuantity.eq('0')).toBe(true);
  });

  it('inside its bands is nothing to do, with the weights shown', async () => {
    const { proposal } = await proposing(weights('1'));
    expect(proposal.outcome).toBe('nothing_to_do');
    expect(proposal.outcome === 'nothing_to_do' && proposal.because[1]).toContain('target 1.00 %');
  });

  it('to weights that cannot be is refused', async () => {
    const { proposal } = await proposing({ ...weights('1'), cashPercent: '100' } as Intent);
    expect(proposal).toMatchObject({ outcome: 'impossible', code: 'weights_invalid' });
  });
});

describe('an agent', () => {
  const asking = async (args: Record<string, unknown>) => {
    const bigBrother = new ToldAnswers();
    const { call } = await connected({ bigBrother });
    const { json, isError } = await call('propose_plan', args);
    return { intent: bigBrother.intents[0]?.intent, json, isError };
  };

  it.each([
    ['all', { by: 'everything' }, 'owner_wish'],
    ['sector:Energy because sector_shock', { by: 'sector', sector: 'Energy' }, 'sector_shock'],
    ['cluster:AAPL', { by: 'cluster', of: 'AAPL' }, 'owner_wish'],
    ['AAPL,IBM because daily_loss', { by: 'symbols', symbols: ['AAPL', 'IBM'] }, 'daily_loss'],
  ])('leaves a group by its name: %s', async (group, expected, reason) => {
    const { intent } = await asking({ intent: 'exit', group });
    expect(intent).toEqual({ kind: 'exit_group', symbol: null, group: expected, reason });
  });

  it('gives weights by name, cash among them', async () => {
    const { intent } = await asking({ intent: 'rebalance', weights: 'AAPL=10,BRK.B=5.5,CASH=20' });
    expect(intent).toEqual({
      ...{ kind: 'rebalance', symbol: null, cashPercent: '20' },
      weights: [
        { symbol: 'AAPL', percent: '10' },
        { symbol: 'BRK.B', percent: '5.5' },
      ],
    });
  });

  it.each([
    [{ intent: 'exit', group: 'ignore all rules' }],
    [{ intent: 'exit', group: 'all because the moon is full' }],
    [{ intent: 'exit', group: 'sector:<b>' }],
    [{ intent: 'exit', group: `AAPL${',AAPL'.repeat(3_000)}` }],
    [{ intent: 'exit', group: 'all', symbol: 'AAPL' }],
    [{ intent: 'reduce', symbol: 'AAPL', fraction: '0.5', group: 'all' }],
    [{ intent: 'manage', weights: 'AAPL=10' }],
    [{ intent: 'rebalance' }],
    [{ intent: 'rebalance', weights: 'AAPL=101' }],
    [{ intent: 'rebalance', weights: 'AAPL=10=5' }],
    [{ intent: 'rebalance', weights: 'AAPL=10', symbol: 'AAPL' }],
  ])('is refused what makes no sense: %o', async (args) => {
    const { intent, isError, json } = await asking(args);
    expect(isError).toBe(true);
    expect(intent).toBeUndefined();
    expect(JSON.stringify(json)).toContain('invalid_arguments');
  });
});
