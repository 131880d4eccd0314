import { PositionManager } from './account/position-manager.ts';
import { BigBrother } from './big-brother.ts';
import { CoordinatedPositionManager } from './coordinated-position-manager.ts';
import { DecisionJournal } from './coordination/decision-journal.ts';
import { PlanPacing } from './coordination/plan-pacing.ts';
import { CycleBookkeeper } from './cycle-bookkeeper.ts';
import { GroupExits } from './group-exits.ts';
import { Checkpoints } from './journal/checkpoints.ts';
import { JournalAudit } from './journal/journal-audit.ts';
import { BigBrotherOrchestrator } from './orchestrator.ts';
import { restoreAdvice } from './plans/advice-book.ts';
import { restoreApprovals } from './plans/approval-memory.ts';
import { ProposalLimiter } from './plans/proposal-limiter.ts';
import { ProposalDesk } from './proposal-desk.ts';
import { Rollback } from './rollback.ts';
import { AdaptiveStrategySelector } from './rollout/strategy-selector.ts';
import type { Runtime, RuntimeParts } from './runtime-parts.ts';
import { type AccountSide, type Watches, wireAccount, wireWatches } from './wiring/account.ts';
import {
  type DecisionSide,
  type ExecutionSide,
  wireDecisions,
  wireExecution,
} from './wiring/execution.ts';
import { type Foundations, layFoundations, type Memory, memoryFor } from './wiring/foundations.ts';
import { restore, restoreControls, restoreRollout, takeUpHalts } from './wiring/restoration.ts';

/** At the end of a process the last anchor is given so long to arrive. */
const LONGEST_ANCHORING_MS = 2_000;

/** Wires the runtime over its ports; does nothing yet. */
export function createRuntime(parts: RuntimeParts): Runtime {
  const foundations = layFoundations(parts);
  const memory = memoryFor(foundations);
  const account = wireAccount(parts, foundations, memory);
  const watches = wireWatches(parts, foundations, memory, account);
  const decisions = wireDecisions(parts, foundations, memory);
  const execution = wireExecution(parts, foundations, memory, { account, watches, decisions });
  const wired = { foundations, memory, account, watches, decisions, execution };
  const top = wireTop(parts, wired);
  const { approvals, stepBack } = decisions;
  return {
    bigBrother: top.bigBrother,
    orchestrator: top.orchestrator,
    coordinator: execution.coordinator,
    reviewer: execution.shared.reviewer,
    state: account.state,
    positions: new PositionManager(account.state),
    logger: foundations.logger,
    recovery: account.recovery,
    alerts: foundations.alerts,
    strangers: memory.strangers,
    tradingState: foundations.tradingState,
    ...{ approvals, stepBack },
    controls: watches.controls,
    rollback: top.rollback,
    anchoring: foundations.anchoring,
    checkpoints: top.checkpoints,
    start: () => start(wired, top),
    stop: () => stop(parts, wired, top),
  };
}

type Wired = {
  readonly foundations: Foundations;
  readonly memory: Memory;
  readonly account: AccountSide;
  readonly watches: Watches;
  readonly decisions: DecisionSide;
  readonly execution: ExecutionSide;
};

type Top = ReturnType<typeof wireTop>;

