import type { Session } from '../domain/market.ts';
import type { EpochMs } from '../domain/time.ts';
import type { Broker, TradingDay } from '../ports/broker.ts';

const DAY_MS = 24 * 3_600_000;

/**
 * The regular session out of the broker's own calendar, read once a day. While no calendar
 * was read, the session counts as closed: nothing may be assumed to trigger.
 */
export class SessionCalendar {
  readonly #broker: Pick<Broker, 'readCalendar'>;
  #days: readonly TradingDay[] = [];
  #readOn: number | null = null;

  constructor(broker: Pick<Broker, 'readCalendar'>) {
    this.#broker = broker;
  }

  /** True when `now` lies in a day for which the calendar was not read yet. */
  isDue(now: EpochMs): boolean {
    return this.#readOn !== dayOf(now);
  }

  /** @throws BrokerError when the broker does not answer; what was known stays known */
  async read(now: EpochMs): Promise<void> {
    this.#days = await this.#broker.readCalendar(now - 4 * DAY_MS, now + 10 * DAY_MS);
    this.#readOn = dayOf(now);
  }

  sessionAt(now: EpochMs): Session {
    const current = this.#days.find((day) => now >= day.openAt && now < day.closeAt);
    const next = this.#days.find((day) => day.openAt > now);
    return {
      isOpen: current !== undefined,
      openAt: current?.openAt ?? null,
      closeAt: current?.closeAt ?? null,
      // Beyond the calendar nothing is known but that it is not now.
      nextOpenAt: next?.openAt ?? now + DAY_MS,
    };
  }
}

const dayOf = (now: EpochMs): number => Math.floor(now / DAY_MS);
