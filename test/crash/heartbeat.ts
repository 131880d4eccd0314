const BEAT_MS = 50;
/** Three seconds of the exchange's time at the usual speed; a cycle of the guard takes five. */
const STILL_MS = 300;

/** Notices when the machine did not let this process run. */
export class Heartbeat {
  #beatAt = Date.now();
  #used = process.cpuUsage();
  #stillAt = 0;

  constructor() {
    setInterval(() => this.#beat(), BEAT_MS).unref();
  }

  /** The instant on the wall until which it last stood still; 0 where it never has. */
  get stillAt(): number {
    this.#beat();
    return this.#stillAt;
  }

  /** What a process spends on its own work is no standstill, however long it takes. */
  #beat(): void {
    const now = Date.now();
    const { user, system } = process.cpuUsage(this.#used);
    if (isStandstill(now - this.#beatAt, (user + system) / 1_000)) this.#stillAt = now;
    this.#beatAt = now;
    this.#used = process.cpuUsage();
  }
}

export const isStandstill = (passedMs: number, usedMs: number): boolean =>
  passedMs - usedMs > STILL_MS;

/** How often the time that a process is given may begin anew. */
const MOST_TIMES = 6;

export type Wait = {
  /** Instants on the wall: when the wait began, when somebody last stood still, and now. */
  readonly since: number;
  readonly stillAt: number;
  readonly now: number;
  readonly longestMs: number;
};

/**
 * Whether somebody waited long enough for what a process is to do. The time begins anew with each
 * standstill, since nobody could do anything meanwhile; where that never ends, nothing is known.
 */
export function patience({ since, stillAt, now, longestMs }: Wait): 'left' | 'over' | 'unknown' {
  if (now - Math.max(since, stillAt) > longestMs) return 'over';
  return now - since > longestMs * MOST_TIMES ? 'unknown' : 'left';
}
