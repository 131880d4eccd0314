import type { NakedTime } from '../../domain/answers.ts';
import type { Notional, Price, Quantity } from '../../domain/decimal.ts';
import { decimal, NO_DOLLARS, NO_SHARES, text, worth } from '../../domain/decimal.ts';
import type { EpochMs } from '../../domain/time.ts';

/** Naked time so far, and what has been true since the last look. */
export type NakedMeter = {
  /** Shares times seconds. */
  readonly shareSeconds: Quantity;
  /** Dollars times seconds. */
  readonly dollarSeconds: Notional;
  /** Milliseconds during which any share was naked. */
  readonly nakedMs: number;
  readonly nakedSince: EpochMs | null;
  readonly lastLook: NakedLook | null;
};

type NakedLook = {
  readonly at: EpochMs;
  /** Shares without a confirmed stop; none for a flat symbol. */
  readonly nakedQuantity: Quantity;
  readonly price: Price;
  /** True while a stop could trigger. */
  readonly isOpen: boolean;
  /** False while the broker is out of reach: nobody knows what is true until the next look. */
  readonly isReachable: boolean;
};

/** A stretch of time, its end not included. */
export type Span = { readonly from: EpochMs; readonly to: EpochMs };

export const unmeasured: NakedMeter = {
  shareSeconds: NO_SHARES,
  dollarSeconds: NO_DOLLARS,
  nakedMs: 0,
  nakedSince: null,
  lastLook: null,
};

/**
 * Adds the time since the last look, at what was naked then. Looks taken out of order add
 * nothing.
 *
 * @param open the parts of that time in which a stop could trigger; only they count
 */
export function measureNaked(
  meter: NakedMeter,
  look: NakedLook,
  open: readonly Span[],
): NakedMeter {
  const last = meter.lastLook;
  const counted = last?.isReachable ? open : [];
  const elapsedMs = counted.reduce((sum, { from, to }) => sum + (to - from), 0);
  const wasNaked = last?.nakedQuantity.gt('0') ?? false;
  const isNaked = look.isOpen && look.isReachable && look.nakedQuantity.gt('0');
  const beganAt = (wasNaked ? counted[0]?.from : undefined) ?? look.at;
  const after = {
    ...meter,
    nakedSince: isNaked ? (meter.nakedSince ?? beganAt) : null,
    lastLook: look,
  };
  if (last === null || !wasNaked || elapsedMs === 0) return after;
  const seconds = secondsOf(elapsedMs);
  return {
    ...after,
    shareSeconds: meter.shareSeconds.plus(last.nakedQuantity.times(seconds)) as Quantity,
    dollarSeconds: meter.dollarSeconds.plus(
      worth(last.price, last.nakedQuantity).times(seconds),
    ) as Notional,
    nakedMs: meter.nakedMs + elapsedMs,
  };
}

export const nakedTimeOf = (meter: NakedMeter): NakedTime => ({
  shareSeconds: text(meter.shareSeconds),
  dollarSeconds: text(meter.dollarSeconds),
  nakedSince: meter.nakedSince,
});

/** Milliseconds as exact seconds. */
export const secondsOf = (elapsedMs: number) => decimal(String(elapsedMs)).times('0.001');
