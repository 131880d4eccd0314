import type { EpochMs } from './time.ts';

/** A person has taken the account back: BigBrother only observes from then on. */
export type StandDown = {
  readonly since: EpochMs;
  /** Who said so, in words. */
  readonly by: string;
  readonly because: string;
};
