import { type Ask, changeFor } from './asks.ts';

/** An order that sells or buys outright, and has executed or may yet. */
export type Outright = {
  readonly symbol: string;
  readonly side: 'buy' | 'sell';
  readonly shares: number;
  /** Shares held after its last execution; null before the first. */
  readonly heldAfter: number | null;
};

/** An order as an ask for it would name it. */
export type Amount = Pick<Outright, 'symbol' | 'side' | 'shares'>;

/** How far prices move a rebalance away from the shares that its agent had in mind. */
const MOVED_PERCENT_OF_HELD = 2;

/**
 * Orders of an episode for the same ask beyond its first. Whose an order is, its number of shares
 * tells: each is asked for once in a symbol. An exit and a rebalance leave that number open and may
 * come to the very one of another ask, so each of them accounts for one order that does what it
 * asks for: the one that leaves nothing, the one that goes to the target from what was held. So
 * does a stop that the market has reached and that was taken back, to sell its shares otherwise.
 *
 * @param heldIn every number of shares of the symbol that was held during the episode
 * @param takenBack what such stops had not sold
 */
export function duplicatesIn(
  orders: readonly Outright[],
  asks: readonly Ask[],
  heldIn: (symbol: string) => Iterable<number>,
  takenBack: readonly Amount[],
): number {
  const asked = new Map<string, number>();
  for (const ask of asks) {
    if (ask.kind !== 'sell' && ask.kind !== 'enter') continue;
    const what = wordsOf({ ...ask, side: ask.kind === 'sell' ? 'sell' : 'buy' });
    asked.set(what, (asked.get(what) ?? 0) + 1);
  }
  let duplicates = 0;
  for (const [what, times] of asked) {
    const same = orders.filter((order) => wordsOf(order) === what);
    for (const ask of asks) {
      const place = same.findIndex((order) => accountsFor(ask, order, heldIn(order.symbol)));
      if (same.length > times && place >= 0) same.splice(place, 1);
    }
    const stopped = takenBack.filter((stop) => wordsOf(stop) === what).length;
    duplicates += Math.max(0, same.length - times - stopped);
  }
  return duplicates;
}

const wordsOf = ({ symbol, side, shares }: Amount): string => `${side} ${shares} ${symbol}`;

function accountsFor(ask: Ask, order: Outright, held: Iterable<number>): boolean {
  const { symbol, side, shares, heldAfter } = order;
  switch (ask.kind) {
    case 'exit':
      return ask.symbol === symbol && heldAfter === 0;
    case 'exit_group':
      return ask.symbols.includes(symbol) && heldAfter === 0;
    case 'rebalance': {
      const target = ask.targets.find((each) => each.symbol === symbol);
      if (target === undefined) return false;
      const signed = side === 'sell' ? -shares : shares;
      return [...held].some(
        (before) =>
          Math.abs(changeFor(target, before) - signed) <=
          1 + (before * MOVED_PERCENT_OF_HELD) / 100,
      );
    }
    case 'sell':
    case 'enter':
    case 'protect':
      return false;
  }
}
