// Nothing is bought that I have not put on my list.
import { z } from 'zod';
import type { DenialCode, Guardrail, ReviewInput, Verdict } from '../../src/domain/guardrail.ts';
import { isTicker } from '../../src/domain/ids.ts';
import { settingsObject } from '../settings.ts';
import { entriesIn } from './entries.ts';
import { deny, denyUnknown, pass, passExits } from './verdict.ts';

const symbolList = z.array(z.string().refine(isTicker, 'symbols such as AAPL or BRK.B')).readonly();

export const symbolsSettings = settingsObject({
  /** The only symbols that may be entered; none, unless they are named. */
  allowed: symbolList.default([]),
  /** Symbols that may not be entered, whatever else allows them. */
  restricted: symbolList.default([]),
  /** Whether coins may be entered as well. */
  allowCrypto: z.boolean().default(false),
});
export type SymbolsSettings = z.output<typeof symbolsSettings>;

const name = 'symbols';

export const symbols = (settings: SymbolsSettings): Guardrail => ({
  name,
  promise: 'Nothing is bought that I have not put on my list.',

  review(input): Verdict {
    const limit = `${settings.allowed.length} symbols allowed, ${settings.restricted.length} restricted`;
    if (entriesIn(input).length === 0) return passExits(name, input, limit);
    const { symbol } = input.part;
    const { asset } = input.facts;
    if (asset === null) {
      return denyUnknown(name, input, limit, `what kind of asset ${symbol} is is not known`);
    }
    const [code, because] = whyNot(input, asset, settings) ?? [null, null];
    if (code !== null) {
      return deny(name, input, code, {
        measured: symbol,
        limit,
        because,
        wouldPass: 'entries in symbols of policies.symbols.allowed that the broker trades',
      });
    }
    return pass(name, input, { measured: symbol, limit, because: `${symbol} is on the list` });
  },
});

type Asset = NonNullable<ReviewInput['facts']['asset']>;

function whyNot(
  { part: { symbol } }: ReviewInput,
  { assetClass, isActive, isTradable }: Asset,
  { allowed, restricted, allowCrypto }: SymbolsSettings,
): readonly [DenialCode, string] | null {
  if (restricted.includes(symbol)) return ['symbol_not_allowed', `${symbol} is restricted`];
  if (!allowed.includes(symbol)) return ['symbol_not_allowed', `${symbol} is not on the list`];
  const isAllowedClass = assetClass === 'us_equity' || (assetClass === 'crypto' && allowCrypto);
  if (!isAllowedClass) {
    return ['asset_not_tradable', `${symbol} is of the class ${assetClass}, which is off`];
  }
  if (!isActive || !isTradable) {
    return ['asset_not_tradable', `the broker does not trade ${symbol} now`];
  }
  return null;
}
