import { claimedIn, exitGroupsOf } from './exits.ts';
import { cannotProtect } from './protectable.ts';
import type { Rule } from './rule.ts';
import { digitsOf, magnitude } from './units.ts';

/** With the session open and the broker in reach. */
const LONGEST_NAKED_MS = 10_000;
/** No share stays free of every exit for longer than the bound. */
export const boundedNakedTime: Rule = {
  number: 9,
  sentence:
    'In an open session, with the broker in reach, no part of a position is without any live ' +
    'exit for more than 10 s.',

  watch(scene, tell) {
    const counted = new Map<string, { ms: number; reach: number; told: boolean }>();
    return {
      onBook(symbol) {
        const book = scene.books.of(symbol);
        // Shares that an order holds cannot have another exit, whatever becomes of that order.
        const free = magnitude(book.quantity) - claimedIn(exitGroupsOf(book));
        const { reachMs } = scene.lives;
        if (free <= 0n || !scene.isRegularSession) {
          counted.delete(symbol);
          return;
        }
        const stretch = counted.get(symbol) ?? { ms: 0, reach: reachMs, told: false };
        counted.set(symbol, stretch);
        if (cannotProtect(scene, symbol) === null) stretch.ms += reachMs - stretch.reach;
        stretch.reach = reachMs;
        if (stretch.ms <= LONGEST_NAKED_MS || stretch.told) return;
        stretch.told = true;
        tell(symbol, `${digitsOf(free)} shares have been without any exit for ${stretch.ms} ms`);
      },
    };
  },
};
