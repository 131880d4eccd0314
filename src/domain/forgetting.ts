import type { JournalRecord } from './event.ts';
import { textAt } from './record-body.ts';

/** A person's word that what was learned until then counts no more; null stands for any. */
export type Forgetting = {
  readonly seq: number;
  readonly policy: string | null;
  readonly symbol: string | null;
};

/** Out of a `learning_forgotten` record; null for every other. */
export function forgettingIn(record: JournalRecord): Forgetting | null {
  const { type, seq, symbol } = record;
  if (type !== 'learning_forgotten') return null;
  return { seq, symbol, policy: textAt(record.body, 'policy') };
}

/** Whether it takes back what became of an order of this policy in this symbol. */
export const forgets = ({ seq, policy, symbol }: Forgetting, outcome: Forgetting): boolean =>
  outcome.seq < seq &&
  (policy === null || policy === outcome.policy) &&
  (symbol === null || symbol === outcome.symbol);
