import type { JournalRecord } from '../../domain/event.ts';
import type { EpochMs } from '../../domain/time.ts';
import type { EventLogger } from '../journal/event-logger.ts';
import type { ApprovalRules } from './approval-rules.ts';
import type { ProposalVetoes } from './proposal-vetoes.ts';

const DAY_MS = 24 * 3_600_000;
const PAGE = 1_000;

/**
 * Brings back what earlier processes sold for hosts and what was denied in the last day, and
 * hears of it from here on. Of approvals nothing comes back.
 */
export function restoreApprovals(
  logger: EventLogger,
  now: EpochMs,
  memory: { readonly rules: ApprovalRules; readonly vetoes: ProposalVetoes },
): void {
  const hear = (record: JournalRecord): void => {
    memory.rules.remember(record);
    memory.vetoes.remember(record);
  };
  const query = { types: ['plan_spent', 'effect_vetoed'], sinceAt: now - DAY_MS } as const;
  const newestFirst: JournalRecord[] = [];
  let beforeSeq: number | undefined;
  do {
    const page = logger.getHistory({ ...query, beforeSeq, limit: PAGE });
    newestFirst.push(...page.records);
    beforeSeq = page.nextBeforeSeq ?? undefined;
  } while (beforeSeq !== undefined);
  for (const record of newestFirst.reverse()) hear(record);
  logger.onRecord(hear);
}
