import type { JournalRecord } from '../domain/event.ts';
import type { Guardrail } from '../domain/guardrail.ts';
import type { TradingPolicy } from '../domain/policy.ts';
import { DecisionEngine } from '../engine/decision-engine.ts';
import type { DriftTolerance } from '../engine/drift.ts';
import type { PlanningSettings } from '../engine/planning-settings.ts';
import type { AnchorPlace } from '../ports/anchor-place.ts';
import type { Broker, MarketData, Streams } from '../ports/broker.ts';
import type { Clock, Ids } from '../ports/clock.ts';
import type { EmergencyBroker } from '../ports/emergency-broker.ts';
import type { EventStore } from '../ports/event-store.ts';
import type { HaltLatch } from '../ports/halt-latch.ts';
import type { Replica } from '../ports/replica.ts';
import type { Signer } from '../ports/signer.ts';
import type { StandDownLatch } from '../ports/stand-down-latch.ts';
import { AccountLook } from './account/account-look.ts';
import { AccountReader } from './account/account-reader.ts';
import { ClockSkew } from './account/clock-skew.ts';
import { ClockWatch } from './account/clock-watch.ts';
import { EpisodeKeeper } from './account/episode-keeper.ts';
import { IntentLedger } from './account/intent-ledger.ts';
import { LookAgain } from './account/look-again.ts';
import { MarketFeed } from './account/market-feed.ts';
import { MissedFills } from './account/missed-fills.ts';
import { NakedMeters } from './account/naked-meters.ts';
import { OrderBook } from './account/order-book.ts';
import { OrderDesk } from './account/order-desk.ts';
import { PortfolioStateManager } from './account/portfolio-state-manager.ts';
import { PositionManager } from './account/position-manager.ts';
import { SecondOwnerWatch } from './account/second-owner.ts';
import { SessionCalendar } from './account/session-calendar.ts';
import { StreamTrust } from './account/stream-trust.ts';
import { TradingStateLevels } from './account/trading-state.ts';
import { BigBrother } from './big-brother.ts';
import { AccountRecord } from './controls/account-record.ts';
import { BackstopWatch } from './controls/backstop-watch.ts';
import { ControlDesk } from './controls/control-desk.ts';
import { ControlMemory } from './controls/control-memory.ts';
import { HeldBackWatch } from './controls/held-back-watch.ts';
import { ActionCoordinator } from './coordination/action-coordinator.ts';
import { DecisionJournal } from './coordination/decision-journal.ts';
import { PlanMaker } from './coordination/plan-maker.ts';
import { PlanPacing } from './coordination/plan-pacing.ts';
import { Recovery } from './coordination/recovery.ts';
import { StepResender } from './coordination/step-resender.ts';
import { StepRunner } from './coordination/step-runner.ts';
import { StepSender } from './coordination/step-sender.ts';
import { SymbolLocks } from './coordination/symbol-locks.ts';
import { UnsettledResolver } from './coordination/unsettled-resolver.ts';
import { CycleBookkeeper } from './cycle-bookkeeper.ts';
import { BrokerErrorWatch } from './halt/broker-error-watch.ts';
import { HaltWatch } from './halt/halt-watch.ts';
import { AlertBoard } from './journal/alert-board.ts';
import { Anchoring } from './journal/anchoring.ts';
import { Checkpoints } from './journal/checkpoints.ts';
import { EventLogger } from './journal/event-logger.ts';
import { JournalAudit } from './journal/journal-audit.ts';
import { memoryOf } from './journal/journal-memory.ts';
import { Outbox } from './journal/outbox.ts';
import { BigBrotherOrchestrator } from './orchestrator.ts';
import { ApprovalDesk } from './plans/approval-desk.ts';
import { restoreApprovals } from './plans/approval-memory.ts';
import { ApprovalRules } from './plans/approval-rules.ts';
import { journalParts } from './plans/part-journal.ts';
import { PlanStore } from './plans/plan-store.ts';
import { ProposalLimiter } from './plans/proposal-limiter.ts';
import { ProposalVetoes } from './plans/proposal-vetoes.ts';
import { SentSteps } from './plans/sent-steps.ts';
import { logLeftBehind } from './plans/step-journal.ts';
import { UnsettledSteps } from './plans/unsettled-steps.ts';
import { Rollback } from './rollback.ts';
import { ModeGate } from './rollout/mode-gate.ts';
import { Rollout } from './rollout/rollout.ts';
import { StandDownWatch } from './rollout/stand-down-watch.ts';
import { StepBack } from './rollout/step-back.ts';
import { liveView } from './settings/live-view.ts';
import type { RuntimeSettings } from './settings/settings.ts';

