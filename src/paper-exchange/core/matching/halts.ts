import type { TradingStatus } from '../basics/types.ts';
import type { Kernel } from '../state/kernel.ts';
import { executeAtQuote } from './matching.ts';

/** Nothing executes in a halted or paused symbol; orders are still accepted. */
export function halt(kernel: Kernel, symbol: string, code: 'H' | 'P', reason: string): void {
  kernel.market(symbol).halted = true;
  publishStatus(kernel, symbol, code, reason);
}

/** Does nothing when the symbol trades already. */
export function resume(kernel: Kernel, symbol: string, reason: string): void {
  const market = kernel.market(symbol);
  if (!market.halted) return;
  market.reopening = true;
  market.halted = false;
  publishStatus(kernel, symbol, 'T', reason);
  executeAtQuote(kernel, market);
}

function publishStatus(
  kernel: Kernel,
  symbol: string,
  code: TradingStatus['code'],
  reason: string,
): void {
  const at = kernel.now;
  kernel.emit({ kind: 'status', at, status: { symbol, at, code, reason } });
}
