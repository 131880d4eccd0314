import type { Held, Side } from './desk.ts';
import type { OldBotSettings } from './settings.ts';

export const exitSideOf = ({ quantity }: Held): Side => (quantity > 0 ? 'sell' : 'buy');

/** 1 for a long position, -1 for a short one. */
const directionOf = ({ quantity }: Held): number => (quantity > 0 ? 1 : -1);

/** The stop and its limit, so many percent on the losing side of a price. */
export function stopBelow(held: Held, from: number, percent: number, settings: OldBotSettings) {
  const stop = from * (1 - (directionOf(held) * percent) / 100);
  return { stop, limit: stop * (1 - (directionOf(held) * settings.limitPercent) / 100) };
}

/** What has been gained, in units of the first stop's distance. */
export function gainInR(held: Held, price: number, { stopPercent }: OldBotSettings): number {
  const risk = (held.entryPrice * stopPercent) / 100;
  return ((price - held.entryPrice) * directionOf(held)) / risk;
}

export const isBetter = (held: Held, one: number, other: number): boolean =>
  (one - other) * directionOf(held) > 0;
