/**
 * Which way a setting becomes stricter: `lower` and `higher` for amounts, where null stands for
 * no limit; `off` and `on` for switches; `fewer` and `more` for lists; or its values, the
 * strictest first.
 */
export type Direction = 'lower' | 'higher' | 'off' | 'on' | 'fewer' | 'more' | readonly string[];
