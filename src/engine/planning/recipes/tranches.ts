import type { Price, Quantity } from '../../../domain/decimal.ts';
import { decimal, isWhole, sharesLeft, ZERO } from '../../../domain/decimal.ts';
import { tickTighter } from '../../../domain/side.ts';
import { exitPair, stopOrder } from '../../account/orders.ts';
import type { Draft } from '../candidate.ts';
import type { Situation } from '../situation.ts';
import { type Cover, isFaced } from './moves.ts';
import type { Option } from './option.ts';

const SLOT = 'cover/whole';

/**
 * The planned partial profit, from birth: a stop for the shares that stay, and for the others
 * an OCO of take-profit and stop. When the profit is reached nothing has to be canceled, so
 * that no share is ever without its stop.
 *
 * @param wanted whole shares that have no stop yet
 */
export function tranches(
  { target, groups }: Situation,
  cover: Cover,
  wanted: Quantity,
): readonly Option[] {
  const profit = target.takeProfit;
  if (profit === null || groups.length > 0) return [];
  const { quantity, limitPrice, milestone } = profit;
  const rest = sharesLeft(wanted, quantity);
  if (!isWhole(quantity) || rest.lte(ZERO)) return [];
  return [
    option('place-tranches', wanted, [
      draft(stopOrder(target, cover, rest), SLOT),
      draft(exitPair(target, cover, quantity, limitPrice), milestone),
    ]),
  ];
}

/**
 * While a purchase by somebody else rests, a simple stop would count as a wash trade; an OCO
 * does not. Its take-profit lies so far off that it is none: all that is wanted is its stop.
 */
export function asPair(situation: Situation, cover: Cover, wanted: Quantity): readonly Option[] {
  if (!isFaced(situation)) return [];
  const { target, context } = situation;
  const pair = exitPair(target, cover, wanted, outOfReach(context.price, target.side));
  return [option('place-stop-as-oco', wanted, [draft(pair, SLOT)])];
}

/** Twice the price, or half of it for a short. */
const outOfReach = (price: Price, side: Situation['target']['side']): Price =>
  tickTighter(side, side === 'long' ? price.times('2') : price.div(decimal('2')));

const option = (recipe: Option['recipe'], holds: Quantity, grows: readonly Draft[]): Option => ({
  recipe,
  shrinks: [],
  cancels: [],
  grows,
  holds,
});

const draft = (order: Extract<Draft, { kind: 'submit' }>['order'], meaning: string): Draft => ({
  kind: 'submit',
  purpose: 'protect',
  order,
  until: 'live',
  meaning,
});
