import type { Rule } from './rule.ts';

/** No plan runs that one guardrail denied, or that one was not asked about. */
export const vetoIsFinal: Rule = {
  number: 6,
  sentence:
    'No write belongs to a plan whose last review denied it, or whose review lacks the word of ' +
    'a guardrail.',

  watch(scene, tell) {
    return {
      on: {
        request_sent() {
          const { write } = scene;
          if (write === null || !write.request.isOwner) return;
          const name = write.clientOrderId ?? `cancel ${write.orderId}`;
          const intent = scene.chronicle.newestIntent(name);
          if (intent?.planId == null) return;
          const { planId, symbol } = intent;
          const review = scene.chronicle
            .reviewsOf(planId)
            .filter(({ sentAgain }) => sentAgain === null || sentAgain === name)
            .at(-1);
          if (review === undefined) {
            tell(symbol, `plan ${planId} was sent without a review`);
            return;
          }
          const words = review.verdicts.filter((verdict) => verdict.symbol === symbol);
          const denials = words.filter(({ outcome }) => outcome !== 'pass');
          const missing = scene.world.guardrails.filter(
            (guardrail) => !words.some((verdict) => verdict.guardrail === guardrail),
          );
          if (review.outcome !== 'approved' || denials.length > 0) {
            const who = denials.map(({ guardrail }) => guardrail).join(', ');
            tell(
              symbol,
              `plan ${planId} was sent although it was denied by ${who || 'its review'}`,
            );
          }
          if (missing.length > 0) {
            tell(symbol, `plan ${planId} was sent without the word of ${missing.join(', ')}`);
          }
        },
      },
    };
  },
};
