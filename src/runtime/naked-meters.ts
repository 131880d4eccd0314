import type { NakedTime } from '../domain/answers.ts';
import { text } from '../domain/decimal.ts';
import type { Ticker } from '../domain/ids.ts';
import type { PositionContext } from '../domain/portfolio.ts';
import type { EpochMs } from '../domain/time.ts';
import { measureNaked, type NakedMeter, nakedTimeOf, unmeasured } from '../engine/naked-time.ts';
import type { EventLogger } from './event-logger.ts';

/** Measures, for each symbol, how much of it stood without a confirmed stop, and how long. */
export class NakedMeters {
  readonly #logger: EventLogger;
  readonly #meters = new Map<Ticker, NakedMeter>();
  /** Where each meter stood when its present naked stretch began. */
  readonly #began = new Map<Ticker, NakedMeter>();

  constructor(logger: EventLogger) {
    this.#logger = logger;
  }

  /** @param counts whether a stop could rest and trigger: session open, broker in reach */
  look(context: PositionContext, at: EpochMs, counts: boolean): void {
    const { position, cover, price } = context;
    this.#measure(position.symbol, { at, nakedQuantity: cover.nakedQuantity, price, counts });
  }

  /** The symbol is flat: what was naked is no more. */
  close(symbol: Ticker, at: EpochMs): void {
    const last = this.#meters.get(symbol)?.lastLook ?? null;
    if (last === null || last.nakedQuantity.eq('0')) return;
    const nakedQuantity = last.nakedQuantity.minus(last.nakedQuantity) as typeof last.nakedQuantity;
    this.#measure(symbol, { ...last, at, nakedQuantity });
  }

  /** Symbols measured as naked now. */
  nakedSymbols(): readonly Ticker[] {
    return [...this.#began.keys()];
  }

  nakedTime(symbol: Ticker, now: EpochMs): NakedTime {
    const meter = this.#meters.get(symbol) ?? unmeasured;
    const last = meter.lastLook;
    return nakedTimeOf(last === null ? meter : measureNaked(meter, { ...last, at: now }));
  }

  #measure(symbol: Ticker, look: NonNullable<NakedMeter['lastLook']>): void {
    const before = this.#meters.get(symbol) ?? unmeasured;
    const after = measureNaked(before, look);
    this.#meters.set(symbol, after);
    if (after.nakedSince !== null && !this.#began.has(symbol)) this.#began.set(symbol, before);
    else if (after.nakedSince === null) this.#journalStretch(symbol, after, look.at);
  }

  /** One record for each stretch, when it is over. */
  #journalStretch(symbol: Ticker, after: NakedMeter, until: EpochMs): void {
    const began = this.#began.get(symbol);
    if (began === undefined) return;
    this.#began.delete(symbol);
    const shareSeconds = after.shareSeconds.minus(began.shareSeconds);
    if (shareSeconds.eq('0')) return;
    this.#logger.log({
      type: 'naked_time_measured',
      actor: 'system',
      symbol,
      body: {
        until,
        shareSeconds: text(shareSeconds),
        dollarSeconds: text(after.dollarSeconds.minus(began.dollarSeconds)),
        totalShareSeconds: text(after.shareSeconds),
        totalDollarSeconds: text(after.dollarSeconds),
      },
    });
  }
}
