import type { Ticker } from '../domain/ids.ts';
import type { Lane } from '../ports/broker.ts';
import { reasonOf } from '../ports/deadline.ts';
import type { TradingStateLevels } from './account/trading-state.ts';
import type { Recovery } from './coordination/recovery.ts';
import { SymbolTurns, type SymbolTurnsParts } from './coordination/symbol-turns.ts';
import type { UnsettledResolver } from './coordination/unsettled-resolver.ts';
import type { CycleBookkeeper } from './cycle-bookkeeper.ts';

/**
 * How long a stop waits for what is at work; what is left is in the journal as intended, and
 * the next process finds out about it. Whoever asks a process to end expects it within 5 s.
 */
const STOP_TIMEOUT_MS = 4_000;

type Parts = SymbolTurnsParts & {
  readonly resolver: UnsettledResolver;
  readonly recovery: Recovery;
  readonly bookkeeper: CycleBookkeeper;
  readonly tradingState: TradingStateLevels;
};

/**
 * The loop: looks at the account every cycle, and at a symbol at once when something
 * happened there, and lets the symbols have their turns.
 */
export class BigBrotherOrchestrator {
  readonly #parts: Parts;
  readonly #turns: SymbolTurns;
  readonly #pending = new Set<Ticker>();
  #phase: 'idle' | 'watching' | 'guarding' | 'stopping' = 'idle';
  #cycle: Promise<void> | null = null;
  #lastCycleMs: number | null = null;
  #cancelTimer: () => void = () => {};
  /** When the next cycle begins, by the time that nobody sets; null while no timer begins one. */
  #dueAtMs: number | null = null;
  #hasFailed = false;
  #wasHalted = false;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#turns = new SymbolTurns(parts, (symbol) => this.#schedule(symbol));
    parts.state.onChange((symbol) => {
      if (this.#phase === 'guarding') this.#turns.noteNews(symbol);
      this.#schedule(symbol);
    });
    parts.state.onReading(() => this.#catchUp());
    parts.recovery.onEnd(() => this.#decideAgain());
    parts.tradingState.onChange(() => this.#hearOfHalts());
  }

  get running(): boolean {
    return this.#phase === 'guarding';
  }

  /** Keeps the picture of the account current, and decides nothing. */
  watch(): void {
    if (this.#phase !== 'idle') return;
    this.#phase = 'watching';
    this.#tick();
  }

  /** Guards the account from now on; the first cycle begins at once. */
  start(): void {
    if (this.#phase === 'guarding' || this.#phase === 'stopping') return;
    this.#phase = 'guarding';
    this.#tick();
  }

  /** Guards the account from now on, in cycles that the caller runs: no timer begins one. */
  startPaced(): void {
    if (this.#phase === 'guarding' || this.#phase === 'stopping') return;
    this.#disarm();
    this.#phase = 'guarding';
    void this.runCycle();
  }

  /** Guards no longer, and watches on; plans at work go on to their end. */
  rest(): void {
    if (this.#phase !== 'guarding') return;
    this.#phase = 'watching';
    this.#pending.clear();
    this.#turns.clear();
  }

  /** Begins nothing new; resolves when the plans at work have ended and all is written down. */
  async stop(): Promise<void> {
    if (this.#phase === 'stopping') return;
    this.#phase = 'stopping';
    this.#disarm();
    this.#parts.bookkeeper.stop();
    this.#pending.clear();
    this.#turns.clear();
    const ended = new AbortController();
    const cycle = Promise.resolve(this.#cycle).finally(() => ended.abort());
    await Promise.all([
      Promise.race([cycle, this.#parts.clock.sleep(STOP_TIMEOUT_MS, ended.signal)]),
      this.#parts.coordinator.stop(STOP_TIMEOUT_MS),
    ]);
  }

  /**
   * The longest until the last order that waits now is sent, in milliseconds, at the pace the
   * broker takes requests; 0 when nothing waits.
   */
  longestWaitMs(): number {
    return this.#turns.longestWaitMs();
  }

  /** How long a request of this lane, made now, waits for its turn. */
  laneWaitMs(lane: Lane): number {
    return this.#parts.broker.longestWaitMs(lane);
  }

  /** How long the last whole pass took; null before the first has ended. */
  get lastCycleMs(): number | null {
    return this.#lastCycleMs;
  }

  /**
   * One pass: read the broker, decide for every symbol, let their plans take turns. Resolves
   * when that is under way, not when it has ended: a plan that takes long holds up nobody. A
   * cycle that is still running is not begun twice.
   */
  runCycle(): Promise<void> {
    const { clock } = this.#parts;
    const beganAt = clock.monotonicMs();
    this.#cycle ??= this.#runCycle().finally(() => {
      this.#lastCycleMs = clock.monotonicMs() - beganAt;
      this.#cycle = null;
    });
    return this.#cycle;
  }

  async #runCycle(): Promise<void> {
    const { state, resolver, recovery, logger } = this.#parts;
    recovery.look();
    const failure = recovery.isRecovering
      ? await recovery.attempt()
      : await state.updateFromAlpaca();
    if (failure !== null) {
      this.#hasFailed = true;
      logger.log({ type: 'cycle_failed', actor: 'loop', body: { because: failure } });
    } else {
      this.#readAgain();
      void resolver.resolve();
      if (this.#phase === 'guarding')
        this.#turns.decideAll([...state.flatSymbols(), ...state.symbols()]);
    }
    this.#parts.bookkeeper.closeCycle();
  }

  #tick(): void {
    this.#arm();
    void this.runCycle().catch((fault) => this.#parts.state.halt(reasonOf(fault)));
  }

  #arm(): void {
    const { clock } = this.#parts;
    const inMs = this.#untilNextCycle();
    this.#cancelTimer();
    this.#dueAtMs = clock.monotonicMs() + inMs;
    this.#cancelTimer = clock.after(inMs, () => this.#tick());
  }

  #disarm(): void {
    this.#cancelTimer();
    this.#dueAtMs = null;
  }

  /**
   * A reading that others asked for shows what the last cycle could not see: it failed, or took
   * the market for closed, as one does that has not read the calendar yet.
   */
  #catchUp(): void {
    const { clock, recovery } = this.#parts;
    const isLate =
      this.#dueAtMs !== null && clock.monotonicMs() + this.#untilNextCycle() < this.#dueAtMs;
    if (isLate) this.#arm();
    if (this.#cycle !== null || recovery.isRecovering || !(isLate || this.#hasFailed)) return;
    this.#readAgain();
    this.#decideAgain();
  }

  /** What was refused while the account could not be read was refused for its old picture. */
  #readAgain(): void {
    if (this.#hasFailed) this.#parts.pacing.forget();
    this.#hasFailed = false;
  }

  #untilNextCycle(): number {
    const { state, clock, settings } = this.#parts;
    const session = state.snapshot()?.session;
    if (session === undefined || session.isOpen) return settings.cycleMs;
    const untilOpenMs = Math.max(1, session.nextOpenAt - clock.now());
    return Math.min(settings.closedCycleMs, untilOpenMs);
  }

  /** What a halt refused is tried at once when it is lifted, and not when its pace says so. */
  #hearOfHalts(): void {
    const isHalted = this.#parts.tradingState.current() === 'halted';
    if (this.#wasHalted && !isHalted) {
      this.#parts.pacing.forget();
      this.#decideAgain();
    }
    this.#wasHalted = isHalted;
  }

  #decideAgain(): void {
    const { state } = this.#parts;
    for (const symbol of [...state.flatSymbols(), ...state.symbols()]) this.#schedule(symbol);
  }

  /** Several events in one turn lead to one look. */
  #schedule(symbol: Ticker): void {
    if (this.#phase !== 'guarding') return;
    if (this.#pending.size === 0) queueMicrotask(() => this.#lookAtPending());
    this.#pending.add(symbol);
  }

  #lookAtPending(): void {
    const symbols = [...this.#pending];
    this.#pending.clear();
    if (this.#phase === 'guarding') this.#turns.decideAll(symbols);
  }
}
