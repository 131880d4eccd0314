import type { EpochMs } from '../../src/domain/time.ts';
import type { Observation, Violation } from '../observation.ts';
import { noOversell } from './i01-no-oversell.ts';
import { oneExitOwner } from './i02-one-exit-owner.ts';
import { intentFirst } from './i03-intent-first.ts';
import { atMostOnce } from './i04-at-most-once.ts';
import { nothingAfterHalt } from './i05-nothing-after-halt.ts';
import { vetoIsFinal } from './i06-veto-is-final.ts';
import { guardsAreComplete } from './i07-guards-are-complete.ts';
import { monotoneProtection } from './i08-monotone-protection.ts';
import { boundedNakedTime } from './i09-bounded-naked-time.ts';
import { limitsHold } from './i10-limits.ts';
import { adviceOnlyTightens } from './i11-non-interference.ts';
import { plansAreCapabilities } from './i12-capability.ts';
import { beliefIsTruth } from './i13-belief-is-truth.ts';
import { journalVerifies } from './i14-journal.ts';
import { failClosed } from './i15-fail-closed.ts';
import { modesOnlyFall } from './i16-mode-lattice.ts';
import { secretsStay } from './i17-secrets.ts';
import { lookingChangesNothing } from './i18-isolation.ts';
import { allIsCovered } from './i19-covered.ts';
import { nothingStaysOpen } from './i20-nothing-open.ts';
import { noOrphans } from './i21-no-orphans.ts';
import { stateHasReason } from './i22-state-has-reason.ts';
import { alertsInTime } from './i23-alerts-in-time.ts';
import type { NakedStretch } from './naked-times.ts';
import { NakedWatch } from './naked-watch.ts';
import type { Rule, Watch } from './rule.ts';
import { Scene, type World } from './scene.ts';

/** Every invariant, by number. */
export const RULES: readonly Rule[] = [
  noOversell,
  oneExitOwner,
  intentFirst,
  atMostOnce,
  nothingAfterHalt,
  vetoIsFinal,
  guardsAreComplete,
  monotoneProtection,
  boundedNakedTime,
  limitsHold,
  adviceOnlyTightens,
  plansAreCapabilities,
  beliefIsTruth,
  journalVerifies,
  failClosed,
  modesOnlyFall,
  secretsStay,
  lookingChangesNothing,
  allIsCovered,
  nothingStaysOpen,
  noOrphans,
  stateHasReason,
  alertsInTime,
];

type Kind = Observation['kind'];
type Handler = (observation: Observation) => void;

/**
 * Checks everything that is seen of one simulated account against the catalogue, and measures
 * its naked time. It knows the wire, the journal and the exchange's books, and none of the code
 * that it checks.
 */
export class Invariants {
  readonly #scene: Scene;
  readonly #naked: NakedWatch;
  readonly #handlers = new Map<Kind, Handler[]>();
  readonly #onBook: ((symbol: string) => void)[] = [];
  readonly #settled: (() => void)[] = [];
  #found: Violation[] = [];

  /** @param only the numbers of the rules to check, without naked time; all when left out */
  constructor(world: World, only: ReadonlySet<number> | null = null) {
    this.#scene = new Scene(world);
    this.#naked = new NakedWatch(this.#scene);
    if (only === null) this.#onBook.push((symbol) => this.#naked.look(symbol));
    for (const rule of RULES) if (only?.has(rule.number) ?? true) this.#add(rule);
  }

  /** What this observation has broken; usually nothing. */
  after(observation: Observation): readonly Violation[] {
    this.#scene.take(observation);
    for (const handler of this.#handlers.get(observation.kind) ?? []) handler(observation);
    if (observation.kind === 'frame_arrived' || observation.kind === 'answer_arrived') {
      this.#naked.hear();
    }
    for (const symbol of this.#scene.touched) {
      for (const look of this.#onBook) look(symbol);
    }
    return this.#take();
  }

  /** To be asked six cycles after the last fault: what has not come to rest. */
  settled(at: EpochMs): readonly Violation[] {
    this.#scene.now = at;
    for (const symbol of this.#scene.books.symbols) {
      for (const look of this.#onBook) look(symbol);
    }
    for (const check of this.#settled) check();
    return this.#take();
  }

  /** Every stretch of naked time that is over. `nakedTimesOf` makes figures of any number. */
  report(): readonly NakedStretch[] {
    return this.#naked.stretches;
  }

  #take(): readonly Violation[] {
    if (this.#found.length === 0) return NOTHING;
    const found = this.#found;
    this.#found = [];
    return found;
  }

  #add({ number, watch }: Rule): void {
    const tell = (symbol: string | null, because: string) => {
      this.#found.push({ invariant: number, at: this.#scene.now, symbol, because });
    };
    const { on = {}, onBook, settled }: Watch = watch(this.#scene, tell);
    for (const [kind, handler] of Object.entries(on)) {
      const handlers = this.#handlers.get(kind as Kind) ?? [];
      // Its key says which kind of observation a handler takes.
      handlers.push(handler as Handler);
      this.#handlers.set(kind as Kind, handlers);
    }
    if (onBook !== undefined) this.#onBook.push(onBook);
    if (settled !== undefined) this.#settled.push(settled);
  }
}

const NOTHING: readonly Violation[] = [];
