// Never more shares on their way out than I hold: one too many would be a short.
import { sharesLeft, text } from '../../src/domain/decimal.ts';
import type { Guardrail, ReviewInput, Verdict } from '../../src/domain/guardrail.ts';
import { exitSide } from '../../src/domain/side.ts';
import { shares } from '../words.ts';
import { exitsAlong, sharesClaimed } from './exits.ts';
import { deny, pass } from './verdict.ts';

const name = 'oversell';

export const oversell = (): Guardrail => ({
  name,
  promise: 'I can never sell more than I hold, whatever fills first.',

  review(input): Verdict {
    const { part, context } = input;
    const held = context.position.quantity;
    const limit = `${shares(held)} held`;
    const unaccounted = unaccountedOrder(input);
    if (unaccounted !== null && placesExit(input)) {
      return deny(name, input, 'symbol_unsettled', {
        measured: `1 order of unknown outcome (${unaccounted})`,
        limit,
        because: `order ${unaccounted} may be selling, and nobody can tell how much`,
        wouldPass: 'the same plan once the broker has told what became of that order',
      });
    }
    const claimed = exitsAlong(part, context).map(sharesClaimed);
    for (const [index, now] of claimed.entries()) {
      const before = claimed[index - 1];
      if (before === undefined || now.lte(before) || now.lte(held)) continue;
      const excess = sharesLeft(now, held);
      return deny(name, input, 'oversell', {
        measured: `${shares(now)} on their way out`,
        limit,
        because: `after step ${index} the exits could sell ${text(excess)} more than is held`,
        wouldPass: `exits for ${shares(excess)} less, or others canceled first`,
      });
    }
    const most = claimed.reduce((a, b) => (a.gte(b) ? a : b));
    return pass(name, input, {
      measured: `at most ${shares(most)} on their way out`,
      limit,
      because: 'no step sells a share that is not there to sell',
    });
  },
});

const placesExit = ({ part, context }: ReviewInput): boolean =>
  part.steps.some(
    (step) => step.kind === 'submit' && step.order.side === exitSide(context.position.side),
  );

/** An order that we meant to send, that nobody shows, and that nobody reckons with. */
function unaccountedOrder({ context, snapshot }: ReviewInput): string | null {
  const open = context.intents.filter(({ state }) => state === 'intended' || state === 'unknown');
  const missing = open.find(
    (intent) =>
      ![...snapshot.orders, ...context.orders].some(
        ({ clientOrderId }) => clientOrderId === intent.clientOrderId,
      ),
  );
  return missing?.clientOrderId ?? null;
}
