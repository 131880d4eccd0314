import { PaperExchange, type PaperExchangeOptions } from '../../paper-exchange/exchange.ts';
import type { Clock } from '../../ports/clock.ts';
import { UsageError } from '../shared/failure.ts';

/** A paper exchange over what a person gave. @throws UsageError when that makes no sense */
export function openExchange(options: PaperExchangeOptions, clock: Clock): PaperExchange {
  try {
    return new PaperExchange(options, clock);
  } catch (cause) {
    const because = cause instanceof Error ? cause.message : String(cause);
    throw new UsageError(`The exchange cannot be opened: ${because}.`, { cause });
  }
}
