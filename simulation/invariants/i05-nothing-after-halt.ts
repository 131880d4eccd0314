import type { Rule } from './rule.ts';
import type { Write } from './traffic.ts';

/** What was on its way when the latch fell may still leave. */
const BLOCKS_WITHIN_MS = 50;

/** A halt holds, over every restart, until a person lifts it. */
export const nothingAfterHalt: Rule = {
  number: 5,
  sentence:
    'After the halt latch is durable nothing is sent but what its level allows: no entries at ' +
    'the first, no placing and no changing of orders at the second, and at the third only what ' +
    'closes.',

  watch(scene, tell) {
    return {
      on: {
        request_sent({ at }) {
          const { write } = scene;
          const { halt } = scene.lives;
          if (write === null || halt === null || at - halt.at <= BLOCKS_WITHIN_MS) return;
          const { method, path } = write.request;
          if (isAllowed(write, halt.level)) return;
          tell(
            write.symbol,
            `${method} ${path} left ${at - halt.at} ms after the halt of ${halt.level} was latched`,
          );
        },
      },
    };
  },
};

function isAllowed({ kind, body, request }: Write, level: 'entries' | 'everything' | 'flatten') {
  if (kind === 'cancel') return true;
  const intent = String(body.position_intent ?? '');
  switch (level) {
    case 'entries':
      return !intent.endsWith('_to_open');
    case 'everything':
      return !request.isOwner && kind !== 'submit';
    case 'flatten':
      return kind !== 'replace' && !intent.endsWith('_to_open') && body.stop_price === undefined;
  }
}
