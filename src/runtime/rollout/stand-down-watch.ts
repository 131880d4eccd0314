import type { StandDown } from '../../domain/stand-down.ts';
import { isoTime } from '../../domain/time.ts';
import type { Clock } from '../../ports/clock.ts';
import type { AlertBoard } from '../journal/alert-board.ts';
import type { EventLogger } from '../journal/event-logger.ts';
import type { ModeGate } from './mode-gate.ts';

const LOOK_EVERY_MS = 1_000;
const LEVEL = { code: 'stood_down', symbol: null };

type Parts = {
  readonly gate: ModeGate;
  readonly alerts: AlertBoard;
  readonly logger: EventLogger;
  readonly clock: Clock;
};

/** Writes down and tells when a person has taken the account back, and given it again. */
export class StandDownWatch {
  readonly #parts: Parts;
  #isDown = false;
  #cancel: () => void = () => {};

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Takes up what the journal knows, and looks from then on. */
  start(): void {
    const [last] = this.#parts.logger.getHistory({
      types: ['stood_down', 'stood_up'],
      limit: 1,
    }).records;
    this.#isDown = last?.type === 'stood_down';
    this.#look();
  }

  stop(): void {
    this.#cancel();
  }

  notice(): void {
    const standDown = this.#parts.gate.standDown();
    if (standDown !== null) this.#tellDown(standDown);
    else if (this.#isDown) this.#tellUp();
  }

  #look(): void {
    this.notice();
    this.#cancel = this.#parts.clock.after(LOOK_EVERY_MS, () => this.#look());
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
