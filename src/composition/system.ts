import type { Settings } from '../config.ts';
import type { PaperExchange } from '../paper-exchange/exchange.ts';
import type { Clock, Ids } from '../ports/clock.ts';

type Exchange = Pick<PaperExchange, 'credentials' | 'fetchApi' | 'wsFactory' | 'start' | 'stop'>;

/** What a run stands on besides its settings. */
export type System = {
  readonly clock: Clock;
  readonly ids: Ids;
  /** The exchange inside this process; needed when the settings name no other account. */
  readonly exchange: Exchange | null;
  readonly journal: 'file' | 'memory';
  /** Reads the settings anew, to follow a file that changes; absent where none does. */
  readonly reload?: () => Settings;
  /** Digest of the program that runs; absent where nobody read it. */
  readonly codeHash?: string;
};
