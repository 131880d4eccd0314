// Every share has one way out: no two orders, and no two hands, pull at it at once.
import { z } from 'zod';
import { sharesLeft, text } from '../../src/domain/decimal.ts';
import type { Guardrail, ReviewInput, Verdict } from '../../src/domain/guardrail.ts';
import { isTerminal, type Order } from '../../src/domain/order.ts';
import { settingsObject } from '../settings.ts';
import { shares } from '../words.ts';
import { type Exit, exitsAlong, isForeign, sharesClaimed } from './exits.ts';
import { deny, pass } from './verdict.ts';

export const competingExitSettings = settingsObject({
  /** Orders that BigBrother did not place: leave them alone, or treat them like its own. */
  foreignOrders: z.enum(['respect', 'manage']).default('respect'),
});
export type CompetingExitSettings = z.output<typeof competingExitSettings>;

const name = 'competing-exit';
const limit = '1 exit for each share';

export const competingExit = (settings: CompetingExitSettings): Guardrail => ({
  name,
  promise: 'Two orders never compete for the same share.',

  review: (input): Verdict =>
    touchProblem(input, settings) ??
    sharedShares(input) ??
    pass(name, input, {
      measured: 'at most 1 exit for each share',
      limit,
      because: 'every order the plan changes is free to be changed, and no share has two exits',
    }),
});

/** A step that changes an order which is not there to be changed. */
function touchProblem(input: ReviewInput, settings: CompetingExitSettings): Verdict | null {
  const touched = new Set<string>();
  for (const step of input.part.steps) {
    if (step.kind === 'submit') continue;
    const order = input.context.orders.find(({ id }) => id === step.orderId);
    const problem = touched.has(step.orderId)
      ? 'is changed by an earlier step of this plan already'
      : whyNotOurs(order, input, settings);
    if (problem !== null) {
      return deny(name, input, 'competing_exit', {
        measured: `order ${step.orderId} ${problem}`,
        limit,
        because: `the plan would ${step.kind} order ${step.orderId}, which ${problem}`,
        wouldPass: 'a plan made from the orders as they are now, without this step',
      });
    }
    touched.add(step.orderId);
  }
  return null;
}

function whyNotOurs(
  order: Order | undefined,
  { context }: ReviewInput,
  { foreignOrders }: CompetingExitSettings,
): string | null {
  if (order === undefined || isTerminal(order.status)) return 'is not live any more';
  if (order.status === 'pending_cancel') return 'is being canceled';
  if (order.status === 'pending_replace') return 'is being replaced';
  if (foreignOrders === 'respect' && isForeign(order, context)) return 'is not ours to change';
  return null;
}

/** A step that starts an exit for shares which another group's exit holds already. */
function sharedShares(input: ReviewInput): Verdict | null {
  const held = input.context.position.quantity;
  const along = exitsAlong(input.part, input.context);
  for (const [index, exits] of along.entries()) {
    const before = along[index - 1];
    const claimed = sharesClaimed(exits);
    if (before === undefined || claimed.lte(sharesClaimed(before)) || claimed.lte(held)) continue;
    const others = groupCount(exits);
    if (others < 2) continue; // One exit that is too large competes with nobody: see oversell.
    const twice = sharesLeft(claimed, held);
    return deny(name, input, 'competing_exit', {
      measured: `${shares(twice)} with more than one exit`,
      limit,
      because: `after step ${index}, ${others} exits would claim ${text(claimed)} of ${shares(held)}`,
      wouldPass: 'the other exit canceled or made smaller first, and confirmed',
    });
  }
  return null;
}

const groupCount = (exits: readonly Exit[]): number =>
  new Set(exits.map(({ group }) => group)).size;
