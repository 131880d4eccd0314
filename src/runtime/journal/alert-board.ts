import type { Alert } from '../../domain/answers.ts';
import type { Clock } from '../../ports/clock.ts';
import type { EventLogger } from './event-logger.ts';

type Level = Omit<Alert, 'since'>;

const keyOf = (level: Pick<Level, 'code' | 'symbol'>): string =>
  `${level.code} ${level.symbol ?? ''}`;

/**
 * Conditions a person should know of, as levels: journalled when one is raised and when it
 * is cleared, not each time it is seen again.
 */
export class AlertBoard {
  readonly #logger: EventLogger;
  readonly #clock: Clock;
  readonly #raised = new Map<string, Alert>();

  constructor(parts: { readonly logger: EventLogger; readonly clock: Clock }) {
    this.#logger = parts.logger;
    this.#clock = parts.clock;
  }

  alerts(): Alert[] {
    return [...this.#raised.values()];
  }

  /** Makes `levels` the whole truth about `codes`: raises what is new, clears what is gone. */
  replace(codes: readonly string[], levels: readonly Level[]): void {
    const wanted = new Set(levels.map(keyOf));
    for (const alert of this.alerts()) {
      if (codes.includes(alert.code) && !wanted.has(keyOf(alert))) this.clear(alert);
    }
    for (const level of levels) this.raise(level);
  }

  /** One that is raised already keeps its beginning. */
  raise(level: Level): void {
    const before = this.#raised.get(keyOf(level));
    const alert = { ...level, since: before?.since ?? this.#clock.now() };
    this.#raised.set(keyOf(level), alert);
    if (before === undefined) this.#write('alert_raised', alert);
  }

  clear(level: Pick<Level, 'code' | 'symbol'>): void {
    const alert = this.#raised.get(keyOf(level));
    if (alert === undefined) return;
    this.#raised.delete(keyOf(level));
    this.#write('alert_cleared', alert);
  }

  #write(type: 'alert_raised' | 'alert_cleared', alert: Alert): void {
    const { code, symbol, because, since } = alert;
    this.#logger.log({ type, actor: 'system', symbol, body: { code, because, since } });
  }
}
