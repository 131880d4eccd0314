import type { Rule } from './rule.ts';

/** What was on its way when the latch fell may still leave. */
const BLOCKS_WITHIN_MS = 50;

/** A halt holds, over every restart, until a person lifts it. */
export const nothingAfterHalt: Rule = {
  number: 5,
  sentence:
    'After the halt latch is durable nothing is sent but what its level allows: no entries at ' +
    'the first, no placing and no changing of orders at the second.',

  watch(scene, tell) {
    return {
      on: {
        request_sent({ at }) {
          const { write } = scene;
          const { halt } = scene.lives;
          if (write === null || halt === null || at - halt.at <= BLOCKS_WITHIN_MS) return;
          const { method, path } = write.request;
          const opens = String(write.body.position_intent ?? '').endsWith('_to_open');
          const places = write.kind === 'submit' || write.kind === 'replace';
          if (halt.level === 'entries' ? !opens : !places || !write.request.isOwner) return;
          tell(
            write.symbol,
            `${method} ${path} left ${at - halt.at} ms after the halt of ${halt.level} was latched`,
          );
        },
      },
    };
  },
};
