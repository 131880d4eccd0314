import { coveredIn, exitGroupsOf } from './exits.ts';
import type { Rule } from './rule.ts';
import { unguardedWatch } from './unguarded-time.ts';
import { digitsOf, magnitude } from './units.ts';

/** A position is reported that had no stop for 5 s, and that within 5 s. */
const DUE_AFTER_MS = 10_000;

/** A person hears of it in time. */
export const alertsInTime: Rule = {
  number: 23,
  sentence:
    'A position that has had no confirmed stop for 5 s in an open session, with the broker in ' +
    'reach, has its alert within 5 s more.',

  watch: (scene, tell) =>
    unguardedWatch(scene, {
      longestMs: DUE_AFTER_MS,
      sharesIn: (book) => magnitude(book.quantity) - coveredIn(exitGroupsOf(book)),
      onTooLong: (symbol, naked, ms) => {
        const alerts = [...scene.chronicle.alerts.values()];
        if (alerts.some((alert) => alert.symbol === symbol)) return;
        tell(symbol, `${digitsOf(naked)} shares had no stop for ${ms} ms, and no alert`);
      },
    }),
};
