import { type Halt, isStricter } from '../../domain/halt.ts';
import type { OrderId, Ticker } from '../../domain/ids.ts';
import type { Order } from '../../domain/order.ts';
import type { EpochMs } from '../../domain/time.ts';
import { BrokerError } from '../../ports/broker.ts';
import type { Clock } from '../../ports/clock.ts';
import { reasonOf } from '../../ports/deadline.ts';
import type { EmergencyBroker } from '../../ports/emergency-broker.ts';
import type { HaltLatch } from '../../ports/halt-latch.ts';
import { type Clearing, clearingFor, FlatLooks } from './halt-orders.ts';

/** A request of the owner's that left just before the latch may show so much later. */
const IN_FLIGHT_MS = 2_000;
/** Between looks; the last one from then on. */
const LOOK_DELAYS_MS = [250, 250, 500, 500, 1_000, 1_000, 2_000] as const;
const SLOWEST_LOOK_MS = 5_000;
/** A cancel or a close whose answer was lost, or that changed nothing, is sent again after this. */
const ASK_AGAIN_MS = 1_500;
/** A list of positions may be empty by mistake; one that stays so for this long is believed. */
const FLAT_FOR_MS = 5_000;
/** Ended orders that are looked at, for fills that the list of positions does not show yet. */
const LOOK_BACK_MS = 60_000;

/** Who asks for which halt, and why. */
export type HaltRequest = Pick<Halt, 'level' | 'actor' | 'by' | 'because' | 'includesForeign'>;

/**
 * How far a halt has come. `verified`: a look at the broker, begun after everything sent before
 * the latch had to be seen, found nothing left that has to end. `at_work`: told to stop before
 * that. `lifted`: a person ended the halt meanwhile.
 */
export type HaltReport = {
  readonly halt: Halt;
  readonly outcome: 'verified' | 'at_work' | 'lifted';
  /** Cancels that the broker took. */
  readonly canceled: readonly OrderId[];
  /** Positions for which the broker took an order to close. */
  readonly closed: readonly Ticker[];
  /** The newest look; null when the broker could not be read. */
  readonly clearing: Clearing | null;
  /** Why the halt is not durable; null when it is. */
  readonly latchFailure: string | null;
  /** What went wrong last with the broker; null when nothing does. */
  readonly failure: string | null;
  readonly finishedAt: EpochMs;
};

export type HaltParts = {
  readonly broker: EmergencyBroker;
  readonly latch: HaltLatch;
  readonly clock: Clock;
  /** Told to stop: the halt holds, but nothing more is asked of the broker. */
  readonly signal?: AbortSignal;
  /** Called after each look at the broker, also one that failed. */
  readonly onLook?: (report: HaltReport) => void;
};

/**
 * The kill switch. Latched before it returns its promise: from then on no process of this
 * machine sends what `level` forbids. Then cancels what has to end, by id, and reads until
 * nothing of it is left. Takes no lock, waits for no unknown order, and goes on for as long as
 * the broker cannot be reached.
 */
export function haltAccount(parts: HaltParts & { readonly request: HaltRequest }) {
  const { halt, latchFailure } = latchHalt(parts, parts.request);
  return carryOutHalt({ ...parts, halt, latchFailure });
}

/** Blocks, and does nothing else. Synchronous: durable when it returns, or said why not. */
export function latchHalt(
  { latch, clock }: Pick<HaltParts, 'latch' | 'clock'>,
  request: HaltRequest,
): { readonly halt: Halt; readonly latchFailure: string | null } {
  const pressedAt = clock.now();
  try {
    return { halt: latch.latch({ ...request, pressedAt }), latchFailure: null };
  } catch (error) {
    const halt = latch.read() ?? { ...request, pressedAt, since: pressedAt };
    return { halt, latchFailure: reasonOf(error) };
  }
}

/** Does at the broker what a latched halt asks for, until that is verified. */
export async function carryOutHalt(
  parts: HaltParts & { readonly halt: Halt; readonly latchFailure?: string | null },
): Promise<HaltReport> {
  const work = new HaltWork(parts);
  for (let look = 0; ; look += 1) {
    const report = await work.look();
    parts.onLook?.(report);
    if (report.outcome !== 'at_work' || parts.signal?.aborted) return report;
    await parts.clock.sleep(LOOK_DELAYS_MS[look] ?? SLOWEST_LOOK_MS, parts.signal);
    if (parts.signal?.aborted) return report;
  }
}

