import { DecisionEngine } from '../../engine/decision/decision-engine.ts';
import { ActionCoordinator } from '../coordination/action-coordinator.ts';
import { PlanMaker } from '../coordination/plan-maker.ts';
import { PlanReviewer } from '../coordination/plan-reviewer.ts';
import { ReviewJournal } from '../coordination/review-journal.ts';
import { StepResender } from '../coordination/step-resender.ts';
import { StepRunner } from '../coordination/step-runner.ts';
import { StepSender } from '../coordination/step-sender.ts';
import { SymbolLocks } from '../coordination/symbol-locks.ts';
import { UnsettledResolver } from '../coordination/unsettled-resolver.ts';
import { AdviceBook } from '../plans/advice-book.ts';
import { ApprovalDesk } from '../plans/approval-desk.ts';
import { ApprovalRules } from '../plans/approval-rules.ts';
import { ProposalVetoes } from '../plans/proposal-vetoes.ts';
import { Rollout } from '../rollout/rollout.ts';
import { StepBack } from '../rollout/step-back.ts';
import type { RuntimeParts } from '../runtime-parts.ts';
import type { AccountSide, Watches } from './account.ts';
import type { Foundations, Memory } from './foundations.ts';

/** What makes plans, and says who has to agree to them. */
export type DecisionSide = ReturnType<typeof wireDecisions>;

export function wireDecisions(parts: RuntimeParts, foundations: Foundations, memory: Memory) {
  const { policies, planning, driftTolerance, codeVersion = 'unversioned' } = parts;
  const { clock, ids, settings, settingsHash, logger, alerts, tradingState } = foundations;
  const { plans, unsettled } = memory;
  const binding = { settingsHash, codeVersion, driftTolerance };
  const engine = new DecisionEngine({ policies, planning });
  const advice = new AdviceBook();
  const rules = new ApprovalRules({ clock, settings, advice });
  const vetoes = new ProposalVetoes(logger);
  const rollout = new Rollout({ settings: () => settings.rollout, clock });
  return {
    ...{ binding, rules, vetoes, rollout, advice },
    approvals: new ApprovalDesk({ logger, clock, ids, settings, vetoes }),
    stepBack: new StepBack({
      ...{ rollout, plans, tradingState, alerts, logger, clock },
      settings: () => settings.stepBack,
    }),
    planMaker: new PlanMaker({
      ...{ engine, unsettled, ids, clock, settings, rules, rollout, advice, binding },
    }),
  };
}

/** What acts. */
export type ExecutionSide = ReturnType<typeof wireExecution>;

/** The one path from an approved plan to the broker. */
export function wireExecution(
  parts: RuntimeParts,
  foundations: Foundations,
  memory: Memory,
  sides: { account: AccountSide; watches: Watches; decisions: DecisionSide },
) {
  const { broker, guardrails, driftTolerance } = parts;
  const { clock, settings, logger, alerts, gate } = foundations;
  const { plans, unsettled, sent } = memory;
  const { state, desk, recovery, look } = sides.account;
  const { halts, controls } = sides.watches;
  const { approvals, rules, vetoes, binding, rollout } = sides.decisions;
  const inputs = new ReviewJournal(logger);
  const sender = new StepSender({ broker, desk, recovery, halts, logger, clock, settings });
  const resender = new StepResender({
    ...{ sender, state, desk, unsettled, sent, controls, halts },
    ...{ logger, inputs, clock, guardrails, driftTolerance, settings },
  });
  const steps = new StepRunner({ sender, resender, state, desk, logger, settings });
  const locks = new SymbolLocks(clock);
  const reviewer = new PlanReviewer({
    ...{ state, plans, unsettled, sent, controls, recovery, clock, guardrails },
    ...{ approvals, rules, rollout, gate, vetoes, binding, inputs, settings },
  });
  const shared = {
    ...{ reviewer, state, plans, unsettled, recovery, halts, logger, clock, settings },
    ...{ approvals, rules, vetoes, rollout, gate },
  };
  return {
    shared,
    resolver: new UnsettledResolver({
      ...{ state, desk, unsettled, resender, locks, alerts, logger, clock },
    }),
    coordinator: new ActionCoordinator({ ...shared, look, steps, locks }),
  };
}
