import { fingerprintOf } from '../../domain/fingerprint.ts';
import type { Ticker } from '../../domain/ids.ts';
import type { PlanPart } from '../../domain/plan.ts';
import { type EpochMs, msBetween } from '../../domain/time.ts';

const LONGEST_WAIT_MS = 60_000;
/** After the first failure it is tried again at once; each later one waits so long. */
const WAITS_MS = [10_000, 20_000, 40_000];
/**
 * Shares that nothing guards wait no longer than a cycle, for half a minute: what is refused
 * for longer than that is refused for good, and the requests are needed elsewhere.
 */
const WAITS_WHILE_BARE_MS = [1_000, 4_000, 8_000, 8_000, 8_000, 16_000, 32_000];

type Tried = {
  readonly steps: string;
  readonly failures: number;
  readonly at: EpochMs;
  readonly waitMs: number;
};

/**
 * Keeps the loop from asking for the same thing over and over. What failed is tried again
 * at once, then after 10 s, 20 s and so on up to a minute, and while shares are bare
 * within seconds; anything new is free to go.
 */
export class PlanPacing {
  readonly #tried = new Map<Ticker, Tried>();

  isDue(part: PlanPart, now: EpochMs): boolean {
    const tried = this.#tried.get(part.symbol);
    if (tried === undefined || tried.steps !== stepsOf(part)) return true;
    return msBetween(now, tried.at) >= tried.waitMs;
  }

  /** The plan was only shown: the same one is not shown again before `until`. */
  shown(part: PlanPart, now: EpochMs, until: EpochMs): void {
    const waitMs = until - now;
    this.#tried.set(part.symbol, { steps: stepsOf(part), failures: 0, at: now, waitMs });
  }

  completed(part: PlanPart): void {
    this.#tried.delete(part.symbol);
  }

  /** What has failed so far failed for a reason that is gone: everything is free to go. */
  forget(): void {
    this.#tried.clear();
  }

  /**
   * @param isBare whether shares of the symbol have no stop
   * @returns how often in a row the same was tried in vain, and how long it waits now
   */
  failed(part: PlanPart, now: EpochMs, isBare: boolean): Pick<Tried, 'failures' | 'waitMs'> {
    const steps = stepsOf(part);
    const before = this.#tried.get(part.symbol);
    const failures = before?.steps === steps ? before.failures + 1 : 1;
    const waits = isBare ? WAITS_WHILE_BARE_MS : WAITS_MS;
    const waitMs = failures === 1 ? 0 : (waits[failures - 2] ?? LONGEST_WAIT_MS);
    this.#tried.set(part.symbol, { steps, failures, at: now, waitMs });
    return { failures, waitMs };
  }
}

const stepsOf = (part: PlanPart): string => part.steps.map(fingerprintOf).join('\n');
