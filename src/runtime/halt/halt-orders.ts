import { sharesLeft, text } from '../../domain/decimal.ts';
import type { Halt, HaltLevel } from '../../domain/halt.ts';
import type { Ticker } from '../../domain/ids.ts';
import { isTerminal, type Order } from '../../domain/order.ts';
import type { Position } from '../../domain/portfolio.ts';
import { exitSide } from '../../domain/side.ts';
import { type EpochMs, msBetween } from '../../domain/time.ts';
import { coverOf, isStop } from '../../engine/account/cover.ts';
import { groupsOf, isManaged } from '../../engine/account/groups.ts';

/** What one look at the account says about a halt. */
export type Clearing = {
  /** Orders that have to end, `pending_cancel` included. */
  readonly unwanted: readonly Order[];
  /** Of those, one working order of each group: its fellows end with it. */
  readonly toCancel: readonly Order[];
  /** Orders of others that would have to end, but that are not for us to cancel. */
  readonly foreign: readonly Order[];
  /** Orders in symbols that may be flat or not: told by the next looks. */
  readonly undecided: readonly Order[];
  /** Orders that go on resting. */
  readonly kept: readonly Order[];
  /** Positions of which nothing rests that would have to end first. */
  readonly toClose: readonly Position[];
  /** Positions that have to end. */
  readonly held: readonly Position[];
  /** Shares that no stop protects, in words: `AAPL: 10 of 10 shares`. */
  readonly uncovered: readonly string[];
};

/** The account at one instant, as the halt read it. */
export type HaltLook = {
  readonly positions: readonly Position[];
  /** Live orders, and those that ended lately. */
  readonly orders: readonly Order[];
};

/** Sorts what rests by whether `halt` lets it rest. */
export function clearingFor(
  halt: Pick<Halt, 'level' | 'includesForeign'>,
  { positions, orders }: HaltLook,
  isFlat: (symbol: Ticker) => boolean,
): Clearing {
  const { level, includesForeign } = halt;
  const live = orders.filter(({ status }) => !isTerminal(status));
  const positionIn = new Map(positions.map((position) => [position.symbol, position]));
  const sorted = { unwanted: [], toCancel: [], foreign: [], undecided: [], kept: [] } as {
    [Kind in 'unwanted' | 'toCancel' | 'foreign' | 'undecided' | 'kept']: Order[];
  };
  for (const { orders: group } of groupsOf(live)) {
    const [{ symbol }] = group;
    const verdict = verdictOn(level, group, positionIn.get(symbol) ?? null, () => isFlat(symbol));
    const isForeign = !group.some((order) => isManaged(order, orders, []));
    if (verdict !== 'unwanted') sorted[verdict].push(...group);
    else if (isForeign && !includesForeign) sorted.foreign.push(...group);
    else {
      sorted.unwanted.push(...group);
      sorted.toCancel.push(...cancelable(group));
    }
  }
  const held = level === 'flatten' ? positions : [];
  const toClose = held.filter(({ symbol }) => !live.some((order) => order.symbol === symbol));
  return { ...sorted, held, toClose, uncovered: uncoveredIn(positions, orders) };
}

function verdictOn(
  level: HaltLevel,
  group: readonly Order[],
  position: Position | null,
  isFlat: () => boolean,
): 'unwanted' | 'undecided' | 'kept' {
  if (level === 'flatten') return isClosing(group, position) ? 'kept' : 'unwanted';
  if (group.some((order) => opens(order, position))) return 'unwanted';
  // An exit of nothing opens a position; but a list of positions may lag behind its fills.
  if (position === null) return isFlat() ? 'unwanted' : 'undecided';
  if (level === 'entries') return 'kept';
  return group.some(protects) ? 'kept' : 'unwanted';
}

/** What a flatten asked for itself: canceling it would begin all over. */
const isClosing = (group: readonly Order[], position: Position | null): boolean =>
  position !== null &&
  group.every(
    ({ type, orderClass, side }) =>
      type === 'market' && orderClass === 'simple' && side === exitSide(position.side),
  );

/** True for what adds to a position or opens one, whatever it says it is for. */
function opens({ positionIntent, side, type }: Order, position: Position | null): boolean {
  if (position !== null) return side !== exitSide(position.side);
  if (positionIntent !== null) return positionIntent.endsWith('_to_open');
  return side === 'buy' && (type === 'limit' || type === 'market');
}

/** Of a group whose take-profit is all that the broker lists, the stop is held beside it. */
const protects = (order: Order): boolean => isStop(order) || order.orderClass !== 'simple';

function cancelable(group: readonly Order[]): readonly Order[] {
  const working = group.filter(({ status }) => status !== 'held');
  const members = working.length > 0 ? working : group;
  return members.filter(({ status }) => status !== 'pending_cancel').slice(0, 1);
}

function uncoveredIn(positions: readonly Position[], orders: readonly Order[]): string[] {
  return positions.flatMap((position) => {
    const { symbol, quantity } = position;
    const bare = sharesLeft(quantity, coverOf(position, orders).coveredQuantity);
    return bare.gt('0') ? [`${symbol}: ${text(bare)} of ${text(quantity)} shares`] : [];
  });
}

/** A list of positions may lag; one that shows nothing for so long is believed. */
const FLAT_AFTER_MS = 5_000;
/** An order that filled so lately may have opened a position that is not listed yet. */
const FILL_LAG_MS = 15_000;

/** Knows which symbols are surely flat, out of looks that follow each other. */
export class FlatLooks {
  readonly #since = new Map<Ticker, EpochMs>();
  #at: EpochMs = 0;

  take({ positions, orders }: HaltLook, at: EpochMs): void {
    this.#at = at;
    const held = new Set(positions.map(({ symbol }) => symbol));
    const filled = orders.filter(
      ({ filledQuantity, updatedAt }) => filledQuantity.gt('0') && updatedAt > at - FILL_LAG_MS,
    );
    for (const symbol of [...held, ...filled.map((order) => order.symbol)]) {
      this.#since.delete(symbol);
    }
    for (const { symbol } of orders) {
      const isDoubtful = held.has(symbol) || filled.some((order) => order.symbol === symbol);
      if (!isDoubtful && !this.#since.has(symbol)) this.#since.set(symbol, at);
    }
  }

  isFlat(symbol: Ticker): boolean {
    const since = this.#since.get(symbol);
    return since !== undefined && msBetween(this.#at, since) >= FLAT_AFTER_MS;
  }
}
