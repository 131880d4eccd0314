import { claimedIn, exitGroupsOf } from './exits.ts';
import type { Rule } from './rule.ts';
import { unguardedWatch } from './unguarded-time.ts';
import { digitsOf, magnitude } from './units.ts';

const LONGEST_NAKED_MS = 10_000;

/** No share stays free of every exit for longer than the bound. */
export const boundedNakedTime: Rule = {
  number: 9,
  sentence:
    'In an open session, with the broker in reach, no part of a position is without any live ' +
    'exit for more than 10 s.',

  watch: (scene, tell) =>
    unguardedWatch(scene, {
      longestMs: LONGEST_NAKED_MS,
      // Shares that an order holds cannot have another exit, whatever becomes of that order.
      sharesIn: (book) => magnitude(book.quantity) - claimedIn(exitGroupsOf(book)),
      onTooLong: (symbol, free, ms) =>
        tell(symbol, `${digitsOf(free)} shares have been without any exit for ${ms} ms`),
    }),
};
