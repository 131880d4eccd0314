import type { ApprovalNeed } from './approval.ts';
import type { Decision } from './decision.ts';
import type { Environment, Mode, TradingState, TradingStateCause } from './environment.ts';
import type { JournalRecord } from './event.ts';
import type { Verdict } from './guardrail.ts';
import type { ActionPlan, PlanPart } from './plan.ts';
import type { PositionContext } from './portfolio.ts';
import type { StrategyStatus } from './regime.ts';
import type { Refusal } from './report.ts';
import type { PortfolioRisk } from './risk.ts';
import type { EpochMs } from './time.ts';

/** A condition that a person should know of, as a level: raised, then cleared. */
export type Alert = {
  readonly code: string;
  readonly symbol: string | null;
  readonly because: string;
  readonly since: EpochMs;
};

/** Why the planner made no plan, or which way it turned down and for what rule. */
export type PlanningNote = { readonly recipe: string; readonly because: string };

/** One symbol looked at from every side; nothing was sent. */
export type SymbolEvaluation = {
  readonly context: PositionContext;
  readonly decision: Decision;
  readonly part: PlanPart | null;
  readonly notes: readonly PlanningNote[];
  /** What the guardrails would say to `part` now. */
  readonly verdicts: readonly Verdict[];
  /** Absent where nobody asks outside. */
  readonly background?: SymbolBackground;
};

/** What an entry would be, and what the portfolio would risk with it. Nothing is kept of it. */
export type Supposition =
  | {
      readonly outcome: 'supposed';
      readonly part: PlanPart;
      readonly approval: ApprovalNeed;
      readonly verdicts: readonly Verdict[];
      readonly notes: readonly PlanningNote[];
      readonly riskBefore: PortfolioRisk;
      readonly riskAfter: PortfolioRisk;
    }
  | Extract<Proposal, { outcome: 'impossible' }>;

/** What an intent came to. A plan with a denial can be read but not executed. */
export type Proposal =
  | {
      readonly outcome: 'proposed';
      readonly plan: ActionPlan;
      readonly verdicts: readonly Verdict[];
      readonly executable: boolean;
      readonly notes: readonly PlanningNote[];
    }
  | { readonly outcome: 'nothing_to_do'; readonly because: readonly string[] }
  | { readonly outcome: 'impossible'; readonly code: string; readonly because: readonly string[] };

/** A proposed plan, and whether it could run in this moment. */
export type PlanStanding = {
  readonly plan: ActionPlan;
  /** Why it may not run now; null when it may. */
  readonly refusal: Refusal | null;
  /** What the guardrails would say to it now. */
  readonly verdicts: readonly Verdict[];
};

/** Confirmed naked time of this run: how much, and since when it lasts. */
export type NakedTime = {
  readonly shareSeconds: string;
  readonly dollarSeconds: string;
  readonly nakedSince: EpochMs | null;
};

/** How far the copy of the journal outside this machine has come. */
export type CopyStatus = {
  /** The last record that is there; null until the copy was asked for the first time. */
  readonly copiedSeq: number | null;
  readonly behindRecords: number | null;
  /** How long the oldest record that is not there has been waiting. */
  readonly behindSeconds: number;
  /** Why the last attempt failed; null after one that did not. */
  readonly problem: string | null;
};

/**
 * off: not configured, or not installed. idle: it starts when it is asked for the first time.
 * resting: it failed, and is tried again later. disabled: it is not what was pinned.
 */
export type AdvisorState = 'off' | 'idle' | 'starting' | 'ready' | 'resting' | 'disabled';

export type AdvisorStatus = {
  readonly name: string;
  /** As the server says, once it was asked; before that the version that is pinned. */
  readonly version: string | null;
  readonly status: AdvisorState;
  /** Digest of names, descriptions and schemas of its tools; null while they are not known. */
  readonly toolsHash: string | null;
  /** Why it is not ready, in words; null when it is. */
  readonly because: string | null;
};

/** What is known of a symbol from outside; nothing of it decides by itself. */
export type SymbolBackground = {
  /** What became of earlier decisions, by kind of action. */
  readonly history: readonly {
    readonly action: string;
    readonly count: number;
    readonly meanR: number | null;
    readonly latest: readonly string[];
  }[];
  readonly signals: readonly {
    readonly signal: string;
    readonly severity: number;
    readonly date: string;
    readonly sources: readonly string[];
  }[];
  /** Words of others, in their envelope; null where there are none. */
  readonly quoted: string | null;
  /** What a host's model said of the last plan in it; null where nothing was said. */
  readonly opinion: {
    readonly prefers: string | null;
    readonly agrees: boolean;
    readonly hash: string;
    readonly expiresAt: EpochMs;
    /** Its words, in their envelope. */
    readonly quoted: string;
  } | null;
  /** What could not be found out, and why. */
  readonly because: readonly string[];
};

export type SystemStatus = {
  readonly environment: Environment;
  readonly mode: Mode;
  readonly tradingState: TradingState;
  readonly tradingStateCauses: readonly TradingStateCause[];
  readonly accountNumber: string;
  readonly loopRunning: boolean;
  /** The longest until the last order that waits now is sent, at the pace the broker allows. */
  readonly longestWaitMs: number;
  /** `trading`: live, backfilling, or polling only, with since and why. */
  readonly streams: { readonly trading: string; readonly market: string };
  /** Absent where no copy is kept. */
  readonly journalCopy?: CopyStatus;
  readonly settingsHash: string;
  /** Which approved bundle of settings holds, and in what market. */
  readonly strategy: StrategyStatus;
  /** The servers that advise; absent where nobody asked for any. */
  readonly servers?: readonly AdvisorStatus[];
};

export type HistoryPage = {
  readonly records: readonly JournalRecord[];
  /** Pass as `beforeSeq` for the next page; null at the end. */
  readonly nextBeforeSeq: number | null;
};

/** One call of a tool through MCP, as the journal keeps it; texts are redacted before. */
export type ToolCall = {
  readonly tool: string;
  /** What the host passed, as JSON text, cut at a bound. */
  readonly arguments: string;
  readonly outcome: 'answered' | 'refused' | 'failed';
  /** The error code the host was given; null for an answer. */
  readonly code: string | null;
  /** Set when the cause was kept from the host: the host holds this id, the journal the cause. */
  readonly reference: string | null;
  readonly because: string | null;
  readonly symbol: string | null;
  readonly planId: string | null;
  readonly durationMs: number;
};
