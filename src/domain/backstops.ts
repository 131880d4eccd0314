import type { AccountConfiguration } from './control-facts.ts';
import { decimal } from './decimal.ts';

/** What the account's own limits at the broker should be; null where it may be anything. */
export type DeclaredBackstops = {
  readonly noShorting: boolean | null;
  /** A decimal, as text. */
  readonly maxMarginMultiplier: string | null;
  readonly suspendTrade: boolean | null;
  readonly fractionalTrading: boolean | null;
};

/** Each setting of the account at the broker that is not what was declared, in words. */
export function backstopDifferences(
  found: Omit<AccountConfiguration, 'at'>,
  declared: DeclaredBackstops,
): readonly string[] {
  const most = declared.maxMarginMultiplier;
  const isMost = most !== null && found.maxMarginMultiplier.eq(decimal(most));
  const pairs = [
    ['no_shorting', found.noShorting, declared.noShorting],
    ['max_margin_multiplier', isMost ? most : found.maxMarginMultiplier.toFixed(), most],
    ['suspend_trade', found.suspendTrade, declared.suspendTrade],
    ['fractional_trading', found.fractionalTrading, declared.fractionalTrading],
  ] as const;
  return pairs.flatMap(([what, is, should]) =>
    should === null || is === should ? [] : [`${what} is ${is}, and ${should} was declared`],
  );
}
