import { fieldsOf, listOf, textOf } from './fields.ts';
import type { Rule } from './rule.ts';

/** In the end BigBrother trades, or says what keeps it from it. */
export const stateHasReason: Rule = {
  number: 22,
  sentence:
    'Six cycles after the last fault the trading state is active, or each of its causes has a ' +
    'reason and says what would clear it.',

  watch(scene, tell) {
    let last: { readonly life: number; readonly body: unknown } | null = null;
    return {
      on: {
        record_written({ record, life }) {
          if (record.type === 'trading_state_changed') last = { life, body: record.body };
        },
      },
      settled() {
        if (last === null || last.life !== scene.lives.current) return;
        const { state, causes } = fieldsOf(last.body);
        if (state === 'active') return;
        const reasons = listOf(causes).map(fieldsOf);
        const isTold = ({ because, clearedBy }: (typeof reasons)[number]) =>
          Boolean(textOf(because)) && Boolean(textOf(clearedBy));
        if (reasons.length > 0 && reasons.every(isTold)) return;
        tell(null, `the trading state is ${String(state)}, and nothing says what would clear it`);
      },
    };
  },
};
