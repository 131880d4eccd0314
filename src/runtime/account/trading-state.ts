import { decimal, text } from '../../domain/decimal.ts';
import type { TradingState, TradingStateCause } from '../../domain/environment.ts';
import type { JournalRecord } from '../../domain/event.ts';
import type { Account } from '../../domain/portfolio.ts';
import { fieldAt, textAt } from '../../domain/record-body.ts';
import type { EpochMs } from '../../domain/time.ts';
import type { Clock } from '../../ports/clock.ts';
import type { EventLogger } from '../journal/event-logger.ts';

const DAILY_LOSS = 'daily_loss';
const SEVERITY: readonly TradingState[] = ['active', 'reducing', 'halted'];

/**
 * What the account is allowed, out of its causes: the strictest one decides. Each cause
 * holds until whatever set it is gone.
 */
export class TradingStateLevels {
  readonly #logger: EventLogger;
  readonly #clock: Clock;
  readonly #settings: { readonly dailyLossPercent: string | null };
  readonly #causes = new Map<string, TradingStateCause>();
  readonly #listeners: (() => void)[] = [];
  #look: () => void = () => {};
  #lossBase: string | null = null;

  constructor(parts: {
    readonly logger: EventLogger;
    readonly clock: Clock;
    readonly settings: { readonly dailyLossPercent: string | null };
  }) {
    this.#logger = parts.logger;
    this.#clock = parts.clock;
    this.#settings = parts.settings;
  }

  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /** Has `look` called before a cause is cleared: what it raises holds without a gap. */
  lookFirst(look: () => void): void {
    this.#look = look;
  }

  current(): TradingState {
    this.#noticeBrokenJournal();
    let strictest: TradingState = 'active';
    for (const { state } of this.#causes.values()) {
      if (SEVERITY.indexOf(state) > SEVERITY.indexOf(strictest)) strictest = state;
    }
    return strictest;
  }

  causes(): TradingStateCause[] {
    this.#noticeBrokenJournal();
    return [...this.#causes.values()];
  }

  /** Raises a cause; one that already holds keeps its beginning. It begins now, or at `since`. */
  raise(cause: Omit<TradingStateCause, 'since'> & { readonly since?: EpochMs }): void {
    if (this.#causes.has(cause.code)) return;
    this.#causes.set(cause.code, { ...cause, since: cause.since ?? this.#clock.now() });
    this.#write(`raised: ${cause.because}`);
  }

  clear(code: string): void {
    if (!this.#causes.has(code)) return;
    this.#look();
    const cause = this.#causes.get(code);
    // The look itself may have cleared it.
    if (cause === undefined) return;
    this.#causes.delete(code);
    this.#write(`cleared: ${cause.because}`);
  }

  /**
   * Takes up a day's loss that an earlier process latched: winning it back while nobody ran
   * does not undo it either. It holds until the account shows another previous close.
   *
   * @param last the journal's newest `trading_state_changed`
   */
  restore({ body }: JournalRecord): void {
    const base = textAt(body, 'lossBase');
    const causes = fieldAt(body, 'causes');
    const loss = Array.isArray(causes)
      ? causes.find((cause) => textAt(cause, 'code') === DAILY_LOSS)
      : undefined;
    if (base === null || loss === undefined || this.#settings.dailyLossPercent === null) return;
    this.#lossBase = base;
    const since = fieldAt(loss, 'since');
    this.raise({
      ...reducedFor(textAt(loss, 'because') ?? 'the account lost more today than is allowed'),
      ...(typeof since === 'number' ? { since } : {}),
    });
  }

  /** What the account itself says: blocked by the broker, or more lost today than allowed. */
  judgeAccount(account: Account): void {
    if (account.blockedBecause === null) this.clear('account_blocked');
    else {
      this.raise({
        state: 'halted',
        code: 'account_blocked',
        because: account.blockedBecause,
        clearedBy: 'the broker opening the account again',
      });
    }
    this.#judgeDailyLoss(account);
  }

  /** A fault of our own: the loop keeps watching, but acts no more until a restart. */
  halt(because: string): void {
    this.raise({ state: 'halted', code: 'own_fault', because, clearedBy: 'a restart' });
  }

  #judgeDailyLoss({ equity, lastEquity }: Account): void {
    const { dailyLossPercent } = this.#settings;
    if (dailyLossPercent === null || !lastEquity.gt('0')) return;
    // Latched for the day: a rebound does not make the day's loss undone.
    const base = text(lastEquity);
    if (this.#lossBase !== base) this.clear(DAILY_LOSS);
    this.#lossBase = base;
    const loss = lastEquity.minus(equity);
    if (loss.times('100').lt(lastEquity.times(decimal(dailyLossPercent)))) return;
    this.raise(
      reducedFor(
        `the account lost $${text(loss.round(2, 0))} since the last close ` +
          `($${base}); ${dailyLossPercent} % is the limit`,
      ),
    );
  }

  #noticeBrokenJournal(): void {
    const because = this.#logger.brokenBecause;
    if (because === null || this.#causes.has('journal_broken')) return;
    // Not journalled: there is nothing left to write it to.
    this.#causes.set('journal_broken', {
      state: 'halted',
      code: 'journal_broken',
      because: `the journal cannot be written: ${because}`,
      since: this.#clock.now(),
      clearedBy: 'a restart with a journal that can be written',
    });
  }

  #write(because: string): void {
    const lossBase = this.#lossBase;
    const body = { state: this.current(), causes: this.causes(), because, lossBase };
    this.#logger.log({ type: 'trading_state_changed', actor: 'system', body });
    // At once: written later, it would stand beside what has become true since.
    this.#logger.commit();
    for (const listener of this.#listeners) listener();
  }
}

const reducedFor = (because: string) =>
  ({
    state: 'reducing',
    code: DAILY_LOSS,
    because,
    clearedBy: 'the next trading day',
  }) as const;
