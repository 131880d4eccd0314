import type { Random } from './random.ts';
import type { Milliseconds } from './types.ts';

/** How long something takes, in milliseconds: always the same, or drawn each time. */
export type Duration =
  | Milliseconds
  | { readonly kind: 'uniform'; readonly fromMs: Milliseconds; readonly toMs: Milliseconds }
  /** Never below zero. */
  | { readonly kind: 'normal'; readonly meanMs: Milliseconds; readonly deviationMs: Milliseconds }
  | { readonly kind: 'exponential'; readonly meanMs: Milliseconds }
  /** Half are shorter than the median; `sigma` 1 puts one in a hundred above ten medians. */
  | { readonly kind: 'lognormal'; readonly medianMs: Milliseconds; readonly sigma: number };

const UINT32 = 4_294_967_296;

/** Whole milliseconds. A constant draws nothing. */
export function draw(duration: Duration, random: Random): Milliseconds {
  if (typeof duration === 'number') return duration;
  switch (duration.kind) {
    case 'uniform':
      return Math.round(duration.fromMs + (duration.toMs - duration.fromMs) * fraction(random));
    case 'normal':
      return Math.max(0, Math.round(duration.meanMs + duration.deviationMs * gaussian(random)));
    case 'exponential':
      return Math.round(-duration.meanMs * Math.log(1 - fraction(random)));
    case 'lognormal':
      return Math.round(duration.medianMs * Math.exp(duration.sigma * gaussian(random)));
  }
}

/** From 0 up to, but without, 1. */
export function fraction(random: Random): number {
  return random.uint32() / UINT32;
}

/** Box and Muller; the second of the pair is not used, so that each draw stands alone. */
function gaussian(random: Random): number {
  const radius = Math.sqrt(-2 * Math.log(1 - fraction(random)));
  return radius * Math.cos(2 * Math.PI * fraction(random));
}