/** At the end of a process the last anchor is given so long to arrive. */
const LONGEST_ANCHORING_MS = 2_000;

export type RuntimeParts = {
  readonly broker: Broker;
  readonly marketData: MarketData;
  readonly streams: Streams;
  readonly store: EventStore;
  /** Where a copy of the journal is kept; absent where none is. */
  readonly replica?: Replica | undefined;
  /** The kill switch's own connection. */
  readonly emergency: EmergencyBroker;
  readonly haltLatch: HaltLatch;
  /** Where a person's word to stand down is kept; absent where nobody can give it. */
  readonly standDown?: StandDownLatch | undefined;
  readonly clock: Clock;
  readonly ids: Ids;
  /** In order of precedence. */
  readonly policies: readonly TradingPolicy[];
  readonly guardrails: readonly Guardrail[];
  readonly planning: PlanningSettings;
  readonly driftTolerance: DriftTolerance;
  /** May change while it runs; which environment it is does not. */
  readonly settings: RuntimeSettings;
  /** Digest of all settings as they are now, for the journal and the status. */
  readonly settingsHash: string;
  /** What runs: a plan of another version is void. */
  readonly codeVersion?: string;
  /** Without it nobody signs for the journal: for runs that leave none behind. */
  readonly signing?: {
    readonly signer: Signer;
    /** Null where none was named. */
    readonly anchorPlace: AnchorPlace | null;
    readonly codeVersion: string;
  };
};

/** What stands behind one guarded account. */
export type Runtime = {
  readonly bigBrother: BigBrother;
  readonly orchestrator: BigBrotherOrchestrator;
  readonly coordinator: ActionCoordinator;
  readonly state: PortfolioStateManager;
  readonly positions: PositionManager;
  readonly logger: EventLogger;
  readonly recovery: Recovery;
  readonly alerts: AlertBoard;
  readonly strangers: SecondOwnerWatch;
  readonly tradingState: TradingStateLevels;
  readonly approvals: ApprovalDesk;
  readonly controls: ControlDesk;
  readonly stepBack: StepBack;
  readonly rollback: Rollback;
  readonly anchoring: Anchoring;
  /** Null where nobody signs. */
  readonly checkpoints: Checkpoints | null;
  /**
   * Takes up what the journal and the broker know, and keeps the picture current from then
   * on. The loop acts only after `orchestrator.start()`.
   *
   * @returns null, or in words why the account could not be read yet
   */
  start(): Promise<string | null>;
  /** Begins nothing new, lets running plans end, writes everything down. */
  stop(): Promise<void>;
};

