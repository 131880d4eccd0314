import type { Plan } from './chronicle.ts';
import { fieldsOf } from './fields.ts';
import type { Rule } from './rule.ts';

/** The oldest picture that anything may rest on. */
const OLDEST_LOOK_MS = 15_000;
/** Waiting for a turn at the broker is the only thing between a review and the first step. */
const OLDEST_REVIEW_MS = 15_000;

/** The guardrails' word is about the account as it is. */
export const guardsAreComplete: Rule = {
  number: 7,
  sentence:
    'Every plan was judged by every guardrail when it was made, and once more in the process ' +
    'that sends it, on reads no older than 15 s; its first step leaves within 15 s of that.',

  watch(scene, tell) {
    /** Guardrails that said nothing about a part of the plan when it was made. */
    const silentOn = ({ parts, verdicts }: Plan): readonly string[] =>
      parts.flatMap(({ symbol }) =>
        scene.world.guardrails.filter(
          (name) => !verdicts.some((each) => each.guardrail === name && each.symbol === symbol),
        ),
      );

    return {
      on: {
        record_written({ record, life, at }) {
          if (record.type === 'plan_spent' && record.planId !== null) {
            const known = scene.lives.knownSince(life);
            const review = scene.chronicle.reviewsOf(record.planId).at(-1);
            const plan = scene.chronicle.plans.get(record.planId);
            // A halt sends nothing that a guardrail could judge: it forbids.
            if (fieldsOf(plan?.written.intent).kind === 'halt') return;
            const silent = plan === undefined ? ['anybody'] : silentOn(plan);
            if (silent.length > 0) {
              const who = silent.join(', ');
              tell(record.symbol, `plan ${record.planId} was made without the word of ${who}`);
            }
            if (review === undefined) {
              tell(record.symbol, `plan ${record.planId} was spent without a review`);
            } else if (known === null || review.at - known > OLDEST_LOOK_MS) {
              const age = known === null ? 'never' : `${review.at - known} ms before`;
              tell(record.symbol, `plan ${record.planId}: the account was read ${age}`);
            }
          }
          if (record.type !== 'step_intended' || record.planId === null) return;
          const intents = scene.chronicle;
          const review = intents.reviewsOf(record.planId).at(-1);
          if (review === undefined) {
            tell(record.symbol, `a step of plan ${record.planId} left without a review`);
            return;
          }
          if (review.life !== life) {
            tell(record.symbol, `plan ${record.planId} was reviewed by a process that has ended`);
          }
          const body = record.body as { readonly stepIndex?: unknown };
          if (body.stepIndex === 0 && at - review.at > OLDEST_REVIEW_MS) {
            const age = at - review.at;
            tell(
              record.symbol,
              `the first step of ${record.planId} left ${age} ms after its review`,
            );
          }
        },
      },
    };
  },
};
