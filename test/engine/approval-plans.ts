import {
  APPROVAL_TIERS,
  type ApprovalLimits,
  type ApprovalTier,
} from '../../src/domain/approval.ts';
import { notional, price, quantity, ZERO } from '../../src/domain/decimal.ts';
import { ticker } from '../../src/domain/ids.ts';
import type { ActionPlan, OrderLine, PlanPart, Step, SubmitStep } from '../../src/domain/plan.ts';
import { approvalNeed, type SoldLately } from '../../src/engine/review/approval-tier.ts';
import { planPart, stepsOf } from '../tools/given-plan.ts';

export const NOTHING: SoldLately = { dollars: ZERO, shares: new Map() };
export const limits: ApprovalLimits = {
  saleDollarsPerDay: '1000',
  saleEquityPercentPerDay: '10',
  salePositionPercentPerDay: '50',
  addedDollars: '0',
};
export const EQUITY = notional('100000');

export type Planned = Pick<ActionPlan, 'origin' | 'intent' | 'parts'>;
export const wish = (...parts: PlanPart[]): Planned => ({
  origin: 'host',
  intent: { kind: 'exit', symbol: ticker('AAPL') },
  parts,
});
export const managed = (...parts: PlanPart[]): Planned => ({
  origin: 'host',
  intent: { kind: 'manage', symbol: null },
  parts,
});

export const stop = (shares: string, at: string): OrderLine => ({
  ...{
    side: 'sell',
    type: 'stop_limit',
    quantity: shares,
    timeInForce: 'gtc',
    owner: 'bigbrother',
  },
  limitPrice: at,
  stopPrice: at,
});

export const sale = (shares: string, more: Partial<SubmitStep['order']> = {}): Step => {
  const step = stepsOf('AAPL').find(({ kind }) => kind === 'submit');
  if (step?.kind !== 'submit') throw new Error('one of them is a submit');
  return { ...step, order: { ...step.order, quantity: quantity(shares), ...more } };
};

/** Ten shares at 100, of which some are left, with a stop for them. */
export function part(
  given: {
    readonly left?: string;
    readonly steps?: readonly Step[];
    readonly before?: readonly OrderLine[];
    readonly after?: readonly OrderLine[];
    readonly symbol?: string;
  } = {},
): PlanPart {
  const { left = '10', steps = [], symbol = 'AAPL' } = given;
  const base = planPart(symbol);
  return {
    ...base,
    steps,
    target: { ...base.target, holdQuantity: quantity(left), sale: null },
    basis: { ...base.basis, quantity: quantity('10'), price: price('100') },
    ordersBefore: given.before ?? [stop('10', '95')],
    ordersAfter: given.after ?? (left === '0' ? [] : [stop(left, '95')]),
  };
}

export const tierOf = (plan: Planned, lately = NOTHING, allowed = limits): ApprovalTier =>
  approvalNeed(plan, { equity: EQUITY, lately, limits: allowed }).tier;
export const rank = (tier: ApprovalTier): number => APPROVAL_TIERS.indexOf(tier);
