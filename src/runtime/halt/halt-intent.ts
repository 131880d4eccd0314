import type { ActionPlan } from '../../domain/plan.ts';
import type { ExecutionReport } from '../../domain/report.ts';
import type { Clock } from '../../ports/clock.ts';
import type { EventLogger } from '../journal/event-logger.ts';
import { deniedReport } from '../plans/execution-reports.ts';
import type { HaltWatch } from './halt-watch.ts';
import { haltInWords, reportInWords } from './halt-words.ts';

/** How long a host is kept waiting; what is not done by then goes on by itself. */
const WAIT_MS = 15_000;

/**
 * What a halt would do, for the proposal. A host may stop what adds risk and no more: whoever
 * could stop the stops being followed up would choose what a gap costs.
 */
export const HALT_NOTE = {
  recipe: 'halt',
  because:
    'nothing that adds risk is sent any more, and own resting entries are canceled; stops, ' +
    'rescue and exits go on; to stop those as well, a person runs "bigbrother halt"',
} as const;

/**
 * Carries out a plan to halt. It stops things and can start none, so that neither mode, nor
 * guardrail, nor lock, nor a journal that cannot be written stands in its way; only a person
 * ends it. One that is too old says nothing of what its host wants now.
 */
export async function executeHalt(
  plan: ActionPlan,
  parts: { readonly halts: HaltWatch; readonly logger: EventLogger; readonly clock: Clock },
): Promise<ExecutionReport> {
  const { halts, logger, clock } = parts;
  const startedAt = clock.now();
  if (startedAt > plan.expiresAt) return expired(plan, parts);
  const because = `the host executed ${plan.id}`;
  const by = { actor: 'host', by: 'the host', because } as const;
  const asked = { level: 'entries', includesForeign: false, ...by } as const;
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
  logger.commit();
  const now = clock.now();
  return deniedReport(plan, refusal, [], { startedAt: now, finishedAt: now });
}
