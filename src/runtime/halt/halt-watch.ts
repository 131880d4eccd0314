import { toJson } from '../../domain/canonical.ts';
import { type Halt, isStricter } from '../../domain/halt.ts';
import type { PlanPart, Step } from '../../domain/plan.ts';
import { fieldAt } from '../../domain/record-body.ts';
import { sharesAdded } from '../../domain/risk-reducing.ts';
import { isForFlat } from '../../engine/planning/drift.ts';
import type { Clock } from '../../ports/clock.ts';
import { reasonOf } from '../../ports/deadline.ts';
import type { EmergencyBroker } from '../../ports/emergency-broker.ts';
import type { HaltLatch } from '../../ports/halt-latch.ts';
import type { TradingStateLevels } from '../account/trading-state.ts';
import type { AlertBoard } from '../journal/alert-board.ts';
import type { EventLogger } from '../journal/event-logger.ts';
import type { RuntimeSettings } from '../settings/settings.ts';
import { carryOutHalt, type HaltReport, type HaltRequest, latchHalt } from './halt.ts';
import { haltInWords, reportInWords } from './halt-words.ts';

/** Whoever pressed elsewhere clears the account by itself, and is given so long a start. */
const HEAD_START_MS = 2_000;
const LATCHED = { code: 'halted', symbol: null };
const UNVERIFIED = { code: 'halt_not_verified', symbol: null };
const CAUSES = ['halt_entries', 'halt_everything'] as const;

type Parts = {
  readonly latch: HaltLatch;
  readonly emergency: EmergencyBroker;
  readonly tradingState: TradingStateLevels;
  readonly alerts: AlertBoard;
  readonly logger: EventLogger;
  readonly clock: Clock;
  readonly settings: RuntimeSettings;
};

/**
 * The owner's eye on the latch. Asked in the instant before each step is sent; what it finds
 * changed goes into the trading state, the journal and the alerts. A halt that nobody has
 * verified yet is carried out here too, also after a restart.
 */
export class HaltWatch {
  readonly #parts: Parts;
  readonly #stopping = new AbortController();
  #known: Halt | null = null;
  #work: Promise<HaltReport> | null = null;
  #newest: HaltReport | null = null;
  #unwatch: () => void = () => {};

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Takes up what the journal knows, so that a halt is told once, and its end as well. */
  start(): void {
    const { logger, latch, tradingState } = this.#parts;
    tradingState.lookFirst(() => this.notice());
    const last = logger.recall(['halt_latched', 'halt_lifted']).at(-1);
    if (last?.type === 'halt_latched') this.#known = haltIn(last.body);
    this.#unwatch = latch.watch(() => this.notice());
    this.#showKnown();
    this.notice();
  }

  stop(): void {
    this.#unwatch();
    this.#stopping.abort();
  }

  /** In words, why a step may not be sent in this instant; null when it may. */
  whyBlocked(step: Step, part: PlanPart): string | null {
    const halt = this.notice();
    if (halt === null || mayBeSent(halt, step, part)) return null;
    return `trading is ${haltInWords(halt)}`;
  }

  /** Looks at the latch, and tells what changed. */
  notice(): Halt | null {
    const halt = this.#parts.latch.read();
    if (isSame(halt, this.#known)) return halt;
    const before = this.#known;
    this.#known = halt;
    if (halt === null) this.#tellLifted(before);
    else this.#tellLatched(halt);
    return halt;
  }

  /**
   * Latches at once, and clears the account for as long as `timeoutMs`; what is not done by
   * then goes on by itself.
   *
   * @returns how far it has come; no report where the mode lets nothing be sent
   */
  async halt(
    request: HaltRequest,
    timeoutMs: number,
  ): Promise<{
    readonly halt: Halt;
    readonly report: HaltReport | null;
    readonly isVerified: boolean;
  }> {
    const { latch, clock } = this.#parts;
    const latched = latch.read();
    // An agent that presses again must not begin the clearing of a person's halt again.
    const isNew = latched === null || isStricter(request.level, latched.level);
    const { halt } = isNew ? latchHalt({ latch, clock }, request) : { halt: latched };
    this.notice();
    const work = this.#work;
    if (work === null) return { halt, report: null, isVerified: latch.isVerified(halt) };
    const reports: HaltReport[] = [];
    const over = new AbortController();
    const ended = work.then((report) => {
      reports.push(report);
      over.abort();
    });
    await Promise.race([ended, clock.sleep(timeoutMs, over.signal)]);
    const report = reports[0] ?? this.#newest;
    return { halt, report, isVerified: latch.isVerified(halt) };
  }

  #tellLatched(halt: Halt): void {
    const { logger, latch } = this.#parts;
    logger.log({ type: 'halt_latched', actor: halt.actor, body: halt });
    logger.commit();
    this.#showKnown();
    if (latch.isVerified(halt)) return;
    this.#parts.alerts.raise({ ...UNVERIFIED, because: 'the broker is being cleared' });
  }

  #tellLifted(before: Halt | null): void {
    const { logger, alerts, latch } = this.#parts;
    const lift = latch.lastLift();
    const because = `lifted by ${lift?.by ?? 'somebody who left no name'}`;
    logger.log({ type: 'halt_lifted', actor: 'person', body: { lift, before, because } });
    logger.commit();
    alerts.clear(UNVERIFIED);
    this.#showKnown();
  }

