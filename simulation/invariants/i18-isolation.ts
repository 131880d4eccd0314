import type { Rule } from './rule.ts';

/** Who only looks or suggests changes nothing. */
export const lookingChangesNothing: Rule = {
  number: 18,
  sentence: 'Only a process in execute mode sends anything but GET.',

  watch(scene, tell) {
    return {
      on: {
        request_sent({ request }) {
          if (request.method === 'GET' || !request.isOwner) return;
          const mode = scene.lives.of(request.life)?.mode ?? null;
          if (mode === 'execute') return;
          const what = mode === null ? 'before it said in which mode it runs' : `in mode ${mode}`;
          tell(scene.write?.symbol ?? null, `${request.method} ${request.path} was sent ${what}`);
        },
      },
    };
  },
};
