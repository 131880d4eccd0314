import type { Draws } from './draws.ts';
import type { Scenario } from './scenario.ts';

/** To open something, to weigh anew, or to leave several names at once. */
export function anyWish(positions: Scenario['positions'], draws: Draws): unknown {
  const { symbol, price } = draws.any(positions) ?? { symbol: 'AAPL', price: 100 };
  const at = (percent: number) => ((price * percent) / 100).toFixed(2);
  const size = draws.pick([`${draws.between(1, 30)}`, '$2000', '0.5%', '1.5']);
  const terms = draws.pick(['', ` stop ${at(95)}`, ` limit ${at(99)}`, ` target ${at(108)}`]);
  const entry = {
    intent: 'open',
    symbol,
    entry: `${draws.pick(['buy', 'buy', 'sell'])} ${size}${terms}`,
  };
  const weights = positions.map((each) => `${each.symbol}=${draws.between(0, 12)}`).join(',');
  return draws.pick<unknown>([
    entry,
    entry,
    entry,
    { intent: 'rebalance', weights },
    { intent: 'exit', group: draws.pick(['all', `${symbol} because sector_shock`]) },
  ]);
}

/** As somebody wishes who knows what is held. */
export function soundWish(positions: Scenario['positions'], draws: Draws): unknown {
  const { symbol, price, qty } = draws.any(positions) ?? { symbol: 'AAPL', price: 100, qty: '1' };
  const isShort = qty.startsWith('-');
  const at = (percent: number) => ((price * (isShort ? 200 - percent : percent)) / 100).toFixed(2);
  const size = draws.pick([`${draws.between(1, 30)}`, '$2000', '0.5%']);
  const terms = draws.pick(['', '', ` stop ${at(92)}`, ` limit ${at(101)}`, ` target ${at(112)}`]);
  const side = isShort ? 'sell' : 'buy';
  const weights = positions
    .filter((each) => !each.qty.startsWith('-'))
    .map((each) => `${each.symbol}=${draws.between(0, 12)}`)
    .join(',');
  const open = { intent: 'open', symbol, entry: `${side} ${size}${terms}` };
  const rebalance = weights === '' ? open : { intent: 'rebalance', weights };
  const group = draws.pick(['all', `${symbol} because sector_shock`]);
  const exit = { intent: 'exit', group };
  return draws.pick<unknown>([open, open, open, rebalance, rebalance, rebalance, exit]);
}
