import type { StandDown } from '../../domain/stand-down.ts';
import { isoTime } from '../../domain/time.ts';
import type { StandDownLatch } from '../../ports/stand-down-latch.ts';
import type { AlertBoard } from '../journal/alert-board.ts';
import type { EventLogger } from '../journal/event-logger.ts';
import type { ModeGate } from './mode-gate.ts';

const LEVEL = { code: 'stood_down', symbol: null };

type Parts = {
  readonly gate: ModeGate;
  readonly alerts: AlertBoard;
  readonly logger: EventLogger;
  /** Null where nobody can give the word. */
  readonly latch: StandDownLatch | null;
};

/**
 * Writes down and tells when a person has taken the account back, and given it again. What may
 * be sent does not wait for it: whoever sends asks the latch itself.
 */
export class StandDownWatch {
  readonly #parts: Parts;
  #isDown = false;
  #unwatch: (() => void) | null = null;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Takes up what the journal knows, and tells from then on. */
  start(): void {
    const { latch, logger } = this.#parts;
    const query = { types: ['stood_down' as const, 'stood_up' as const], limit: 1 };
    const [last] = logger.getHistory(query).records;
    this.#isDown = last?.type === 'stood_down';
    this.#unwatch = latch?.watch(() => this.notice()) ?? (() => {});
    this.notice();
  }

  stop(): void {
    this.#unwatch?.();
    this.#unwatch = null;
  }

  /** Looks at the latch, and tells what changed. */
  notice(): void {
    if (this.#unwatch === null) return;
    const standDown = this.#parts.gate.standDown();
    if (standDown !== null) this.#tellDown(standDown);
    else if (this.#isDown) this.#tellUp();
  }

  #tellDown(standDown: StandDown): void {
    const { alerts, logger } = this.#parts;
    const { by, because, since } = standDown;
    const words = `${by} has taken the account back at ${isoTime(since)}: ${because}`;
    const clearedBy = 'a person with "bigbrother rollback --undo"';
    alerts.raise({ ...LEVEL, because: `${words}; it is only observed until ${clearedBy}` });
    if (this.#isDown) return;
    this.#isDown = true;
    logger.log({ type: 'stood_down', actor: 'person', body: standDown });
    logger.commit();
  }

  #tellUp(): void {
    const { alerts, logger } = this.#parts;
    this.#isDown = false;
    alerts.clear(LEVEL);
    logger.log({ type: 'stood_up', actor: 'person', body: { by: 'a person' } });
    logger.commit();
  }
}
