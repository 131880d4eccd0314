import type { Json } from '../../domain/canonical.ts';
import type { EventType, JournalEvent, JournalRecord } from '../../domain/event.ts';
import type { ActionPlan, PlanPart } from '../../domain/plan.ts';
import { fieldAt, textAt } from '../../domain/record-body.ts';
import type { EventLogger } from '../journal/event-logger.ts';
import type { PlanStore } from './plan-store.ts';

/**
 * Follows each record about a plan over several symbols with one for each of its parts: the
 * record itself bears no symbol, and who asks for the history of one would never find it.
 */
export function journalParts(logger: EventLogger, plans: PlanStore): void {
  logger.onRecord((record) => {
    const plan = record.planId === null ? null : plans.get(record.planId);
    if (plan === null || plan.parts.length < 2) return;
    for (const part of plan.parts) {
      const event = partEvent(record, plan, part);
      if (event !== null) logger.log(event);
    }
  });
}

function partEvent(record: JournalRecord, plan: ActionPlan, part: PlanPart): JournalEvent | null {
  const { type, actor, planId, body } = record;
  const { symbol } = part;
  const event = (of: EventType, facts: unknown): JournalEvent => ({
    type: of,
    actor,
    symbol,
    planId,
    body: facts,
  });
  const verdicts = about(part, body, 'verdicts');
  if (type === 'plan_proposed') {
    const { intent, hash } = plan;
    return event('part_proposed', { intent, hash, part, verdicts });
  }
  if (type === 'plan_reviewed') {
    return event('part_reviewed', { outcome: textAt(body, 'outcome'), verdicts });
  }
  if (type === 'plan_refused') return event('part_refused', body);
  if (type === 'plan_finished') return event('part_finished', about(part, body, 'parts')[0] ?? {});
  return null;
}

/** What a list in a record's body says of one part. */
function about({ symbol }: PlanPart, body: Json, list: string): readonly Json[] {
  const items = fieldAt(body, list);
  return Array.isArray(items) ? items.filter((item) => textAt(item, 'symbol') === symbol) : [];
}
