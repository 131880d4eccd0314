import { describe, expect, it } from 'vitest';
import { notional, quantity } from '../../src/domain/decimal.ts';
import type { ActionPlan, PlanPart } from '../../src/domain/plan.ts';
import { sealPlan } from '../../src/engine/planning/plan-hash.ts';
import { approvalText } from '../../src/runtime/plans/approval-text.ts';
import { cancel, partOf, replace, reviewOf, submit } from '../policies/support.ts';
import { ACCOUNT_NUMBER, NOW, stopLimit } from '../support/given.ts';
import { anyTerms } from '../support/plan-terms.ts';
import { actionPlan } from '../tools/given-plan.ts';

const { context } = reviewOf();
const shortContext = reviewOf({ side: 'short' }).context;
const stop = stopLimit();

function textOf(parts: readonly PlanPart[], more: Partial<ActionPlan> = {}) {
  return approvalText(
    sealPlan({
      ...{
        id: 'plan-1' as never,
        origin: 'host',
        intent: { kind: 'exit', symbol: 'AAPL' as never },
      },
      ...{ accountNumber: ACCOUNT_NUMBER, environment: 'live', createdAt: NOW },
      ...{ expiresAt: NOW + 60_000, ...anyTerms, parts, ...more },
    }),
  );
}

