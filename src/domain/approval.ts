/**
 * Who has to agree to a plan, computed from what it does.
 *
 * T0: it only protects or stops things; nobody. T1: inside the limits; nobody. T2: beyond them;
 * a person. T3: it takes protection away; a person, a code and a wait. T4: nobody can.
 */
export type ApprovalTier = 'T0' | 'T1' | 'T2' | 'T3' | 'T4';

/** Mildest first. */
export const APPROVAL_TIERS: readonly ApprovalTier[] = ['T0', 'T1', 'T2', 'T3', 'T4'];

export const stricterTier = (one: ApprovalTier, other: ApprovalTier): ApprovalTier =>
  APPROVAL_TIERS.indexOf(one) >= APPROVAL_TIERS.indexOf(other) ? one : other;

export const needsPerson = (tier: ApprovalTier): boolean => tier !== 'T0' && tier !== 'T1';

/** The tier of a plan, and what put it there; part of what its hash covers. */
export type ApprovalNeed = { readonly tier: ApprovalTier; readonly because: readonly string[] };

/** What goes through without a person, in any 24 hours. Decimal text. */
export type ApprovalLimits = {
  /** Dollars of positions that a host may have sold. */
  readonly saleDollarsPerDay: string;
  /** The same as a part of the account's equity. */
  readonly saleEquityPercentPerDay: string;
  /** Part of one position that a host may have sold. */
  readonly salePositionPercentPerDay: string;
  /** Dollars by which one plan may add to what is at risk. */
  readonly addedDollars: string;
};

/** Who is asked, when, and for how long an answer is waited for. */
export type ApprovalSettings = {
  readonly limits: ApprovalLimits;
  /** For real money; of each limit the lower one holds. */
  readonly liveLimits: ApprovalLimits;
  /** Where a person's yes counts that comes through the program of an agent. */
  readonly elicitation: 'never' | 'not_live' | 'always';
  /** How long a plan waits for a person. */
  readonly lifetimeMs: number;
  /** Between a person's yes to T3 and the first order. */
  readonly delayMs: number;
  readonly mostPending: number;
  /** Of one account's hosts together; what protects or halts is not counted. */
  readonly proposalsPerMinute: number;
};

/** How a person agrees. */
export type ApprovalChannelName = 'elicitation' | 'app' | 'terminal' | 'page';

/** What a person is shown: at most seven lines, and more for who wants to know. */
export type ApprovalText = {
  readonly lines: readonly string[];
  readonly details: readonly string[];
};

/**
 * The host of one connection, where it can put a question to its person. Anything but an
 * explicit yes is a no; `silence` leaves the other channels their time.
 */
export type ApprovalChannel = {
  ask(
    text: ApprovalText,
    timeoutMs: number,
    signal: AbortSignal,
  ): Promise<'yes' | 'no' | 'silence'>;
};
