import { backstopDifferences } from '../../domain/backstops.ts';
import type { AccountConfiguration } from '../../domain/control-facts.ts';
import type { Broker } from '../../ports/broker.ts';
import type { Clock } from '../../ports/clock.ts';
import { reasonOf, withDeadline } from '../../ports/deadline.ts';
import type { TradingStateLevels } from '../account/trading-state.ts';
import type { AlertBoard } from '../journal/alert-board.ts';
import type { RuntimeSettings } from '../settings/settings.ts';

const READ_EVERY_MS = 24 * 3_600_000;
const READ_AGAIN_MS = 15_000;
/** At start the stops come first, and every request counts. */
const FIRST_READ_MS = 5_000;
const CODE = 'broker_backstop';
const LEVEL = { code: CODE, symbol: null };

type Parts = {
  readonly broker: Pick<Broker, 'readConfiguration' | 'longestWaitMs'>;
  readonly alerts: AlertBoard;
  readonly tradingState: TradingStateLevels;
  readonly clock: Clock;
  readonly settings: RuntimeSettings;
};

/**
 * Compares the account's own limits at the broker with what was declared, at start and each
 * day. While they differ nothing is entered.
 */
export class BackstopWatch {
  readonly #parts: Parts;
  #configuration: AccountConfiguration | null = null;
  #cancel: () => void = () => {};
  #stopped = false;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** As read the last time; null while that has never worked. */
  configuration(): AccountConfiguration | null {
    return this.#configuration;
  }

  /** Compares from now on, the first time when nothing waits for the broker any more. */
  start(): void {
    this.#next(FIRST_READ_MS);
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel();
  }

  #next(inMs: number): void {
    const { broker, clock } = this.#parts;
    if (this.#stopped) return;
    this.#cancel = clock.after(inMs, () => {
      if (broker.longestWaitMs('protect') > 0) this.#next(FIRST_READ_MS);
      else
        void this.#compare().then((isRead) => this.#next(isRead ? READ_EVERY_MS : READ_AGAIN_MS));
    });
  }

  async #compare(): Promise<boolean> {
    const { broker, clock, settings, alerts, tradingState } = this.#parts;
    try {
      const found = await withDeadline({
        clock,
        timeoutMs: settings.callTimeoutMs,
        what: "reading the account's configuration",
        call: () => broker.readConfiguration(),
      });
      this.#configuration = { ...found, at: clock.now() };
    } catch (error) {
      const because = `the account's limits at the broker are not known: ${reasonOf(error)}`;
      alerts.raise({ ...LEVEL, because });
      return false;
    }
    const differing = backstopDifferences(this.#configuration, settings.controls.backstops);
    if (differing.length === 0) {
      alerts.clear(LEVEL);
      tradingState.clear(CODE);
      return true;
    }
    const because = `the account's limits at the broker are not as declared: ${differing.join('; ')}`;
    alerts.raise({ ...LEVEL, because });
    const clearedBy = 'the account set at the broker as declared, or declared as it is';
    tradingState.raise({ state: 'reducing', code: CODE, because, clearedBy });
    return true;
  }
}