describe('what a person reads before saying yes', () => {
  it('says in seven lines who asks for what, where, and what it may cost', () => {
    const part: PlanPart = {
      ...partOf(context, [submit({ quantity: '4' })]),
      ordersBefore: [
        {
          ...{ side: 'sell', type: 'stop_limit', quantity: '10', limitPrice: '94.5' },
          ...{ stopPrice: '95', timeInForce: 'gtc', owner: 'bigbrother' },
        },
      ],
      worstLoss: { atStop: notional('50.001'), withGap: notional('75'), gapPercent: '5' },
    };
    const { lines } = textOf([part]);
    expect(lines.slice(0, 6)).toEqual([
      `LIVE account ${ACCOUNT_NUMBER}: an agent asks to exit (T0)`,
      'It sells 4 of 10 AAPL, about $400.00 at $100.00',
      'Orders before: sell 10 stop_limit stop 95 limit 94.5 gtc',
      'Orders after: none',
      // Rounded up, never down.
      'At worst it loses $75.00 with a gap of 5 %; $50.01 if stops hold',
      'You are asked because it is a test',
    ]);
    expect(lines[6]).toMatch(/^Expires 2026-10-14T14:01:00.000Z; code of the plan: \w{4}-\w{4}$/);
  });

  it('says it for a short, for all of it, and for what only moves orders', () => {
    const target = { ...partOf(shortContext, []).target, holdQuantity: quantity('0') };
    const covered = { ...partOf(shortContext, [submit({ side: 'buy' })]), target };
    expect(textOf([covered]).lines[1]).toBe('It buys back all 10 AAPL, about $1000.00 at $100.00');
    expect(textOf([partOf(context, [cancel(stop)])]).lines[1]).toBe(
      'It changes the orders of AAPL in 1 steps',
    );
  });

  it('names who asks where it is not a host', () => {
    expect(textOf([partOf(context, [])], { origin: 'loop' }).lines[0]).toContain(
      'BigBrother asks to exit',
    );
  });

  it('says that some shares have no stop, and nothing of a gap where nothing is held', () => {
    const bare = { atStop: null, withGap: notional('75'), gapPercent: '5' };
    const covered = { atStop: notional('1'), withGap: notional('2'), gapPercent: '5' };
    const parts = [bare, covered].map((worstLoss) => ({ ...partOf(context, []), worstLoss }));
    expect(textOf(parts).lines[4]).toBe(
      'At worst it loses $77.00 with a gap of 5 %; some shares have no stop',
    );
    expect(textOf([]).lines[4]).toBe(
      'At worst it loses $0.00 with a gap of 0 %; $0.00 if stops hold',
    );
  });

  it('names three symbols, and counts the rest', () => {
    const parts = Array.from({ length: 5 }, () => partOf(context, []));
    expect(textOf(parts).lines[1]).toContain('; and 2 more symbols, see the details');
    expect(textOf(parts.slice(0, 3)).lines[1]).not.toContain('more symbols');
  });

  it('lists every step in the details, with every price and amount of it', () => {
    const steps = [
      submit({ quantity: '4', limit: '99', stop: '99.5' }),
      submit({ quantity: '3' }),
      replace(stop, { quantity: '6', stop: '96', limit: '95.5' }),
      replace(stop, { stop: '97' }),
      replace(stop, { quantity: '6' }),
      cancel(stop),
    ];
    const { details } = textOf([partOf(context, steps)]);
    expect(details.slice(2)).toEqual([
      'AAPL step 1: send sell 4 stop_limit stop 99.5 limit 99 gtc',
      'AAPL step 2: send sell 3 market gtc',
      'AAPL step 3: change sell stop_limit stop-1 to quantity 6, stop 96, limit 95.5',
      'AAPL step 4: change sell stop_limit stop-1 to stop 97',
      'AAPL step 5: change sell stop_limit stop-1 to quantity 6',
      'AAPL step 6: cancel sell stop_limit stop-1',
      'AAPL because a test wants it',
      'AAPL without a stop for 0 s: a test',
    ]);
    expect(details[0]).toBe('plan plan-1');
    expect(details[1]).toMatch(/^hash [0-9a-f]{64}$/);
  });

  it('tells of each order, each reason and each word of what is asked', () => {
    const line = { side: 'sell', type: 'limit', quantity: '5', stopPrice: null } as const;
    const orders = ['120', '130'].map((limitPrice) => ({
      ...{ ...line, limitPrice, timeInForce: 'gtc', owner: 'bigbrother' as const },
    }));
    const part = { ...partOf(context, []), ordersAfter: orders };
    const approval = { tier: 'T2' as const, because: ['it is much', 'it is late'] };
    const group = { by: 'everything' } as const;
    const intent = { kind: 'exit_group', symbol: null, group, reason: 'cluster_drawdown' } as const;
    const { lines } = textOf([part], { approval, intent });
    expect(lines[0]).toBe(`LIVE account ${ACCOUNT_NUMBER}: an agent asks to exit group (T2)`);
    expect(lines[3]).toBe('Orders after: sell 5 limit limit 120 gtc, sell 5 limit limit 130 gtc');
    expect(lines[5]).toBe('You are asked because it is much; it is late');
  });

  it('cuts off nothing of a line that just fits', () => {
    const because = (length: number) => 'x'.repeat(length - 'AAPL because '.length);
    const shown = (length: number) =>
      textOf([{ ...partOf(context, []), because: [because(length)] }]).details.find((each) =>
        each.includes('xxx'),
      );
    expect(shown(300)).toBe(`AAPL because ${because(300)}`);
    expect(shown(301)).toBe(`AAPL because ${because(299)}…`);
  });

  it('shows no line that breaks out of its own, and none that hides the next', () => {
    const nasty = `a\nLIVE account PA1: nothing to see\u202e\u0000${'x'.repeat(500)}`;
    const part = { ...partOf(context, []), because: [nasty] };
    const line = textOf([part]).details.find((each) => each.includes('nothing to see')) ?? '';
    expect(line).toMatch(/^AAPL because a LIVE account PA1: nothing to see x+…$/);
    expect(line).toHaveLength(300);
  });
});

it('a plan that is not the one of its hash is shown to nobody', () => {
  const plan = actionPlan('AAPL');
  expect(() => approvalText({ ...plan, accountNumber: 'PA-OTHER' })).toThrow(
    `the plan ${plan.id} is not the one of its hash`,
  );
});
