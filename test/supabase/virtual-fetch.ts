import type { VirtualClock } from '../../src/adapters/system/virtual-clock.ts';

/**
 * The real network under a virtual clock: time stands still until an answer is whole, but for
 * what `delayMs` says, which passes for everybody.
 */
export const virtualFetch =
  (clock: VirtualClock, delayMs: () => number = () => 0): typeof fetch =>
  async (input, init) => {
    const signal = init?.signal ?? undefined;
    if (delayMs() > 0) await clock.sleep(delayMs(), signal);
    if (signal?.aborted) throw new DOMException('the request was given up', 'AbortError');
    return clock.holdWhile(async () => {
      const answer = await fetch(input, init);
      const body = await answer.arrayBuffer();
      const { status, headers } = answer;
      return new Response(body.byteLength === 0 ? null : body, { status, headers });
    });
  };