class HaltWork {
  readonly #parts: Omit<HaltParts, 'onLook'> & { readonly latchFailure?: string | null };
  readonly #flat = new FlatLooks();
  readonly #askedAt = new Map<string, EpochMs>();
  readonly #canceled = new Set<OrderId>();
  readonly #closed = new Set<Ticker>();
  #halt: Halt;
  /** By this process's clock, which may differ from that of the one who pressed. */
  #latchedAt: EpochMs;
  #clearing: Clearing | null = null;
  #clearSince: EpochMs | null = null;
  #failure: string | null = null;

  constructor(parts: HaltParts & { readonly halt: Halt; readonly latchFailure?: string | null }) {
    this.#parts = parts;
    this.#halt = parts.halt;
    this.#latchedAt = this.#pressedBefore(parts.halt);
  }

  /** Reads, and asks for the end of what has to end. */
  async look(): Promise<HaltReport> {
    const { clock, latch } = this.#parts;
    const latched = latch.read();
    if (latched === null) return this.#report('lifted');
    if (latched.pressedAt > this.#halt.pressedAt || isStricter(latched.level, this.#halt.level)) {
      this.#halt = latched;
      this.#latchedAt = this.#pressedBefore(latched);
    }
    const startedAt = clock.now();
    this.#failure = null;
    try {
      this.#clearing = await this.#read(startedAt);
    } catch (error) {
      this.#failure = whatFailed(error);
      return this.#report('at_work');
    }
    if (this.#isDone(this.#clearing, startedAt)) {
      latch.markVerified(this.#halt);
      return this.#report('verified');
    }
    // A person may have lifted it while the account was read.
    if (latch.read() === null) return this.#report('lifted');
    await Promise.all([
      ...this.#clearing.toCancel.map((order) => this.#cancel(order)),
      ...this.#clearing.toClose.map(({ symbol }) => this.#close(symbol)),
    ]);
    return this.#report('at_work');
  }

  async #read(at: EpochMs): Promise<Clearing> {
    const { broker } = this.#parts;
    const [positions, orders] = await Promise.all([
      broker.readPositions(),
      broker.readOrders(at - LOOK_BACK_MS),
    ]);
    const seen = { positions, orders };
    this.#flat.take(seen, at);
    return clearingFor(this.#halt, seen, (symbol) => this.#flat.isFlat(symbol));
  }

  #isDone({ unwanted, undecided, held }: Clearing, at: EpochMs): boolean {
    const isClear = unwanted.length + undecided.length + held.length === 0;
    this.#clearSince = isClear ? (this.#clearSince ?? at) : null;
    if (this.#clearSince === null || at < this.#latchedAt + IN_FLIGHT_MS) return false;
    return this.#halt.level !== 'flatten' || at >= this.#clearSince + FLAT_FOR_MS;
  }

  #pressedBefore({ pressedAt }: Halt): EpochMs {
    return Math.min(pressedAt, this.#parts.clock.now());
  }

  async #cancel({ id }: Order): Promise<void> {
    if (!this.#mayAsk(`cancel ${id}`)) return;
    await this.#ask(async () => {
      await this.#parts.broker.cancelOrder(id);
      this.#canceled.add(id);
    });
  }

  async #close(symbol: Ticker): Promise<void> {
    if (!this.#mayAsk(`close ${symbol}`)) return;
    await this.#ask(async () => {
      await this.#parts.broker.closePosition(symbol);
      this.#closed.add(symbol);
    });
  }

  #mayAsk(what: string): boolean {
    const now = this.#parts.clock.monotonicMs();
    const askedAt = this.#askedAt.get(what);
    if (askedAt !== undefined && now - askedAt < ASK_AGAIN_MS) return false;
    this.#askedAt.set(what, now);
    return true;
  }

  /** A no is no reason to stop: the next look tells what is true. */
  async #ask(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#failure = whatFailed(error);
    }
  }

  #report(outcome: HaltReport['outcome']): HaltReport {
    return {
      halt: this.#halt,
      outcome,
      canceled: [...this.#canceled],
      closed: [...this.#closed],
      clearing: this.#clearing,
      latchFailure: this.#parts.latchFailure ?? null,
      failure: this.#failure,
      finishedAt: this.#parts.clock.now(),
    };
  }
}

/** @throws what is our own fault */
function whatFailed(error: unknown): string {
  if (error instanceof BrokerError) return error.message;
  throw error;
}
