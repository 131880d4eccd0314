import { canonicalText, digestOf } from './canonical-text.ts';
import type { Rule } from './rule.ts';

const GENESIS = '0'.repeat(64);

/** Nobody can change, drop or insert a record without breaking the chain. */
export const journalVerifies: Rule = {
  number: 14,
  sentence:
    'Every durable record follows the one before it in number and link, and its hash is that ' +
    'of its canonical text.',

  watch(_scene, tell) {
    let seq = 0;
    let link = GENESIS;
    return {
      on: {
        record_written({ record }) {
          const { hash, ...rest } = record;
          if (record.seq !== seq + 1) tell(record.symbol, `record ${record.seq} follows ${seq}`);
          if (record.prev !== link) tell(record.symbol, `record ${record.seq} is not linked`);
          if (digestOf(canonicalText(rest)) !== hash) {
            tell(record.symbol, `the hash of record ${record.seq} is not that of its text`);
          }
          seq = record.seq;
          link = hash;
        },
      },
    };
  },
};
