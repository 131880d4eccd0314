import type { Json } from '../../domain/canonical.ts';
import type { Clock } from '../../ports/clock.ts';
import { reasonOf } from '../../ports/deadline.ts';
import type { AlertBoard } from '../journal/alert-board.ts';

const LOOK_EVERY_MS = 2_000;
const UNUSABLE = { code: 'settings_unusable', symbol: null };

type Parts = {
  /** Reads the settings anew. @throws when they cannot be used */
  readonly read: () => Json;
  readonly keeper: { offer(wanted: Json): void };
  readonly alerts: AlertBoard;
  readonly clock: Clock;
};

/** Looks at the settings file again and again; one that cannot be used changes nothing. */
export class SettingsWatch {
  readonly #parts: Parts;
  #cancel: () => void = () => {};

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  start(): void {
    this.#cancel = this.#parts.clock.after(LOOK_EVERY_MS, () => {
      this.#look();
      this.start();
    });
  }

  stop(): void {
    this.#cancel();
  }

  #look(): void {
    const { read, keeper, alerts } = this.#parts;
    try {
      keeper.offer(read());
      alerts.clear(UNUSABLE);
    } catch (error) {
      const why = reasonOf(error);
      alerts.raise({ ...UNUSABLE, because: `they are not usable, and the old ones hold: ${why}` });
    }
  }
}
