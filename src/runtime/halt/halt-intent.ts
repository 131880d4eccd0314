import type { ActionPlan, Intent } from '../../domain/plan.ts';
import type { ExecutionReport } from '../../domain/report.ts';
import type { Clock } from '../../ports/clock.ts';
import type { EventLogger } from '../journal/event-logger.ts';
import { deniedReport } from '../plans/execution-reports.ts';
import type { HaltWatch } from './halt-watch.ts';
import { haltInWords, reportInWords } from './halt-words.ts';

/** How long a host is kept waiting; what is not done by then goes on by itself. */
const WAIT_MS = 15_000;

export type HaltIntent = Extract<Intent, { kind: 'halt' }>;

/** What a halt would do, for the proposal. */
export const haltNote = ({ level }: HaltIntent) => ({
  recipe: 'halt',
  because:
    level === 'entries'
      ? 'nothing that adds risk is sent any more; own resting entries are canceled'
      : 'no order is sent any more; what rests is canceled, but for stops and foreign orders',
});

/**
 * Carries out a plan to halt. It stops things and can start none, so that neither mode, nor
 * guardrail, nor lock, nor a journal that cannot be written stands in its way; only a person
 * ends it. One that is too old says nothing of what its host wants now.
 */
export async function executeHalt(
  plan: ActionPlan,
  { level }: HaltIntent,
  parts: { readonly halts: HaltWatch; readonly logger: EventLogger; readonly clock: Clock },
): Promise<ExecutionReport> {
  const { halts, logger, clock } = parts;
  const startedAt = clock.now();
  if (startedAt > plan.expiresAt) return expired(plan, parts);
  const because = `the host executed ${plan.id}`;
  const asked = { level, actor: 'host', by: 'the host', because, includesForeign: false } as const;
  const work = halts.halt(asked, WAIT_MS);
  const spent = { type: 'plan_spent', actor: 'system', planId: plan.id } as const;
  logger.log({ ...spent, body: { hash: plan.hash } });
  logger.commit();
  const { halt, report, isVerified } = await work;
  const known = isVerified ? 'VERIFIED before' : 'the mode lets nothing be canceled';
  const cleared = report === null ? [known] : reportInWords(report);
  const result: ExecutionReport = {
    planId: plan.id,
    outcome: isVerified ? 'completed' : 'stopped',
    refusal: null,
    parts: [],
    verdicts: [],
    startedAt,
    finishedAt: clock.now(),
    because: [haltInWords(halt), ...cleared].join('; '),
  };
  logger.logAction(result);
  logger.commit();
  return result;
}

function expired(
  plan: ActionPlan,
  { logger, clock }: { readonly logger: EventLogger; readonly clock: Clock },
): ExecutionReport {
  const refusal = {
    code: 'plan_expired',
    because: 'the plan is too old: propose it again',
  } as const;
  const { code, because } = refusal;
  const body = { refusal: code, because };
  logger.log({ type: 'plan_refused', actor: 'system', planId: plan.id, body });
  const now = clock.now();
  return deniedReport(plan, refusal, [], { startedAt: now, finishedAt: now });
}
