import type { PendingApproval } from '../../src/runtime/plans/approval-desk.ts';
import type { ApprovalsWaiting } from '../../src/server/approvals/approval-words.ts';

export const WAITING: PendingApproval = {
  planId: 'plan-7k2mh0q9v4xw1t8rbn5cde3fgj',
  hash: 'a'.repeat(64),
  tier: 'T2',
  text: {
    lines: ['PAPER account PA1: an agent asks to exit (T2)', 'It sells all 10 AAPL'],
    details: ['AAPL step 1: send sell 10 market day'],
  },
  code: '4f7k2m9x',
  expiresAt: 300_000,
};

/** Plans that wait, and the words that were said on them. */
export function pageGiven(waiting: readonly PendingApproval[]) {
  const words: (readonly [string, unknown])[] = [];
  const desk: ApprovalsWaiting = {
    pending: () => waiting,
    approve: (word) => {
      if (word.code !== WAITING.code) return 'this is not the code of the plan';
      words.push(['approve', word]);
      return null;
    },
    reject: (word) => {
      words.push(['reject', word]);
      return null;
    },
  };
  return { desk, words };
}
