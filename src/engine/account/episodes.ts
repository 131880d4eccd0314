import type { Json } from '../../domain/canonical.ts';
import type { Price } from '../../domain/decimal.ts';
import { addShares, NO_SHARES, price, quantity, ZERO } from '../../domain/decimal.ts';
import type { EventType, JournalRecord } from '../../domain/event.ts';
import type { EpisodeId, Ticker } from '../../domain/ids.ts';
import { episodeId, ticker } from '../../domain/ids.ts';
import { isTerminal, type Order, opposite, saysItCloses } from '../../domain/order.ts';
import type { Episode, Position, PositionSide } from '../../domain/portfolio.ts';
import { exitSide, isTighter } from '../../domain/side.ts';
import type { EpochMs } from '../../domain/time.ts';
import { isStop } from './cover.ts';
import { isOnScaleBefore, rescaled, type Split, splitBetween } from './splits.ts';

/** Fills that are older than this have not just opened a position. */
const JUST_NOW_MS = 60_000;

/** The lives of positions: those that go on, and how many each symbol has had. */
export type EpisodeBook = {
  readonly open: ReadonlyMap<Ticker, Episode>;
  readonly lastNumbers: ReadonlyMap<Ticker, number>;
};

export type EpisodeEvent = {
  readonly type: Extract<EventType, 'episode_opened' | 'episode_changed' | 'episode_closed'>;
  readonly episode: Episode;
  /** Set when the episode goes on after a split, with its prices on the new scale. */
  readonly split: Split | null;
};

/** What is true at one instant, from which episodes are carried on. */
type EpisodeFacts = {
  readonly at: EpochMs;
  /** When the account was looked at last before this. */
  readonly lastLookAt: EpochMs;
  readonly positions: readonly Position[];
  readonly orders: readonly Order[];
  /** The price of each symbol where it may count as the best so far. */
  readonly marks: ReadonlyMap<Ticker, Price>;
  /** Symbols whose orders filled shares since the last time. */
  readonly traded: ReadonlySet<Ticker>;
  /** Splits that are known of otherwise: where shares were traded, too. */
  readonly splits: ReadonlyMap<Ticker, Split>;
  readonly milestonesOf: (episode: EpisodeId) => readonly string[];
};

/**
 * Carries episodes on: opens one for a new position, closes one that is flat or has
 * changed sides, and takes note of better prices, the first stop and milestones. After a split
 * the episode goes on, on the new scale.
 */
export function foldEpisodes(
  previous: EpisodeBook,
  facts: EpisodeFacts,
): { readonly book: EpisodeBook; readonly events: readonly EpisodeEvent[] } {
  const open = new Map(previous.open);
  const lastNumbers = new Map(previous.lastNumbers);
  const events: EpisodeEvent[] = [];
  for (const [symbol, episode] of previous.open) {
    const position = facts.positions.find((held) => held.symbol === symbol);
    if (position?.side === episode.side) continue;
    open.delete(symbol);
    events.push({ type: 'episode_closed', episode, split: null });
  }
  for (const position of facts.positions) {
    const before = open.get(position.symbol);
    const number = (lastNumbers.get(position.symbol) ?? 0) + 1;
    const split = before === undefined ? null : splitOf(before, position, facts);
    const after = advance(before ?? begin(position, number, facts), position, split, facts);
    if (before === undefined) lastNumbers.set(position.symbol, number);
    else if (isSame(before, after)) continue;
    open.set(position.symbol, after);
    events.push({
      type: before === undefined ? 'episode_opened' : 'episode_changed',
      episode: after,
      split,
    });
  }
  return { book: { open, lastNumbers }, events };
}

const begin = (position: Position, number: number, facts: EpisodeFacts): Episode => ({
  id: episodeId(position.symbol, number),
  symbol: position.symbol,
  side: position.side,
  openedAt: facts.at,
  quantity: position.quantity,
  entryPrice: position.averageEntryPrice,
  initialStopPrice: null,
  highWaterPrice: position.averageEntryPrice,
  milestones: [],
  ...(isExcess(position, facts) ? { isExcess: true } : {}),
});

/**
 * True when what opened the position were exits: two that both filled, or one that filled more
 * than it should. Orders that were placed to open it say otherwise.
 */
function isExcess({ symbol, side, quantity: held }: Position, { orders, at }: EpisodeFacts) {
  const opening = opposite(exitSide(side));
  const filled = orders.filter(
    (order) =>
      order.symbol === symbol &&
      order.side === opening &&
      order.filledQuantity.gt(ZERO) &&
      at - order.updatedAt <= JUST_NOW_MS,
  );
  const entered = filled
    .filter((order) => !isExit(order))
    .reduce((sum, order) => addShares(sum, order.filledQuantity), NO_SHARES);
  return filled.some(isExit) && entered.lt(held);
}

