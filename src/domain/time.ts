/** Milliseconds since 1970 in UTC. Time reaches the core as data; nothing here reads a clock. */
export type EpochMs = number;

export const isoTime = (at: EpochMs): string => new Date(at).toISOString();
