/** In percent: a loss that is exceeded on 5 or on 1 day of 100. */
export type Level = 95 | 99;

/** Of one day: the loss at the level, and the mean of the losses from there on. */
export type Tail = { readonly loss: number; readonly shortfall: number };

/**
 * Value at risk and expected shortfall of losses that happened, each as likely as the other.
 *
 * The loss is the lower quantile `inf { l : P(L <= l) >= level }` (Artzner et al. 1999); with n
 * losses the one of rank `ceil(level n)`. The shortfall is Acerbi and Tasche's (2002): the mean of
 * the worst `(1 - level) n` losses, the last of them counted in part.
 *
 * @param losses at least one; gains are negative
 */
export function historicalTail(losses: readonly number[], level: Level): Tail {
  const worstFirst = [...losses].sort((one, other) => other - one);
  const count = worstFirst.length;
  const place = count - Math.ceil((level * count) / 100);
  const tail = ((100 - level) * count) / 100;
  const whole = Math.floor(tail);
  const loss = worstFirst[place] ?? 0;
  const sum = worstFirst.slice(0, whole).reduce((all, one) => all + one, 0);
  const rest = (tail - whole) * (worstFirst[whole] ?? loss);
  return { loss, shortfall: (sum + rest) / tail };
}

/** Quantiles of the standard normal distribution, `z` with `P(Z <= z) = level`. */
const NORMAL_QUANTILES = { 95: 1.6448536269514722, 99: 2.3263478740408408 } as const;

/** Standard deviations that one day may lose at the level. */
export const normalQuantile = (level: Level): number => NORMAL_QUANTILES[level];

/**
 * The same where losses are normal around nothing (RiskMetrics Technical Document, 1996): the
 * loss is `z s`, the shortfall `s phi(z) / (1 - level)` (McNeil, Frey, Embrechts 2005, 2.20).
 *
 * @param spread standard deviation of a day's loss
 */
export function normalTail(spread: number, level: Level): Tail {
  const z = normalQuantile(level);
  const density = Math.exp(-(z * z) / 2) / Math.sqrt(2 * Math.PI);
  return { loss: z * spread, shortfall: (spread * density * 100) / (100 - level) };
}
