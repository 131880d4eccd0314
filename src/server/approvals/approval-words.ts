import { z } from 'zod';
import type { PendingApproval, PersonsWord } from '../../runtime/plans/approval-desk.ts';

/** Where the person sits; a terminal where nothing is said. */
const channel = z.enum(['terminal', 'page']).optional();

/** What a person says of plans that wait, from a terminal or a page of this machine. */
export const approvalQuestions = [
  z.object({ kind: z.literal('list_approvals'), token: z.string() }),
  z.object({
    kind: z.literal('approve'),
    token: z.string(),
    planId: z.string(),
    hash: z.string(),
    code: z.string(),
    by: z.string(),
    channel,
  }),
  z.object({
    kind: z.literal('reject'),
    token: z.string(),
    planId: z.string(),
    by: z.string(),
    because: z.string(),
    channel,
  }),
  z.object({ kind: z.literal('open_page'), token: z.string() }),
] as const;
type Question = z.infer<(typeof approvalQuestions)[number]>;

const pending = z.object({
  planId: z.string(),
  hash: z.string(),
  tier: z.enum(['T0', 'T1', 'T2', 'T3', 'T4']),
  text: z.object({ lines: z.array(z.string()), details: z.array(z.string()) }),
  code: z.string(),
  expiresAt: z.number(),
});

export const approvalAnswers = [
  z.object({ kind: z.literal('approvals'), approvals: z.array(pending) }),
  /** Null when it was taken, else why it was not. */
  z.object({ kind: z.literal('taken'), because: z.string().nullable() }),
  z.object({ kind: z.literal('page'), url: z.string() }),
] as const;
type Answer = z.infer<(typeof approvalAnswers)[number]>;

/** Where plans wait, as the channels of a person see it; runtime/approval-desk.ts is it. */
export type ApprovalsWaiting = {
  pending(): readonly PendingApproval[];
  approve(word: PersonsWord & { readonly hash: string; readonly code: string }): string | null;
  reject(word: PersonsWord, because: string): string | null;
};

export type ApprovalDoor = {
  readonly waiting: ApprovalsWaiting;
  /** @returns where a browser of this machine finds the page, once */
  readonly openPage: () => Promise<string>;
};

export async function answerOnApprovals(
  question: Question,
  { waiting, openPage }: ApprovalDoor,
): Promise<Answer> {
  switch (question.kind) {
    case 'list_approvals':
      return { kind: 'approvals', approvals: waiting.pending().map(listed) };
    case 'approve': {
      const { planId, hash, code, by, channel = 'terminal' } = question;
      const because = waiting.approve({ planId, hash, code, by, channel });
      return { kind: 'taken', because };
    }
    case 'reject': {
      const { planId, by, because, channel = 'terminal' } = question;
      return { kind: 'taken', because: waiting.reject({ planId, by, channel }, because) };
    }
    case 'open_page':
      return { kind: 'page', url: await openPage() };
  }
}

const listed = ({ text, ...approval }: PendingApproval) => ({
  ...approval,
  text: { lines: [...text.lines], details: [...text.details] },
});