/** The loop, what tools and people may ask, and who signs for the journal. */
function wireTop(parts: RuntimeParts, wired: Wired) {
  const { settings, settingsHash, outbox, ...foundations } = wired.foundations;
  const { ids, logger, alerts, clock, tradingState, anchoring } = foundations;
  const { unsettled } = wired.memory;
  const { shared, coordinator, resolver } = wired.execution;
  const { planMaker } = wired.decisions;
  const { state, risk, entries } = wired.account;
  const { brokerErrors } = wired.watches;
  const orchestrator = new BigBrotherOrchestrator({
    ...shared,
    ...{ broker: parts.broker, coordinator, planMaker, resolver, alerts, tradingState },
    pacing: new PlanPacing(),
    decisions: new DecisionJournal(logger),
    bookkeeper: new CycleBookkeeper({ state, unsettled, alerts, logger, clock, brokerErrors }),
  });
  const isGuarding = () => orchestrator.running;
  const coordinated = new CoordinatedPositionManager({
    ...{ risk, state, entries, settings },
    slippageBps: () => parts.planning.marketableBps,
  });
  new GroupExits({
    ...shared,
    ...{ risk, coordinated, coordinator, planMaker, ids, isGuarding },
    policies: parts.portfolioPolicies ?? [],
    controls: wired.watches.controls,
  });
  const proposals = new ProposalDesk({
    ...shared,
    ...{ planMaker, ids },
    coordinated,
    ...{ entries, isGuarding },
    limiter: new ProposalLimiter(() => settings.approvals.proposalsPerMinute),
  });
  const strategies = new AdaptiveStrategySelector({
    ...{ clock, logger, settings },
    symbols: () => state.symbols(),
    closesOf: (symbols) => risk.closesOf(symbols),
    choose: (name, because) => parts.chooseStrategy?.(name, because),
  });
  state.onReading(() => strategies.look());
  const latch = parts.standDown ?? null;
  return {
    orchestrator,
    strategies,
    audit: new JournalAudit({ logger, clock }),
    bigBrother: new BigBrother({
      ...shared,
      ...{
        coordinator,
        orchestrator,
        planMaker,
        tradingState,
        alerts,
        proposals,
        risk,
        strategies,
      },
      ...{ settingsHash, outbox, background: parts.background },
    }),
    rollback: new Rollback({
      ...shared,
      ...{ coordinator, resolver, planMaker, latch, watch: wired.watches.standDown },
    }),
    checkpoints:
      parts.signing === undefined
        ? null
        : new Checkpoints({
            ...{ logger, clock, anchoring, alerts, settingsHash },
            unsettledSince: () => unsettled.openSinceSeq(),
            signer: parts.signing.signer,
            codeVersion: parts.signing.codeVersion,
          }),
  };
}

async function start(wired: Wired, top: Top): Promise<string | null> {
  const { foundations, memory, account, watches, decisions } = wired;
  const { logger, clock, settings, settingsHash, outbox, tradingState } = foundations;
  const { orders, recovery, state, skew } = account;
  // A damaged journal tells of nothing that may be acted upon; the broker still does.
  if (top.audit.start()) {
    restore(logger, memory);
    restoreControls(logger, memory.controls, watches.controls);
    restoreApprovals(logger, clock.now(), decisions);
    restoreAdvice(logger, clock.now(), decisions.advice);
    restoreRollout(logger, clock.now(), decisions.rollout, decisions.stepBack);
    top.strategies.restore(logger.recall(['regime_seen', 'settings_changed']));
    orders.onNew((order) => memory.strangers.see(order));
  }
  top.checkpoints?.start();
  const { environment, mode } = settings;
  const body = { environment, mode, settingsHash: settingsHash() };
  logger.log({ type: 'started', actor: 'system', body });
  takeUpHalts(logger, tradingState, watches.halts);
  watches.standDown.start();
  outbox?.start();
  recovery.begin('it was started and the broker was not read yet');
  watches.clockWatch.start();
  state.listen();
  await skew.start();
  watches.backstops.start();
  watches.record.start();
  const failure = await recovery.attempt();
  top.orchestrator.watch();
  return failure;
}

async function stop(parts: RuntimeParts, wired: Wired, top: Top): Promise<void> {
  const { foundations, account, watches, decisions, execution } = wired;
  const { logger, anchoring, outbox } = foundations;
  watches.clockWatch.stop();
  account.again.stop();
  account.passed.stop();
  account.skew.stop();
  account.risk.stop();
  watches.backstops.stop();
  watches.record.stop();
  watches.halts.stop();
  watches.standDown.stop();
  execution.resolver.stop();
  decisions.approvals.stop();
  await top.orchestrator.stop();
  await parts.streams.close();
  top.audit.stop();
  logger.log({ type: 'stopped', actor: 'system', body: {} });
  logger.commit();
  top.checkpoints?.stop();
  await Promise.all([anchoring.settle(LONGEST_ANCHORING_MS), outbox?.stop(LONGEST_ANCHORING_MS)]);
}
