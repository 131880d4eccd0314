/** What the page is told, as JSON. Amounts are decimal text; only what is drawn is a number. */

/** The course of a figure: in each stretch of time where it ended, its lowest and highest. */
export type Course = readonly (readonly [atMs: number, last: number, low: number, high: number])[];

export type EquityView = {
  readonly equity: Course;
  /** The highest so far, payments left aside; null before it is known. */
  readonly peak: number | null;
  /** What each close came to, in units of the initial risk, oldest first. */
  readonly closes: readonly {
    readonly at: number;
    readonly symbol: string;
    readonly r: number;
  }[];
};

type Fill = {
  readonly at: number;
  readonly side: 'buy' | 'sell';
  readonly quantity: string;
  readonly price: string;
};

export type PriceView = {
  readonly symbol: string;
  readonly prices: Course;
  /** Where the stop stood from then on; null from when there was none. */
  readonly stops: readonly (readonly [atMs: number, price: number | null])[];
  readonly fills: readonly Fill[];
  readonly entry: number | null;
};

export type TimelineEntry = {
  readonly at: string;
  readonly seq: number;
  readonly type: string;
  readonly symbol: string | null;
  readonly text: string;
  readonly planId: string | null;
  readonly orderId: string | null;
};

export type TimelineView = {
  readonly entries: readonly TimelineEntry[];
  readonly leftOut: number;
  readonly nextCursor: string | null;
  readonly note: string | null;
};

export type WhyView = {
  readonly stories: readonly {
    readonly symbol: string | null;
    readonly result: string;
    readonly chain: readonly string[];
  }[];
  readonly note: string | null;
};

export type PolicyRow = {
  readonly name: string;
  readonly promise: string;
  /** How far it may go: it only says what it would do, acts in some symbols, or in all. */
  readonly stage: 'shadow' | 'symbols' | 'all';
  readonly symbols: readonly string[];
  readonly maxActionsPerDay: number | null;
  readonly maxPositionDollars: string | null;
  /** Why it was taken back to shadow; null when it was not. */
  readonly steppedBack: string | null;
};

/** A limit of the account and how much of it is used. */
export type LimitRow = {
  readonly guardrail: string;
  readonly name: string;
  readonly measured: string;
  readonly limit: string;
  /** In percent of the limit; null when it cannot be measured now. */
  readonly usedPercent: number | null;
};

export type GuardrailRow = {
  readonly name: string;
  readonly promise: string;
  /** Plans that it was asked about and that it refused, as far as this process knows. */
  readonly asked: number;
  readonly denied: number;
  readonly last: {
    readonly at: number;
    readonly symbol: string;
    readonly outcome: 'pass' | 'deny';
    readonly measured: string;
    readonly limit: string;
    readonly because: string;
  } | null;
};

export type RulesView = {
  readonly policies: readonly PolicyRow[];
  readonly limits: readonly LimitRow[];
  readonly guardrails: readonly GuardrailRow[];
};

export type TapeView = {
  readonly prints: readonly {
    readonly at: string;
    readonly symbol: string;
    readonly price: string;
    readonly size: number;
    readonly move: number;
  }[];
  readonly updates: readonly {
    readonly at: string;
    readonly symbol: string;
    readonly event: string;
    readonly what: string;
  }[];
} | null;

/** A plan that waits for a person. */
export type QueuedPlan = {
  readonly planId: string;
  readonly hash: string;
  readonly tier: string;
  readonly lines: readonly string[];
  readonly details: readonly string[];
  readonly expiresAt: number;
  /** Null for who may only look. */
  readonly code: string | null;
};

export type QueueView = {
  /** False where this page may only look. */
  readonly mayAnswer: boolean;
  readonly waiting: readonly QueuedPlan[];
};

/** What a login is answered with. */
export type LoginAnswer = {
  /** To be sent with each answer on a plan; null for who may only look. */
  readonly answerKey: string | null;
};
