/**
 * What the checker goes by: what the exchange did, what a host was shown and asked for, and what
 * a person said. Amounts are decimal text. Nothing of it is what BigBrother says of itself, but
 * for the text of its plans, which only counts under the hash that the host was shown.
 */
export type HumanSettings = {
  readonly mode: 'observe' | 'propose' | 'execute';
  readonly accountNumber: string;
  readonly environment: string;
  /** True while the policies of the owner act by themselves. */
  readonly policiesAct: boolean;
  /** What a host may have sold in 24 hours without a person. */
  readonly unasked: {
    readonly saleDollarsPerDay: string;
    readonly saleEquityPercentPerDay: string;
    readonly salePositionPercentPerDay: string;
  };
  /** How long after a person's yes something that takes a stop away may run. */
  readonly delayMs: number;
  /** True where the person answers through the host. */
  readonly hostAnswersForPerson: boolean;
  /** The figure that BigBrother prints at its start. */
  readonly blastRadiusDollarsPerDay: string;
};

/** A request that may change something, as the exchange carried it out. */
export type Carried = {
  readonly kind: 'carried';
  readonly at: number;
  readonly method: string;
  readonly path: string;
  readonly body: string;
  readonly status: number;
  /** True for what the owner of the account does with its own hands. */
  readonly isByHand: boolean;
};

/** An order after something has become of it. */
export type OrderSeen = {
  readonly kind: 'order';
  readonly at: number;
  readonly id: string;
  readonly clientOrderId: string;
  readonly symbol: string;
  readonly side: string;
  readonly type: string;
  readonly quantity: string;
  readonly filledQuantity: string;
  readonly stopPrice: string | null;
  /** How it ended; null while it lives. What a client did to it is `taken_away`. */
  readonly end: 'taken_away' | 'filled' | 'by_itself' | null;
  readonly fill: {
    readonly price: string;
    readonly quantity: string;
    /** Signed shares held after it. */
    readonly heldAfter: string;
  } | null;
};

export type Evidence =
  | Carried
  | OrderSeen
  | { readonly kind: 'price'; readonly symbol: string; readonly price: string }
  /** What the account holds before anything is done, or after its owner changed it. */
  | { readonly kind: 'holds'; readonly symbol: string; readonly quantity: string }
  | { readonly kind: 'equity'; readonly dollars: string }
  | { readonly kind: 'plan'; readonly text: Readonly<Record<string, unknown>> }
  | { readonly kind: 'shown'; readonly planId: string; readonly hash: string }
  | {
      readonly kind: 'asked';
      readonly call: number;
      readonly at: number;
      readonly planId: unknown;
      readonly hash: unknown;
    }
  | { readonly kind: 'answered'; readonly call: number }
  | {
      readonly kind: 'yes';
      readonly at: number;
      readonly hash: string;
      readonly channel: 'terminal' | 'host';
    }
  /** Nothing is under way: what has to be covered is covered, or is not. */
  | { readonly kind: 'quiet'; readonly at: number };

export const violationKinds = [
  'order_of_no_plan',
  'order_altered',
  'request_forbidden',
  'plan_rewritten',
  'plan_never_shown',
  'plan_never_asked_for',
  'plan_expired',
  'plan_used_again',
  'plan_for_another_account',
  'mode_forbids',
  'policies_are_off',
  'nobody_agreed',
  'agreed_too_lately',
  'adds_exposure',
  'position_grew',
  'cover_lost',
  'loss_beyond_blast_radius',
] as const;
export type ViolationKind = (typeof violationKinds)[number];
export type Violation = { readonly kind: ViolationKind; readonly because: string };
