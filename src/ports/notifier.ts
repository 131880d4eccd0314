import type { Environment } from '../domain/environment.ts';
import type { EpochMs } from '../domain/time.ts';

/** What a person should know now. */
export type Notice = {
  readonly kind: 'alert' | 'all_clear' | 'approval' | 'test';
  /** Which condition, as on the alert board; for an approval `approval_waiting`. */
  readonly code: string;
  /** Null where it is not about one symbol. */
  readonly symbol: string | null;
  /** In a sentence, with the figures. */
  readonly because: string;
  readonly since: EpochMs;
  readonly environment: Environment;
};

/** A way to a person. */
export interface Notifier {
  /** How it is called in messages; tells nothing secret. */
  readonly name: string;
  /** @throws with the cause in words when the notice was not taken */
  send(notice: Notice): Promise<void>;
}
