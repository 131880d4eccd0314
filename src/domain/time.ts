/** Milliseconds since 1970 in UTC. Time reaches the core as data; nothing here reads a clock. */
export type EpochMs = number;

export const isoTime = (at: EpochMs): string => new Date(at).toISOString();

/**
 * How far two instants lie apart, in milliseconds. What is meant to wait for a while waits by
 * this: after a clock was set back by an hour, nobody waits for the hour to pass again.
 */
export const msBetween = (one: EpochMs, other: EpochMs): number => Math.abs(one - other);
