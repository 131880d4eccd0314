// When trading is halted no order is sent, and when it is reducing nothing that adds risk.
import type { Guardrail, ReviewInput, Verdict } from '../../src/domain/guardrail.ts';
import { isRiskReducing, sharesAdded } from '../../src/domain/risk-reducing.ts';
import { deny, pass } from './verdict.ts';

const name = 'trading-state';
const ALLOWED = 'active, or reducing for what reduces risk';

export const tradingState = (): Guardrail => ({
  name,
  promise: 'A stop to all trading stops all trading; in between I only get safer.',

  review(input): Verdict {
    const { part, context, snapshot } = input;
    const state = input.tradingState;
    const blocked = snapshot.account.blockedBecause;
    if (blocked !== null) {
      return deny(name, input, 'account_blocked', {
        measured: 'account blocked',
        limit: 'account open for trading',
        because: `the broker takes no orders: ${blocked}`,
        wouldPass: 'anything, once the account is open again',
      });
    }
    if (state === 'halted' && !(isOwnHalt(input) && isRelease(input))) {
      return deny(name, input, 'trading_halted', {
        measured: state,
        limit: ALLOWED,
        because: `trading is halted${causes(input)}`,
        wouldPass: 'anything, once the halt is cleared',
      });
    }
    const adding = part.steps.filter((step) => !isRiskReducing(step, context.position));
    if (state === 'reducing' && adding.length > 0) {
      return deny(name, input, 'trading_reducing', {
        measured: state,
        limit: ALLOWED,
        because:
          `${adding.length} of ${part.steps.length} steps add risk while only exits and ` +
          `protection are allowed${causes(input)}`,
        wouldPass: 'steps that only reduce the position or tighten its stop',
      });
    }
    if (context.market.halted && addsShares(input)) {
      return deny(name, input, 'trading_halted', {
        measured: `${part.symbol} halted`,
        limit: 'no entry while the symbol is halted',
        because: `the exchange has halted ${part.symbol}; it may reopen anywhere`,
        wouldPass: 'an exit or protection, or an entry after the halt',
      });
    }
    return pass(name, input, { measured: state, limit: ALLOWED, because: `trading is ${state}` });
  },
});

/** True while nothing but a person's or an agent's halt stops the account. */
function isOwnHalt({ snapshot }: ReviewInput): boolean {
  const halting = snapshot.tradingStateCauses.filter(({ state }) => state === 'halted');
  return halting.length > 0 && halting.every(({ code }) => code === 'halt_everything');
}

/** Cancels where nothing is held: the exits that rest there can only open a position. */
const isRelease = ({ part, context }: ReviewInput): boolean =>
  context.position.quantity.eq('0') && part.steps.every(({ kind }) => kind === 'cancel');

const addsShares = ({ part, context }: ReviewInput): boolean =>
  part.steps.some((step) => sharesAdded(step, context.position).gt('0'));

function causes({ snapshot }: ReviewInput): string {
  const said = snapshot.tradingStateCauses.map(({ because }) => because);
  return said.length === 0 ? '' : `: ${said.join('; ')}`;
}