  #showKnown(): void {
    const { tradingState, alerts } = this.#parts;
    const halt = this.#known;
    const clearOthers = () => {
      for (const code of CAUSES)
        if (halt === null || code !== codeOf(halt)) tradingState.clear(code);
    };
    if (halt === null) {
      clearOthers();
      alerts.clear(LATCHED);
      return;
    }
    tradingState.raise({
      state: halt.level === 'entries' ? 'reducing' : 'halted',
      code: codeOf(halt),
      because: haltInWords(halt),
      since: halt.since,
      clearedBy: 'a person: bigbrother resume',
    });
    // After the new one: between two halts nothing is allowed that neither allows.
    clearOthers();
    alerts.raise({ ...LATCHED, because: haltInWords(halt) });
    this.#carryOut(halt);
  }

  #carryOut(halt: Halt): void {
    const { settings, latch } = this.#parts;
    if (this.#work !== null || settings.mode !== 'execute' || latch.isVerified(halt)) return;
    const work = this.#clear(halt);
    this.#work = work;
    const ended = () => {
      this.#work = null;
      const next = this.#parts.latch.read();
      if (next !== null && !this.#stopping.signal.aborted) this.#carryOut(next);
    };
    // A fault of our own would only meet itself again.
    work.then(ended, (fault) => this.#parts.tradingState.halt(reasonOf(fault)));
  }

  async #clear(halt: Halt): Promise<HaltReport> {
    const { latch, emergency: broker, clock, alerts, logger } = this.#parts;
    const { signal } = this.#stopping;
    if (halt.actor === 'person') await clock.sleep(HEAD_START_MS, signal);
    const report = await carryOutHalt({
      ...{ broker, latch, clock, halt, signal },
      onLook: (seen) => {
        this.#newest = seen;
        if (seen.outcome !== 'at_work') alerts.clear(UNVERIFIED);
        else alerts.raise({ ...UNVERIFIED, because: reportInWords(seen).join('; ') });
      },
    });
    if (report.outcome === 'verified') {
      const { canceled, closed } = report;
      const because = reportInWords(report).join('; ');
      const body = toJson({ canceled, closed, because });
      logger.log({ type: 'halt_verified', actor: 'system', body });
      logger.commit();
    }
    return report;
  }
}

/**
 * What a level lets through. Under `everything` only what can no longer protect anything: the
 * cancel of an exit that rests where nothing is held, since its fill would open a position.
 */
function mayBeSent({ level }: Halt, step: Step, part: PlanPart): boolean {
  if (level === 'entries') return !sharesAdded(step, part.basis).gt('0');
  return step.kind === 'cancel' && isForFlat(part);
}

const codeOf = ({ level }: Halt): (typeof CAUSES)[number] =>
  level === 'entries' ? CAUSES[0] : CAUSES[1];

const isSame = (a: Halt | null, b: Halt | null): boolean =>
  a === null || b === null ? a === b : a.level === b.level && a.pressedAt === b.pressedAt;

/** As the journal holds it. */
function haltIn(body: Parameters<typeof fieldAt>[0]): Halt | null {
  const [level, since, pressedAt] = ['level', 'since', 'pressedAt'].map((name) =>
    fieldAt(body, name),
  );
  if (level !== 'entries' && level !== 'everything' && level !== 'flatten') return null;
  if (typeof since !== 'number' || typeof pressedAt !== 'number') return null;
  const words = (name: string): string => String(fieldAt(body, name) ?? '');
  return {
    ...{ level, since, pressedAt, by: words('by'), because: words('because') },
    actor: 'system',
    includesForeign: false,
  };
}
