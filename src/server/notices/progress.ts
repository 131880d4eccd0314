import type { RequestHandlerExtra } from '@modelcontextprotocol/sdk/shared/protocol.js';
import type { ServerNotification, ServerRequest } from '@modelcontextprotocol/sdk/types.js';
import type { JournalRecord } from '../../domain/event.ts';
import { textAt } from '../../domain/record-body.ts';
import type { Hearing } from './material-change.ts';

type Extra = RequestHandlerExtra<ServerRequest, ServerNotification>;

/**
 * Tells the host that asked for it how the execution of a plan comes along, step by step.
 *
 * @returns ends it; without a host that asked, does nothing
 */
export function tellProgress(onRecord: Hearing, planId: unknown, extra: Extra): () => void {
  const progressToken = extra._meta?.progressToken;
  if (progressToken === undefined || typeof planId !== 'string') return () => {};
  let progress = 0;
  return onRecord((record) => {
    const message = record.planId === planId ? wordsOf(record) : null;
    if (message === null) return;
    progress += 1;
    const params = { progressToken, progress, message };
    // A host that is gone by now wanted to know; what was sent to the broker goes on.
    extra.sendNotification({ method: 'notifications/progress', params }).catch(() => {});
  });
}

function wordsOf({ type, body, symbol }: JournalRecord): string | null {
  const about = symbol ?? 'the plan';
  switch (type) {
    case 'approval_requested':
      return 'waits for a person to approve it';
    case 'approval_given':
      return 'a person has approved it';
    case 'plan_reviewed':
      return 'the guardrails have looked at it';
    case 'step_intended':
      return `${about}: about to ${textAt(body, 'kind') ?? 'act'}`;
    case 'step_answered':
      return `${about}: the broker answered ${textAt(body, 'outcome') ?? ''}`.trim();
    case 'part_finished':
    case 'plan_finished':
      return `${about}: ${textAt(body, 'outcome') ?? 'finished'}`;
    default:
      return null;
  }
}
