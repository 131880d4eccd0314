import { type Decimal, decimal, parseDecimal } from '../domain/decimal.ts';
import type { JournalRecord } from '../domain/event.ts';
import type { SymbolMarket } from '../domain/market.ts';
import { isOurs } from '../domain/order.ts';
import type { Position } from '../domain/portfolio.ts';
import { fieldAt, textAt } from '../domain/record-body.ts';
import { revived } from '../domain/revival.ts';
import type { EpochMs } from '../domain/time.ts';
import { basisFrom, patched } from '../engine/replay/replay-basis.ts';
import type { BasisParts } from '../engine/replay/replay-patch.ts';

/** A price that the journal holds, or a position that somebody else opened. */
export type TapeEntry =
  | {
      readonly kind: 'price';
      readonly at: EpochMs;
      readonly symbol: string;
      readonly price: string;
    }
  | {
      readonly kind: 'opened';
      readonly at: EpochMs;
      readonly symbol: string;
      readonly side: 'buy' | 'sell';
      readonly quantity: string;
    };

/** Shares that orders of ours bought less those that they sold, and the dollars that brought. */
export type Exits = { readonly shares: Decimal; readonly dollars: Decimal };

/** What happened to an account, as far as its journal tells, from one look at all of it on. */
export type Tape = {
  readonly startsAt: EpochMs;
  readonly endsAt: EpochMs;
  readonly cash: string;
  readonly positions: readonly Position[];
  /** In the order of time. */
  readonly entries: readonly TapeEntry[];
  /** By symbol, what BigBrother's own orders did. */
  readonly exits: ReadonlyMap<string, Exits>;
  /** Symbols whose prices were written down every cycle, and not only when they were acted on. */
  readonly followed: ReadonlySet<string>;
};

/** Gathers a tape from the records of a journal, in order. */
export class TapeReader {
  readonly #fromAt: EpochMs;
  #parts: BasisParts | null = null;
  #start: Pick<Tape, 'startsAt' | 'cash' | 'positions'> | null = null;
  #endsAt: EpochMs = 0;
  readonly #entries: TapeEntry[] = [];
  readonly #lastPriceAt = new Map<string, EpochMs>();
  readonly #exits = new Map<string, Exits>();
  readonly #followed = new Set<string>();

  constructor(fromAt: EpochMs) {
    this.#fromAt = fromAt;
  }

  see(record: JournalRecord): void {
    const { type, at, symbol, body } = record;
    if (type === 'inputs_noted') this.#look(record);
    if (type === 'snapshot_taken') this.#takeMarks(record);
    if (this.#start === null || at < this.#start.startsAt) return;
    this.#endsAt = at;
    if (symbol === null) return;
    if (type === 'decision_made') {
      const context = fieldAt(fieldAt(body, 'inputs') ?? null, 'context') ?? null;
      this.#takeMarket(revived(fieldAt(context, 'market') ?? null) as SymbolMarket | null);
    } else if (type === 'fill_received') this.#takeFill(record, symbol);
    else if (type === 'episode_opened') {
      const episode = fieldAt(body, 'episode') ?? null;
      const quantity = textAt(episode, 'quantity');
      const side = textAt(episode, 'side') === 'short' ? 'sell' : 'buy';
      if (quantity !== null) this.#entries.push({ kind: 'opened', at, symbol, side, quantity });
    }
  }

  /** Null where no look at the whole account stands in the journal. */
  tape(): Tape | null {
    if (this.#start === null) return null;
    const entries = [...this.#entries].sort((one, other) => one.at - other.at);
    return {
      ...this.#start,
      endsAt: this.#endsAt,
      entries,
      exits: this.#exits,
      followed: this.#followed,
    };
  }

  #look({ at, body }: JournalRecord): void {
    const isWhole = (fieldAt(body, 'base') ?? null) === null;
    this.#parts =
      isWhole || this.#parts !== null ? patched(isWhole ? null : this.#parts, body) : null;
    if (this.#parts === null || at < this.#fromAt) return;
    const { snapshot } = basisFrom(this.#parts);
    this.#start ??= {
      startsAt: at,
      cash: snapshot.account.cash.toFixed(),
      positions: snapshot.positions,
    };
    for (const market of snapshot.markets.values()) this.#takeMarket(market);
    for (const { symbol, currentPrice } of snapshot.positions) {
      this.#takePrice(symbol, currentPrice, snapshot.confirmedAt.positions);
    }
  }

  /** Written down each cycle for those prices that moved, so that no move is missed. */
  #takeMarks({ at, body }: JournalRecord): void {
    for (const [symbol, mark] of Object.entries(Object(fieldAt(body, 'marks')))) {
      const price = parseDecimal(String(mark));
      if (price === null) continue;
      this.#followed.add(symbol);
      if (this.#start !== null) this.#takePrice(symbol, price, at);
    }
  }

  #takeMarket(market: SymbolMarket | null): void {
    if (market === null || market.lastTrade === null) return;
    this.#takePrice(market.symbol, market.lastTrade.price, market.lastTrade.at);
  }

  #takeFill({ at, body }: JournalRecord, symbol: string): void {
    const price = parseDecimal(textAt(body, 'price') ?? '');
    const quantity = parseDecimal(textAt(body, 'quantity') ?? '');
    if (price === null || quantity === null) return;
    this.#takePrice(symbol, price, at);
    if (!isOurs({ clientOrderId: textAt(body, 'clientOrderId') ?? '' })) return;
    const { shares, dollars } = this.#exits.get(symbol) ?? NO_EXITS;
    const signed = textAt(body, 'side') === 'sell' ? quantity.neg() : quantity;
    this.#exits.set(symbol, {
      shares: shares.plus(signed),
      dollars: dollars.minus(signed.times(price)),
    });
  }

  /** Only newer ones: two looks often see the same trade. */
  #takePrice(symbol: string, price: Decimal, at: EpochMs): void {
    const startsAt = this.#start?.startsAt ?? Number.POSITIVE_INFINITY;
    if (at <= (this.#lastPriceAt.get(symbol) ?? 0)) return;
    this.#lastPriceAt.set(symbol, at);
    this.#entries.push({
      ...{ kind: 'price', symbol, price: price.toFixed() },
      at: Math.max(at, startsAt),
    });
  }
}

export const NO_EXITS: Exits = { shares: decimal('0'), dollars: decimal('0') };
