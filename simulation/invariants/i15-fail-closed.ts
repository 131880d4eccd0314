import type { Rule } from './rule.ts';

/** The oldest picture that an entry may rest on. */
const OLDEST_LOOK_MS = 15_000;
const OLDEST_QUOTE_MS = 5_000;

/** Who does not know does not act. */
export const failClosed: Rule = {
  number: 15,
  sentence:
    'A process sends no write before it has read account, positions and orders; nothing that ' +
    'may open a position leaves on a picture older than 15 s or a quote older than 5 s.',

  watch(scene, tell) {
    return {
      on: {
        request_sent({ request, at }) {
          const { write } = scene;
          if (write === null || !request.isOwner) return;
          // A halt reads positions and orders by itself, and only ends what it finds.
          const isByHalt = request.method === 'DELETE' && scene.lives.halt !== null;
          const known = scene.lives.knownSince(request.life);
          if (known === null && isByHalt) return;
          if (known === null) {
            tell(
              write.symbol,
              `${request.method} ${request.path} left before the account was read in this life`,
            );
            return;
          }
          const closes = String(write.body.position_intent ?? '').endsWith('_to_close');
          if (write.kind !== 'submit' || closes) return;
          const quote = write.symbol === null ? null : scene.world.core.latestQuote(write.symbol);
          const quoteAge = quote === null ? Number.POSITIVE_INFINITY : at - quote.at;
          if (at - known <= OLDEST_LOOK_MS && quoteAge <= OLDEST_QUOTE_MS) return;
          tell(
            write.symbol,
            `an order that may open left on a picture ${at - known} ms and a quote ${quoteAge} ms old`,
          );
        },
      },
    };
  },
};