const isExit = (order: Order): boolean => saysItCloses(order) || order.orderClass === 'oco';

function splitOf(
  episode: Episode,
  position: Position,
  { traded, splits }: EpisodeFacts,
): Split | null {
  const known = splits.get(position.symbol);
  if (known !== undefined || traded.has(position.symbol)) return known ?? null;
  const { quantity: held, averageEntryPrice } = position;
  return splitBetween(episode, { quantity: held, entryPrice: averageEntryPrice });
}

function advance(
  before: Episode,
  position: Position,
  split: Split | null,
  facts: EpisodeFacts,
): Episode {
  const episode =
    split === null
      ? before
      : { ...onNewScale(before, split), splitAfter: facts.lastLookAt, splitSeenAt: facts.at };
  const orders = facts.orders.filter(
    (order) => !isOnScaleBefore(order, episode, position.averageEntryPrice),
  );
  // Nobody knows of a price from around a split on which scale it is.
  const mark = split === null ? facts.marks.get(position.symbol) : undefined;
  const done = facts.milestonesOf(episode.id);
  return {
    ...episode,
    quantity: position.quantity,
    entryPrice: position.averageEntryPrice,
    initialStopPrice: episode.initialStopPrice ?? firstStop(position, orders, episode.openedAt),
    highWaterPrice:
      mark !== undefined && isTighter(episode.side, mark, episode.highWaterPrice)
        ? mark
        : episode.highWaterPrice,
    milestones: [...new Set([...episode.milestones, ...done])],
  };
}

const onNewScale = (episode: Episode, split: Split): Episode => ({
  ...episode,
  initialStopPrice:
    episode.initialStopPrice === null ? null : rescaled(episode.initialStopPrice, split),
  highWaterPrice: rescaled(episode.highWaterPrice, split),
});

/**
 * The oldest stop on the losing side of the entry: one above it says nothing about risk, and
 * one that ended before the episode opened belongs to the position before.
 */
function firstStop(
  { symbol, side, averageEntryPrice }: Position,
  orders: readonly Order[],
  openedAt: EpochMs,
): Price | null {
  const stops = orders.filter(
    (order) =>
      order.symbol === symbol &&
      order.side === exitSide(side) &&
      isStop(order) &&
      !(isTerminal(order.status) && order.updatedAt <= openedAt),
  );
  return (
    stops
      .filter(
        ({ stopPrice }) => stopPrice !== null && isTighter(side, averageEntryPrice, stopPrice),
      )
      .reduce<Order | null>(
        (first, order) => (first === null || order.createdAt < first.createdAt ? order : first),
        null,
      )?.stopPrice ?? null
  );
}

function isSame(a: Episode, b: Episode): boolean {
  const stopsAgree =
    a.initialStopPrice === null || b.initialStopPrice === null
      ? a.initialStopPrice === b.initialStopPrice
      : a.initialStopPrice.eq(b.initialStopPrice);
  return (
    stopsAgree &&
    a.quantity.eq(b.quantity) &&
    a.entryPrice.eq(b.entryPrice) &&
    a.highWaterPrice.eq(b.highWaterPrice) &&
    a.milestones.length === b.milestones.length
  );
}

/** The episodes as the journal left them. @param records oldest first */
export function episodesFromJournal(records: Iterable<JournalRecord>): EpisodeBook {
  const open = new Map<Ticker, Episode>();
  const lastNumbers = new Map<Ticker, number>();
  for (const { type, body } of records) {
    if (type !== 'episode_opened' && type !== 'episode_changed' && type !== 'episode_closed') {
      continue;
    }
    const episode = readEpisode((body as { readonly episode: Json }).episode);
    lastNumbers.set(episode.symbol, Number(episode.id.slice(episode.id.lastIndexOf('#') + 1)));
    if (type === 'episode_closed') open.delete(episode.symbol);
    else open.set(episode.symbol, episode);
  }
  return { open, lastNumbers };
}

/** Our own record, checked by the chain it stands in. */
function readEpisode(json: Json): Episode {
  const fields = json as {
    readonly id: string;
    readonly symbol: string;
    readonly side: PositionSide;
    readonly openedAt: number;
    readonly quantity?: string;
    readonly entryPrice: string;
    readonly initialStopPrice: string | null;
    readonly highWaterPrice: string;
    readonly milestones: readonly string[];
    readonly splitAfter?: EpochMs;
    readonly splitSeenAt?: EpochMs;
    readonly isExcess?: true;
  };
  return {
    ...fields,
    id: fields.id as EpisodeId,
    symbol: ticker(fields.symbol),
    // Early journals do not say it; no shares tell of no split.
    quantity: quantity(fields.quantity ?? '0'),
    entryPrice: price(fields.entryPrice),
    initialStopPrice: fields.initialStopPrice === null ? null : price(fields.initialStopPrice),
    highWaterPrice: price(fields.highWaterPrice),
  };
}
