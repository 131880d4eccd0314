import type { ApprovalSettings } from '../../domain/approval.ts';
import type { DeclaredBackstops } from '../../domain/backstops.ts';
import type { Environment, Mode } from '../../domain/environment.ts';
import { type Ticker, ticker } from '../../domain/ids.ts';
import type { RolloutSettings, StepBackSettings } from '../../domain/rollout.ts';
import type { StrategyRules } from '../../engine/regime/strategy-choice.ts';

/** What the runtime needs to be told. Milliseconds throughout. */
export type RuntimeSettings = {
  readonly environment: Environment;
  readonly mode: Mode;
  /** Time between two cycles; fills and order events do not wait for it. */
  readonly cycleMs: number;
  /** The same while the regular session is closed; a cycle never comes later than the open. */
  readonly closedCycleMs: number;
  /** The longest a single call to the broker may take before its outcome counts as unknown. */
  readonly callTimeoutMs: number;
  /** The longest a step waits for its turn at the broker; then it is not sent at all. */
  readonly longestTurnWaitMs: number;
  /** Plans that may wait on the broker at a time; the others queue, the most urgent first. */
  readonly plansInFlight: number;
  /** How long a step waits to be live, or a cancel to be terminal. */
  readonly confirmTimeoutMs: number;
  /** How long a sale waits to be filled. */
  readonly fillTimeoutMs: number;
  /** A snapshot younger than this needs no fresh look before acting. */
  readonly freshLookMaxAgeMs: number;
  /** How long a proposed plan may be executed. */
  readonly planLifetimeMs: number;
  /** A quote older than this is asked for again where no stream would bring it. */
  readonly quoteStaleAfterMs: number;
  /** How far back orders are read; live ones are always read, however old. */
  readonly orderLookbackMs: number;
  /** Part of the previous close's equity whose loss in a day reduces trading; null for never. */
  readonly dailyLossPercent: string | null;
  /** What a person is asked about, and how. */
  readonly approvals: ApprovalSettings;
  /** What the controls that remember go by. */
  readonly controls: ControlSettings;
  /** How far each policy may go; one that is not named acts everywhere. */
  readonly rollout: RolloutSettings;
  readonly stepBack: StepBackSettings;
  readonly risk: RiskSettings;
  /** Which approved bundle of settings holds in which market. */
  readonly strategies: StrategyRules & { readonly active: string | null };
};

/** By what the risk of the whole portfolio is told. */
type RiskSettings = {
  /** The symbol that stands for the market. */
  readonly benchmark: Ticker;
  /** Names whose prices go together at least so much form a cluster; 0 to 1. */
  readonly clusterCorrelation: number;
  /** A rebalance leaves a name alone that is so many percent of equity off its target. */
  readonly rebalanceBandPercent: string;
  /** Sectors by symbol, where the owner says otherwise than the shipped map. */
  readonly sectors: Readonly<Record<string, string>>;
};

export type ControlSettings = {
  /** So many trades of one policy in one symbol within the window are allowed. */
  readonly repeats: number;
  readonly repeatWindowMs: number;
  /** The fall from the highest equity, in percent of it, that ends all entries; null for none. */
  readonly drawdownPercent: string | null;
  readonly backstops: DeclaredBackstops;
};

export const defaultRuntimeSettings: RuntimeSettings = {
  environment: 'simulated',
  mode: 'execute',
  cycleMs: 10_000,
  closedCycleMs: 10_000,
  callTimeoutMs: 10_000,
  longestTurnWaitMs: 10_000,
  plansInFlight: 8,
  confirmTimeoutMs: 10_000,
  fillTimeoutMs: 15_000,
  freshLookMaxAgeMs: 1_000,
  planLifetimeMs: 60_000,
  quoteStaleAfterMs: 15_000,
  orderLookbackMs: 3 * 24 * 3_600_000,
  dailyLossPercent: null,
  approvals: {
    limits: {
      saleDollarsPerDay: '25000',
      saleEquityPercentPerDay: '10',
      salePositionPercentPerDay: '100',
      addedDollars: '0',
    },
    liveLimits: {
      saleDollarsPerDay: '5000',
      saleEquityPercentPerDay: '5',
      salePositionPercentPerDay: '50',
      addedDollars: '0',
    },
    elicitation: 'not_live',
    lifetimeMs: 300_000,
    delayMs: 600_000,
    mostPending: 3,
    proposalsPerMinute: 6,
  },
  rollout: {},
  strategies: {
    ...{ enabled: false, active: null, minimumDays: 5, switchesPerMonth: 2 },
    inRegime: { rising: null, falling: null, sideways: null, stressed: null, unknown: null },
  },
  stepBack: { vetoes: 5, windowMs: 600_000 },
  risk: {
    benchmark: ticker('SPY'),
    clusterCorrelation: 0.7,
    rebalanceBandPercent: '1',
    sectors: {},
  },
  controls: {
    repeats: 6,
    repeatWindowMs: 600_000,
    drawdownPercent: null,
    backstops: {
      noShorting: null,
      maxMarginMultiplier: null,
      suspendTrade: null,
      fractionalTrading: null,
    },
  },
};
