import { createHash } from 'node:crypto';
import { knownPoints } from './crash-points.ts';
import {
  type NakedStretch,
  type NakedTimes,
  nakedTimesOf,
  oursOf,
} from './invariants/naked-times.ts';
import type { Asked, Violation } from './observation.ts';
import type { WorldResult } from './world.ts';

/** A seed in which something did not hold, and the first that did not. */
export type Failure = {
  readonly seed: number;
  /** The file that the world was read from; null where it is one of a row. */
  readonly fixture: string | null;
  readonly violation: Violation;
};

/** A stretch with nothing wrong, and how much of it was not the broker's. */
export type LongPart = {
  readonly seed: number;
  readonly ours: number;
  readonly stretch: NakedStretch;
};

const MOST_LONG_PARTS = 20;

/** What `--json` prints. */
export type Summary = {
  readonly seeds: number;
  readonly steps: number;
  readonly violations: number;
  readonly failures: readonly Failure[];
  /** What became of what the agents wanted, by intent. */
  readonly asked: Readonly<Record<string, Asked>>;
  /** By the ids of the catalogue of failure modes. */
  readonly faults_fired: Readonly<Record<string, number>>;
  readonly ambiguous_posts: number;
  readonly naked_seconds: { readonly p50: number; readonly p99: number; readonly max: number };
  readonly naked_times: NakedTimes;
  /** Longest first. */
  readonly longest_ours: readonly LongPart[];
  readonly duplicates: number;
  readonly oversells: number;
  readonly await_points: {
    readonly known: number;
    readonly reached: number;
    readonly killed_at: number;
    readonly never_reached: readonly string[];
    readonly never_killed_at: readonly string[];
  };
  readonly simulated_hours: number;
  readonly seconds: number;
  readonly steps_per_second: number;
  readonly trace_hash: string;
};

const OVERSELL = 1;
const DUPLICATE = 4;

const together = (one: Asked | undefined, other: Asked): Asked => ({
  proposed: (one?.proposed ?? 0) + other.proposed,
  planned: (one?.planned ?? 0) + other.planned,
  executed: (one?.executed ?? 0) + other.executed,
  completed: (one?.completed ?? 0) + other.completed,
});

/** Adds worlds up. */
export class Tally {
  readonly #fired = new Map<string, number>();
  readonly #asked = new Map<string, Asked>();
  readonly #failures: Failure[] = [];
  readonly #stretches: NakedStretch[] = [];
  #longest: readonly LongPart[] = [];
  readonly #reached = new Set<string>();
  readonly #killed = new Set<string>();
  readonly #trace = createHash('sha256');
  #seeds = 0;
  #steps = 0;
  #violations = 0;
  #duplicates = 0;
  #oversells = 0;
  #ambiguousPosts = 0;
  #simulatedMs = 0;

  add(world: WorldResult, fixture: string | null): void {
    const { violations } = world;
    this.#seeds += 1;
    this.#steps += world.steps;
    this.#violations += violations.length;
    this.#ambiguousPosts += world.ambiguousPosts;
    this.#simulatedMs += world.simulatedMs;
    this.#trace.update(`${world.seed} ${world.traceHash}\n`);
    for (const [id, times] of world.fired) this.#fired.set(id, (this.#fired.get(id) ?? 0) + times);
    for (const [intent, asked] of world.asked) {
      this.#asked.set(intent, together(this.#asked.get(intent), asked));
    }
    for (const point of world.points.reached) this.#reached.add(point);
    for (const point of world.points.killed) this.#killed.add(point);
    this.#addStretches(world);
    this.#duplicates += violations.filter(({ invariant }) => invariant === DUPLICATE).length;
    this.#oversells += violations.filter(({ invariant }) => invariant === OVERSELL).length;
    const [violation] = violations;
    if (violation === undefined) return;
    this.#failures.push({ seed: world.seed, fixture, violation });
  }

  #addStretches({ seed, nakedStretches }: WorldResult): void {
    for (const stretch of nakedStretches) this.#stretches.push(stretch);
    const free = nakedStretches.filter(({ wasHindered }) => !wasHindered);
    const parts = free.map((stretch) => ({ seed, ours: oursOf(stretch), stretch }));
    this.#longest = [...this.#longest, ...parts]
      .sort((one, other) => other.ours - one.ours)
      .slice(0, MOST_LONG_PARTS);
  }

  summary(seconds: number): Summary {
    const naked = nakedTimesOf(this.#stretches);
    const { p50, p99, max } = naked.all;
    const known = knownPoints();
    return {
      seeds: this.#seeds,
      steps: this.#steps,
      violations: this.#violations,
      failures: this.#failures,
      asked: Object.fromEntries([...this.#asked].sort(([a], [b]) => (a < b ? -1 : 1))),
      faults_fired: Object.fromEntries([...this.#fired].sort(([a], [b]) => (a < b ? -1 : 1))),
      ambiguous_posts: this.#ambiguousPosts,
      naked_seconds: { p50, p99, max },
      naked_times: naked,
      longest_ours: this.#longest,
      duplicates: this.#duplicates,
      oversells: this.#oversells,
      await_points: {
        known: known.length,
        reached: this.#reached.size,
        killed_at: this.#killed.size,
        never_reached: known.filter((point) => !this.#reached.has(point)),
        never_killed_at: known.filter((point) => !this.#killed.has(point)),
      },
      simulated_hours: Math.round(this.#simulatedMs / 36_000) / 100,
      seconds: Math.round(seconds * 10) / 10,
      steps_per_second: Math.round(this.#steps / seconds),
      trace_hash: this.#trace.copy().digest('hex'),
    };
  }
}
