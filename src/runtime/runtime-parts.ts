import type { Guardrail } from '../domain/guardrail.ts';
import type { TradingPolicy } from '../domain/policy.ts';
import type { PortfolioPolicy } from '../domain/portfolio-policy.ts';
import type { DriftTolerance } from '../engine/planning/drift.ts';
import type { PlanningSettings } from '../engine/planning-settings.ts';
import type { AnchorPlace } from '../ports/anchor-place.ts';
import type { Background } from '../ports/background.ts';
import type { Broker, MarketData, Streams } from '../ports/broker.ts';
import type { Clock, Ids } from '../ports/clock.ts';
import type { EmergencyBroker } from '../ports/emergency-broker.ts';
import type { EventStore } from '../ports/event-store.ts';
import type { HaltLatch } from '../ports/halt-latch.ts';
import type { Replica } from '../ports/replica.ts';
import type { Signer } from '../ports/signer.ts';
import type { StandDownLatch } from '../ports/stand-down-latch.ts';
import type { PortfolioStateManager } from './account/portfolio-state-manager.ts';
import type { PositionManager } from './account/position-manager.ts';
import type { SecondOwnerWatch } from './account/second-owner.ts';
import type { TradingStateLevels } from './account/trading-state.ts';
import type { BigBrother } from './big-brother.ts';
import type { ControlDesk } from './controls/control-desk.ts';
import type { ActionCoordinator } from './coordination/action-coordinator.ts';
import type { PlanReviewer } from './coordination/plan-reviewer.ts';
import type { Recovery } from './coordination/recovery.ts';
import type { AlertBoard } from './journal/alert-board.ts';
import type { Anchoring } from './journal/anchoring.ts';
import type { Checkpoints } from './journal/checkpoints.ts';
import type { EventLogger } from './journal/event-logger.ts';
import type { BigBrotherOrchestrator } from './orchestrator.ts';
import type { ApprovalDesk } from './plans/approval-desk.ts';
import type { Rollback } from './rollback.ts';
import type { StepBack } from './rollout/step-back.ts';
import type { RuntimeSettings } from './settings/settings.ts';

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
  /** The same, over several positions together; absent where nobody asks them. */
  readonly portfolioPolicies?: readonly PortfolioPolicy[] | undefined;
  readonly guardrails: readonly Guardrail[];
  readonly planning: PlanningSettings;
  readonly driftTolerance: DriftTolerance;
  /** May change while it runs; which environment it is does not. */
  readonly settings: RuntimeSettings;
  /** Digest of all settings as they are now, for the journal and the status. */
  readonly settingsHash: string;
  /** What runs: a plan of another version is void. */
  readonly codeVersion?: string;
  /** Has another approved bundle of settings hold; absent where the settings never change. */
  readonly chooseStrategy?: ((name: string | null, because: string) => void) | undefined;
  /** Absent where nobody outside is asked. */
  readonly background?: Background | undefined;
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
  readonly reviewer: PlanReviewer;
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