/** Wires the runtime over its ports; does nothing yet. */
export function createRuntime(parts: RuntimeParts): Runtime {
  const { clock, ids, guardrails, driftTolerance } = parts;
  const gate = new ModeGate({
    fromSettings: () => parts.settings.mode,
    latch: parts.standDown ?? null,
  });
  const settings = Object.defineProperty(
    liveView(() => parts.settings),
    'mode',
    {
      get: () => gate.mode(),
    },
  );
  const settingsHash = () => parts.settingsHash;
  const { store, replica } = parts;
  const bootId = ids.next('boot');
  const logger = new EventLogger({ store, clock, bootId });
  const alerts = new AlertBoard({ logger, clock });
  const place = parts.signing?.anchorPlace ?? null;
  const anchoring = new Anchoring({ place, alerts, clock });
  const onCopied = (seq: number): void => anchoring.note(seq);
  const outbox =
    replica === undefined
      ? null
      : new Outbox({ replica, store, logger, alerts, clock, bootId, onCopied });
  logger.onBroken((because) => {
    alerts.raise({ code: 'journal_broken', symbol: null, because: `nothing is sent: ${because}` });
  });
  const tradingState = new TradingStateLevels({ logger, clock, settings });
  const memory = {
    ledger: new IntentLedger(),
    unsettled: new UnsettledSteps(),
    sent: new SentSteps(),
    plans: new PlanStore(),
    strangers: new SecondOwnerWatch({ logger, tradingState, alerts }),
  };
  const { ledger, unsettled, sent, plans, strangers } = memory;
  journalParts(logger, plans);
  const heldBack = new HeldBackWatch({ alerts, plans });
  logger.onRecord((record) => heldBack.hear(record));
  const episodes = new EpisodeKeeper({ logger, ledger });
  const reader = new AccountReader({ broker: parts.broker, clock, settings });
  const orders = new OrderBook();
  const stream = new StreamTrust(logger, clock);
  const desk = new OrderDesk({ book: orders, reader, stream, clock });
  const calendar = new SessionCalendar({
    broker: parts.broker,
    clock,
    timeoutMs: settings.callTimeoutMs,
  });
  const skew = new ClockSkew({ broker: parts.broker, alerts, tradingState, clock, settings });
  const aheadMs = () => skew.aheadMs();
  const state = new PortfolioStateManager({
    reader,
    orders,
    desk,
    stream,
    streams: parts.streams,
    market: new MarketFeed({ marketData: parts.marketData, clock, logger, settings, aheadMs }),
    calendar,
    episodes,
    ledger,
    meters: new NakedMeters({ logger, calendar }),
    brokerAheadMs: () => -skew.aheadMs(),
    tradingState,
    logger,
    clock,
    settings,
  });
  const again = new LookAgain({ state, clock });
  const engine = new DecisionEngine({ policies: parts.policies, planning: parts.planning });
  const binding = {
    settingsHash,
    codeVersion: parts.codeVersion ?? 'unversioned',
    driftTolerance,
  };
  const rules = new ApprovalRules({ clock, settings });
  const vetoes = new ProposalVetoes(logger);
  const approvals = new ApprovalDesk({ logger, clock, ids, settings, vetoes });
  const rollout = new Rollout({ settings: () => settings.rollout, clock });
  const stepBack = new StepBack({
    ...{ rollout, plans, tradingState, alerts, logger, clock },
    settings: () => settings.stepBack,
  });
  const planMaker = new PlanMaker({
    ...{ engine, unsettled, ids, clock, settings, rules, rollout, binding },
  });
  const missed = new MissedFills({ reader, episodes, logger, clock });
  const recovery = new Recovery({ state, missed, unsettled, desk, tradingState, logger, clock });
  const { broker } = parts;
  const halts = new HaltWatch({
    latch: parts.haltLatch,
    emergency: parts.emergency,
    tradingState,
    alerts,
    logger,
    clock,
    settings,
  });
  const watch = new ClockWatch({
    clock,
    onGap: (because) => {
      recovery.begin(because);
      // What the streams held back meanwhile may be lost: they begin anew.
      state.listen();
      void skew.start();
      void recovery.attempt();
    },
  });
  recovery.lookFirst(() => {
    watch.look();
    halts.notice();
  });
  const controlMemory = new ControlMemory(liveView(() => settings.controls));
  const record = new AccountRecord({
    ...{ broker, reader, memory: controlMemory, tradingState, alerts, logger, clock },
  });
  const backstops = new BackstopWatch({ broker, alerts, tradingState, clock, settings });
  const controls = new ControlDesk({
    ...{ logger, clock, alerts, tradingState, calendar, skew, record, backstops, settings },
    memory: controlMemory,
  });
  const sender = new StepSender({ broker, desk, recovery, halts, logger, clock, settings });
  const resender = new StepResender({
    sender,
    state,
    desk,
    unsettled,
    sent,
    controls,
    halts,
    logger,
    clock,
    guardrails,
    driftTolerance,
    settings,
  });
  const steps = new StepRunner({ sender, resender, state, desk, logger, settings });
  const locks = new SymbolLocks(clock);
  const resolver = new UnsettledResolver({
    state,
    desk,
    unsettled,
    resender,
    locks,
    alerts,
    logger,
    clock,
  });
  const look = new AccountLook({ state, broker: parts.broker, clock, settings });
  const shared = {
    ...{ state, plans, unsettled, recovery, halts },
    ...{ logger, clock, settings, guardrails },
    ...{ approvals, rules, vetoes, binding, rollout, gate },
  };
  const coordinator = new ActionCoordinator({
    ...shared,
    look,
    steps,
    locks,
    sent,
    controls,
  });
  const brokerErrors = new BrokerErrorWatch({ halts, alerts });
  logger.onRecord((record) => brokerErrors.hear(record));
  const orchestrator = new BigBrotherOrchestrator({
    ...shared,
    broker: parts.broker,
    coordinator,
    planMaker,
    pacing: new PlanPacing(),
    decisions: new DecisionJournal(logger),
    resolver,
    bookkeeper: new CycleBookkeeper({
      ...{ state, unsettled, alerts, logger, clock },
      brokerErrors,
    }),
    alerts,
  });
  const bigBrother = new BigBrother({
    ...shared,
    coordinator,
    orchestrator,
    planMaker,
    tradingState,
    alerts,
    ids,
    limiter: new ProposalLimiter(() => settings.approvals.proposalsPerMinute),
    settingsHash,
    outbox,
  });
  const standDownWatch = new StandDownWatch({ gate, alerts, logger, clock });
  const rollback = new Rollback({
    ...{ gate, coordinator, resolver, unsettled, planMaker, plans, state, logger, clock, settings },
    latch: parts.standDown ?? null,
    watch: standDownWatch,
  });
  const audit = new JournalAudit({ logger, clock });
  const unsettledSince = () => unsettled.openSinceSeq();
  const checkpoints =
    parts.signing === undefined
      ? null
      : new Checkpoints({
          ...{ logger, clock, anchoring, alerts, settingsHash, unsettledSince },
          signer: parts.signing.signer,
          codeVersion: parts.signing.codeVersion,
        });
  return {
    bigBrother,
    orchestrator,
    coordinator,
    state,
    positions: new PositionManager(state),
    logger,
    recovery,
    alerts,
    strangers,
    tradingState,
    approvals,
    controls,
    stepBack,
    rollback,
    anchoring,
    checkpoints,
    async start() {
      // A damaged journal tells of nothing that may be acted upon; the broker still does.
      if (audit.start()) {
        restore(logger, memory, episodes);
        restoreControls(logger, controlMemory, controls);
        restoreApprovals(logger, clock.now(), { rules, vetoes });
        restoreRollout(logger, clock.now(), rollout, stepBack);
        orders.onNew((order) => strangers.see(order));
      }
      checkpoints?.start();
      const { environment, mode } = settings;
      const body = { environment, mode, settingsHash: settingsHash() };
      logger.log({ type: 'started', actor: 'system', body });
      takeUpHalts(logger, tradingState, halts);
      standDownWatch.start();
      outbox?.start();
      recovery.begin('it was started and the broker was not read yet');
      watch.start();
      state.listen();
      await skew.start();
      backstops.start();
      record.start();
      const failure = await recovery.attempt();
      orchestrator.watch();
      return failure;
    },
    async stop() {
      watch.stop();
      again.stop();
      skew.stop();
      backstops.stop();
      record.stop();
      halts.stop();
      standDownWatch.stop();
      resolver.stop();
      approvals.stop();
      await orchestrator.stop();
      await parts.streams.close();
      audit.stop();
      logger.log({ type: 'stopped', actor: 'system', body: {} });
      logger.commit();
      checkpoints?.stop();
      await Promise.all([
        anchoring.settle(LONGEST_ANCHORING_MS),
        outbox?.stop(LONGEST_ANCHORING_MS),
      ]);
    },
  };
}

