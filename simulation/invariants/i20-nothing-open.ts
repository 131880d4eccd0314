import type { Rule } from './rule.ts';

/** What began in the last three of the six cycles may still be at work. */
const GIVEN_MS = 30_000;

/** Nothing stays undecided. */
export const nothingStaysOpen: Rule = {
  number: 20,
  sentence:
    'Six cycles after the last fault every intent has its outcome, and no plan of the living ' +
    'process is still at work.',

  watch(scene, tell) {
    return {
      settled() {
        for (const intents of scene.chronicle.intents.values()) {
          const last = intents.at(-1);
          if (last === undefined || scene.now - last.at <= GIVEN_MS) continue;
          if (last.outcome !== null && last.outcome !== 'unknown') continue;
          const told = [...scene.chronicle.alerts.values()].some(
            ({ code, symbol }) => code === 'order_stuck' && symbol === last.symbol,
          );
          // A person was asked to look: the broker cannot be made to tell.
          if (told) continue;
          tell(last.symbol, `what became of ${last.name} is ${last.outcome ?? 'not answered'}`);
        }
        for (const [planId, { life, at }] of scene.chronicle.spent) {
          if (scene.now - at <= GIVEN_MS) continue;
          if (life !== scene.lives.current || scene.chronicle.finished.has(planId)) continue;
          tell(null, `plan ${planId} was spent and has not finished`);
        }
      },
    };
  },
};
