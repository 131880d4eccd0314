import type { NakedTime } from '../../domain/answers.ts';
import { addShares, NO_SHARES, type Quantity, smaller, text } from '../../domain/decimal.ts';
import type { Ticker } from '../../domain/ids.ts';
import { isTriggered, remainingQuantity } from '../../domain/order.ts';
import type { PositionContext } from '../../domain/portfolio.ts';
import { exitSide } from '../../domain/side.ts';
import type { EpochMs } from '../../domain/time.ts';
import {
  measureNaked,
  type NakedMeter,
  nakedTimeOf,
  secondsOf,
  unmeasured,
} from '../../engine/account/naked-time.ts';
import type { EventLogger } from '../journal/event-logger.ts';
import type { SessionCalendar } from './session-calendar.ts';

type Look = NonNullable<NakedMeter['lastLook']>;

/**
 * Measures, for each symbol, how much of it stood without a confirmed stop, and how long:
 * from the open to the close, wherever the looks fall.
 */
export class NakedMeters {
  readonly #logger: EventLogger;
  readonly #calendar: SessionCalendar;
  readonly #meters = new Map<Ticker, NakedMeter>();
  /** Where each meter stood when its last naked stretch was written down. */
  readonly #written = new Map<Ticker, NakedMeter>();
  /** By how much the beginning of a stretch may be wrong; none where a stream told of it. */
  readonly #uncertainMs = new Map<Ticker, number>();

  constructor(parts: { readonly logger: EventLogger; readonly calendar: SessionCalendar }) {
    this.#logger = parts.logger;
    this.#calendar = parts.calendar;
  }

  /**
   * @param isReachable whether the broker could be asked for what the context shows
   * @param isStreamed whether prices come as they are made, and not when they are asked for
   */
  look(context: PositionContext, at: EpochMs, isReachable: boolean, isStreamed: boolean): void {
    const { position, cover, price } = context;
    const { symbol } = position;
    this.#lookBack(context, at, isStreamed);
    const isOpen = this.#calendar.isTradedAt(symbol, at);
    this.#measure(symbol, {
      at,
      nakedQuantity: cover.nakedQuantity,
      price,
      isOpen,
      isReachable,
    });
  }

  /**
   * A stop-limit that the price went through has guarded nothing since then, and not only since
   * somebody looks: since the trade that shows it, or, where none does, since the last look.
   */
  #lookBack(context: PositionContext, at: EpochMs, isStreamed: boolean): void {
    const { position, cover, price, market } = context;
    const { symbol } = position;
    const last = this.#meters.get(symbol)?.lastLook ?? null;
    const triggered = triggeredShares(context);
    if (last === null || triggered.eq('0') || cover.nakedQuantity.lte(last.nakedQuantity)) return;
    const { lastTrade } = market;
    const isTold = lastTrade !== null && triggeredShares(context, lastTrade.price).gt('0');
    const since = isTold ? Math.min(Math.max(lastTrade.at, last.at), at) : last.at;
    const nakedQuantity = smaller(cover.nakedQuantity, addShares(last.nakedQuantity, triggered));
    if (!isStreamed) this.#uncertainMs.set(symbol, isTold ? since - last.at : at - since);
    const isOpen = this.#calendar.isTradedAt(symbol, since);
    this.#measure(symbol, { ...last, at: since, nakedQuantity, price, isOpen });
  }

  /** The symbol is flat: what was naked is no more. */
  close(symbol: Ticker, at: EpochMs): void {
    const last = this.#meters.get(symbol)?.lastLook ?? null;
    if (last === null || last.nakedQuantity.eq('0')) return;
    this.#measure(symbol, { ...last, at, nakedQuantity: NO_SHARES });
  }

  /** Symbols that were naked at the last look. */
  nakedSymbols(): readonly Ticker[] {
    return [...this.#meters].flatMap(([symbol, { lastLook }]) =>
      lastLook?.nakedQuantity.gt('0') ? [symbol] : [],
    );
  }

  nakedTime(symbol: Ticker, now: EpochMs): NakedTime {
    const meter = this.#meters.get(symbol) ?? unmeasured;
    const last = meter.lastLook;
    if (last === null) return nakedTimeOf(meter);
    // Since that look nothing was added, and this is asked of every position at a time.
    if (last.nakedQuantity.eq('0')) return nakedTimeOf({ ...meter, nakedSince: null });
    const isOpen = this.#calendar.isTradedAt(symbol, now);
    return nakedTimeOf(this.#after(symbol, meter, { ...last, at: now, isOpen }));
  }

  #measure(symbol: Ticker, look: Look): void {
    const before = this.#meters.get(symbol) ?? unmeasured;
    const after = this.#after(symbol, before, look);
    this.#meters.set(symbol, after);
    if (after.nakedSince === null) this.#journalStretch(symbol, before, after);
  }

  #after(symbol: Ticker, before: NakedMeter, look: Look): NakedMeter {
    return measureNaked(before, look, this.#openSince(symbol, before.lastLook, look.at));
  }

  /** Where nothing was naked there is nothing to count. */
  #openSince(symbol: Ticker, last: Look | null, at: EpochMs) {
    const wasNaked = last?.nakedQuantity.gt('0') === true;
    return wasNaked ? this.#calendar.tradedBetween(symbol, last.at, at) : [];
  }

  /** One record for each stretch, when it is over. */
  #journalStretch(symbol: Ticker, before: NakedMeter, after: NakedMeter): void {
    const written = this.#written.get(symbol) ?? unmeasured;
    const shareSeconds = after.shareSeconds.minus(written.shareSeconds);
    if (shareSeconds.eq('0') || after.lastLook === null) return;
    this.#written.set(symbol, after);
    const uncertainMs = this.#uncertainMs.get(symbol) ?? 0;
    this.#uncertainMs.delete(symbol);
    const { at } = after.lastLook;
    const open = this.#openSince(symbol, before.lastLook, at);
    this.#logger.log({
      type: 'naked_time_measured',
      actor: 'system',
      symbol,
      body: {
        since: before.nakedSince ?? open[0]?.from ?? at,
        until: open.at(-1)?.to ?? at,
        seconds: text(secondsOf(after.nakedMs - written.nakedMs)),
        shareSeconds: text(shareSeconds),
        dollarSeconds: text(after.dollarSeconds.minus(written.dollarSeconds)),
        totalShareSeconds: text(after.shareSeconds),
        totalDollarSeconds: text(after.dollarSeconds),
        ...(uncertainMs === 0 ? {} : { uncertainSeconds: text(secondsOf(uncertainMs)) }),
      },
    });
  }
}

/** Shares under stop-limits that have become limit orders, which may wait for ever. */
const triggeredShares = ({ position, orders, price }: PositionContext, at = price): Quantity =>
  orders
    .filter((order) => order.side === exitSide(position.side) && isTriggered(order, at))
    .map((order) => remainingQuantity(order) ?? NO_SHARES)
    .reduce(addShares, NO_SHARES);