type Memory = {
  readonly ledger: IntentLedger;
  readonly unsettled: UnsettledSteps;
  readonly sent: SentSteps;
  readonly plans: PlanStore;
  readonly strangers: SecondOwnerWatch;
};

/** Brings back what earlier processes wrote down; from here on every record is heard at once. */
function restore(logger: EventLogger, memory: Memory, episodes: EpisodeKeeper): void {
  const { ledger, unsettled, sent, plans, strangers } = memory;
  const hear = (record: JournalRecord) => {
    ledger.remember(record);
    unsettled.remember(record);
    sent.remember(record);
    plans.remember(record);
    strangers.remember(record);
  };
  const { steps: known, episodes: lives, isWhole } = memoryOf(logger);
  for (const record of known) hear(record);
  if (!isWhole) strangers.lookUpOlder();
  episodes.restore(lives);
  logger.onRecord(hear);
  for (const step of unsettled.unanswered()) logLeftBehind(logger, step);
}

/** What was latched, paid in and reached before is so still. */
function restoreControls(logger: EventLogger, memory: ControlMemory, desk: ControlDesk): void {
  const { steps } = memoryOf(logger);
  const latches = logger.recall(['control_latched', 'control_enabled', 'cash_moved']);
  const peaks = logger.recall(['equity_peak_moved']);
  const records = [...steps, ...latches, ...peaks].sort((one, other) => one.seq - other.seq);
  for (const record of records) memory.remember(record);
  desk.restore();
  logger.onRecord((record) => {
    memory.remember(record);
    desk.hear(record);
  });
}

const DAY_MS = 24 * 3_600_000;

/** What a policy has done lately, and what was taken back, counts on. */
function restoreRollout(
  logger: EventLogger,
  now: number,
  rollout: Rollout,
  stepBack: StepBack,
): void {
  const query = { types: ['plan_spent'] as const, sinceAt: now - DAY_MS, limit: 10_000 };
  for (const record of logger.getHistory(query).records) rollout.remember(record);
  stepBack.restore(logger.recall(['policy_stepped_back', 'policy_enabled']));
  logger.onRecord((record) => {
    rollout.remember(record);
    stepBack.hear(record);
  });
}

/** What stopped the account before this process was there stops it still. */
function takeUpHalts(logger: EventLogger, levels: TradingStateLevels, halts: HaltWatch): void {
  const [last] = logger.getHistory({ types: ['trading_state_changed'], limit: 1 }).records;
  if (last !== undefined) levels.restore(last);
  halts.start();
}
