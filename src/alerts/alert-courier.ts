import type { Alert } from '../domain/answers.ts';
import type { Environment } from '../domain/environment.ts';
import type { JournalRecord } from '../domain/event.ts';
import { fieldAt, textAt } from '../domain/record-body.ts';
import type { EpochMs } from '../domain/time.ts';
import type { Clock } from '../ports/clock.ts';
import type { Notice, Notifier } from '../ports/notifier.ts';
import { NoticeQueue } from './notice-queue.ts';

/** A condition that comes and goes is told of once in this time, and its end once. */
const AGAIN_MS = 60_000;
/** More than these in a minute are counted and told of together: nobody reads hundreds. */
const MOST_PER_MINUTE = 30;
const MINUTE_MS = 60_000;
const TOO_MANY = 'more_alerts';
const codeOf = (place: string): string => `alerts_undelivered_${place}`;

/** What is known of one condition, and what a person was told of it. */
type Told = { notice: Notice; isRaised: boolean; isTold: boolean; toldAt: EpochMs | null };

type Parts = {
  readonly notifiers: readonly Notifier[];
  readonly environment: Environment;
  readonly clock: Clock;
  /** Where it shows that a person cannot be reached. */
  readonly alerts: {
    raise(level: Omit<Alert, 'since'>): void;
    clear(level: Pick<Alert, 'code' | 'symbol'>): void;
  };
};

/**
 * Brings to a person what the journal says is wrong, what is well again, and what waits for an
 * approval: each once, at the moment it is written. Nothing that trades waits for it.
 */
export class AlertCourier {
  readonly #parts: Parts;
  readonly #queues: readonly NoticeQueue[];
  readonly #known = new Map<string, Told>();
  readonly #timers = new Set<() => void>();
  #sentAt: EpochMs[] = [];
  #heldBack = 0;

  constructor(parts: Parts) {
    this.#parts = parts;
    const { clock } = parts;
    this.#queues = parts.notifiers.map(
      (notifier) =>
        new NoticeQueue({ notifier, clock, onState: (because) => this.#reach(notifier, because) }),
    );
  }

  /** Hears each record of the journal as it is written. */
  hear(record: JournalRecord): void {
    const { type, symbol, at } = record;
    const { environment } = this.#parts;
    if (type === 'approval_requested') {
      const code = 'approval_waiting';
      const words = `${record.planId}: ${approvalWords(record)}`;
      this.#send({ kind: 'approval', code, symbol, because: words, since: at, environment });
      return;
    }
    if (type !== 'alert_raised' && type !== 'alert_cleared') return;
    const { body } = record;
    const code = textAt(body, 'code') ?? 'unknown';
    const because = textAt(body, 'because') ?? '';
    const isRaised = type === 'alert_raised';
    const said = fieldAt(body, 'since');
    const since = typeof said === 'number' ? said : at;
    this.#take({ kind: 'alert', code, symbol, because, since, environment }, isRaised);
  }

  /** Sends nothing more; what waits is given up. */
  stop(): void {
    for (const cancel of this.#timers) cancel();
    for (const queue of this.#queues) queue.stop();
  }

  #take(notice: Notice, isRaised: boolean): void {
    const key = `${notice.code} ${notice.symbol ?? ''}`;
    const told = this.#known.get(key) ?? { notice, isRaised, isTold: false, toldAt: null };
    this.#known.set(key, told);
    told.notice = isRaised ? notice : told.notice;
    told.isRaised = isRaised;
    this.#tell(told);
  }

  /** Brings what a person was told up to what is true, as soon as that may be. */
  #tell(told: Told): void {
    if (told.isRaised === told.isTold) return;
    const now = this.#parts.clock.now();
    if (!told.isRaised) {
      told.isTold = false;
      const forSeconds = Math.max(0, Math.round((now - told.notice.since) / 1_000));
      this.#send({
        ...told.notice,
        kind: 'all_clear',
        because: `it is over after ${forSeconds} s`,
      });
      return;
    }
    const restMs = told.toldAt === null ? 0 : told.toldAt + AGAIN_MS - now;
    if (restMs > 0) {
      this.#later(restMs, () => this.#tell(told));
      return;
    }
    told.isTold = true;
    told.toldAt = now;
    this.#send(told.notice);
  }

  #send(notice: Notice): void {
    const now = this.#parts.clock.now();
    this.#sentAt = this.#sentAt.filter((at) => at > now - MINUTE_MS);
    const [oldest] = this.#sentAt;
    if (oldest !== undefined && this.#sentAt.length >= MOST_PER_MINUTE) {
      if (this.#heldBack === 0) this.#later(oldest + MINUTE_MS - now, () => this.#tellOfMany());
      this.#heldBack += 1;
      return;
    }
    this.#sentAt.push(now);
    for (const queue of this.#queues) {
      // That a place takes nothing is for the others.
      if (notice.code !== codeOf(queue.name)) queue.add(notice);
    }
  }

  #tellOfMany(): void {
    const { clock, environment } = this.#parts;
    const because = `${this.#heldBack} more were raised or ended meanwhile: see "bigbrother status"`;
    this.#heldBack = 0;
    const about = { code: TOO_MANY, symbol: null, because, environment };
    this.#send({ kind: 'alert', ...about, since: clock.now() });
  }

  #reach({ name }: Notifier, because: string | null): void {
    const level = { code: codeOf(name), symbol: null };
    if (because === null) this.#parts.alerts.clear(level);
    else this.#parts.alerts.raise({ ...level, because: `${name} takes no alerts: ${because}` });
  }

  #later(delayMs: number, task: () => void): void {
    const cancel = this.#parts.clock.after(delayMs, () => {
      this.#timers.delete(cancel);
      task();
    });
    this.#timers.add(cancel);
  }
}

/** Only that something waits, and why: it is read and agreed to where no agent can. */
function approvalWords({ body }: JournalRecord): string {
  const why = fieldAt(body, 'because');
  const reasons = Array.isArray(why) ? why.filter((each) => typeof each === 'string') : [];
  return `${reasons.join('; ')}; read it with "bigbrother pending"`;
}
