import type { NakedTime } from '../domain/answers.ts';
import type { Notional, Price, Quantity } from '../domain/decimal.ts';
import { decimal, NO_DOLLARS, NO_SHARES, text, worth } from '../domain/decimal.ts';
import type { EpochMs } from '../domain/time.ts';

/** Naked time so far, and what has been true since the last look. */
export type NakedMeter = {
  /** Shares times seconds. */
  readonly shareSeconds: Quantity;
  /** Dollars times seconds. */
  readonly dollarSeconds: Notional;
  readonly nakedSince: EpochMs | null;
  readonly lastLook: NakedLook | null;
};

type NakedLook = {
  readonly at: EpochMs;
  /** Shares without a confirmed stop; none for a flat symbol. */
  readonly nakedQuantity: Quantity;
  readonly price: Price;
  /** False outside the session or while the broker is out of reach: then nothing counts. */
  readonly counts: boolean;
};

export const unmeasured: NakedMeter = {
  shareSeconds: NO_SHARES,
  dollarSeconds: NO_DOLLARS,
  nakedSince: null,
  lastLook: null,
};

/**
 * Adds the time since the last look, at what was naked then. Looks taken out of order add
 * nothing.
 */
export function measureNaked(meter: NakedMeter, look: NakedLook): NakedMeter {
  const last = meter.lastLook;
  const isNaked = look.counts && look.nakedQuantity.gt('0');
  const nakedSince = isNaked ? (meter.nakedSince ?? look.at) : null;
  if (last === null || !last.counts || look.at <= last.at) {
    return { ...meter, nakedSince, lastLook: look };
  }
  const seconds = secondsOf(look.at - last.at);
  return {
    shareSeconds: meter.shareSeconds.plus(last.nakedQuantity.times(seconds)) as Quantity,
    dollarSeconds: meter.dollarSeconds.plus(
      worth(last.price, last.nakedQuantity).times(seconds),
    ) as Notional,
    nakedSince,
    lastLook: look,
  };
}

export const nakedTimeOf = (meter: NakedMeter): NakedTime => ({
  shareSeconds: text(meter.shareSeconds),
  dollarSeconds: text(meter.dollarSeconds),
  nakedSince: meter.nakedSince,
});

/** Milliseconds as exact seconds. */
export const secondsOf = (elapsedMs: number) => decimal(String(elapsedMs)).times('0.001');
