import type { Asset } from '../basics/types.ts';
import type { Account } from '../state/account.ts';
import type { Kernel } from '../state/kernel.ts';

/** Whether this account may trade the symbol from 20:00 to 04:00 ("24/5 Trading"). */
export function tradesOvernight(kernel: Kernel, account: Account, symbol: string): boolean {
  const asset = kernel.assets.get(symbol);
  if (asset === undefined || !kernel.switches.overnightSession) return false;
  if (account.configuration.disableOvernightTrading || !asset.overnightTradable) return false;
  return !isHaltedOvernight(kernel, asset);
}

/** By its venue, or because its shares change in the morning. */
export function isHaltedOvernight(kernel: Kernel, asset: Asset): boolean {
  if (asset.overnightHalted || !kernel.switches.overnightActionHalt) return asset.overnightHalted;
  const { date } = kernel.orderDay;
  return kernel.awaitedActions.some(
    ({ terms, exDate }) =>
      terms.symbol === asset.symbol && terms.kind !== 'cash_dividend' && exDate <= date,
  );
}
