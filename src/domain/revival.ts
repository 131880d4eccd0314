import type { Json } from './canonical.ts';
import { parseDecimal } from './decimal.ts';

/** The fields that hold exact decimals, which a journal holds as text. */
const DECIMALS: ReadonlySet<string> = new Set([
  'quantity',
  'filledQuantity',
  'filledAveragePrice',
  'price',
  'limitPrice',
  'stopPrice',
  'takeProfitLimitPrice',
  'holdQuantity',
  'repriceLimit',
  'shareSeconds',
  'dollarSeconds',
  'atStop',
  'withGap',
  ...['equity', 'lastEquity', 'cash', 'buyingPower', 'multiplier', 'maintenance'],
  ...['availableQuantity', 'averageEntryPrice', 'currentPrice'],
  ...['entryPrice', 'initialStopPrice', 'highWaterPrice'],
  ...['coveredQuantity', 'nakedQuantity', 'exitQuantity'],
  ...['bid', 'ask', 'averageTrueRange', 'riskPerShare', 'gainPerShare'],
  ...['peakEquity', 'netDepositsToday', 'maxMarginMultiplier', 'averageDailyVolume'],
  'ownEntryQuantities',
]);
/** Lines for people to read: text on either side. */
const LINES: ReadonlySet<string> = new Set(['ordersBefore', 'ordersAfter', 'intent']);

/** A value out of the journal with its exact decimals as such, wherever they stand. */
export function revived(value: Json): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(revived);
  return revivedFields(value as { readonly [key: string]: Json });
}

export const revivedFields = (fields: { readonly [key: string]: Json }): Record<string, unknown> =>
  Object.fromEntries(Object.entries(fields).map(([name, item]) => [name, field(name, item)]));

function field(name: string, item: Json): unknown {
  if (LINES.has(name)) return item;
  if (!DECIMALS.has(name)) return revived(item);
  if (Array.isArray(item)) return item.map((one) => field(name, one));
  return typeof item === 'string' ? parseDecimal(item) : revived(item);
}
