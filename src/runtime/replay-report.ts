import type { EpochMs } from '../domain/time.ts';
import { type Difference, type Finding, REPLAYED, type Replayed } from './replay.ts';

/** More than anybody reads; the counts go on. */
const MOST_TOLD = 1_000;

export type ReplayCounts = {
  readonly same: number;
  readonly different: number;
  readonly missing: number;
};

/** Records of which something is missing for the same reason. */
type Gap = { readonly because: string; readonly count: number; readonly firstSeq: number };

export type ReplayResult = {
  readonly counts: Readonly<Record<Replayed, ReplayCounts>>;
  /** In the order of the journal, the first thousand. */
  readonly differences: readonly Difference[];
  /** How often each policy or guardrail now says something else. */
  readonly by: Readonly<Record<string, number>>;
  readonly gaps: readonly Gap[];
};

const NONE: ReplayCounts = { same: 0, different: 0, missing: 0 };

/** Adds up what was derived anew, within a time. */
export class ReplayReport {
  readonly #fromAt: EpochMs;
  readonly #toAt: EpochMs;
  readonly #counts = new Map<Replayed, ReplayCounts>();
  readonly #differences: Difference[] = [];
  readonly #by = new Map<string, number>();
  readonly #gaps = new Map<string, Gap>();

  constructor(within: { readonly fromAt?: EpochMs; readonly toAt?: EpochMs } = {}) {
    this.#fromAt = within.fromAt ?? Number.NEGATIVE_INFINITY;
    this.#toAt = within.toAt ?? Number.POSITIVE_INFINITY;
  }

  add(finding: Finding): void {
    const { what, outcome, at, seq } = finding;
    if (at < this.#fromAt || at > this.#toAt) return;
    const counts = this.#counts.get(what) ?? NONE;
    this.#counts.set(what, { ...counts, [outcome]: counts[outcome] + 1 });
    if (outcome === 'missing') {
      const { because } = finding;
      const gap = this.#gaps.get(because) ?? { because, count: 0, firstSeq: seq };
      this.#gaps.set(because, { ...gap, count: gap.count + 1 });
    }
    if (outcome !== 'different') return;
    for (const name of finding.by) this.#by.set(name, (this.#by.get(name) ?? 0) + 1);
    if (this.#differences.length < MOST_TOLD) this.#differences.push(finding);
  }

  result(): ReplayResult {
    const counts = REPLAYED.map((what) => [what, this.#counts.get(what) ?? NONE] as const);
    const by = [...this.#by].sort(([, one], [, other]) => other - one);
    return {
      counts: Object.fromEntries(counts) as ReplayResult['counts'],
      differences: this.#differences,
      by: Object.fromEntries(by),
      gaps: [...this.#gaps.values()],
    };
  }
}
