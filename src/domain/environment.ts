/** Which exchange the orders reach. Every result names it, so paper and live are never confused. */
export type Environment = 'simulated' | 'paper' | 'live';

/** How far BigBrother goes: look, suggest, or act. */
export type Mode = 'observe' | 'propose' | 'execute';

/** What the account is allowed: everything, only exits and protection, or nothing. */
export type TradingState = 'active' | 'reducing' | 'halted';

/** Why the account is in its state, as a level: it holds until its cause is cleared. */
export type TradingStateCause = {
  readonly state: TradingState;
  readonly code: string;
  readonly because: string;
  readonly since: number;
  readonly clearedBy: string;
};

const FURTHER: readonly Mode[] = ['observe', 'propose', 'execute'];

/** The one of two modes that goes less far. */
export const stricterMode = (one: Mode, other: Mode): Mode =>
  FURTHER.indexOf(one) <= FURTHER.indexOf(other) ? one : other;
