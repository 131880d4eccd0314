import { type Decimal, divide, multiply, ONE, roundTo } from '../../core/basics/decimal.ts';
import type { Bar, Milliseconds } from '../../core/basics/types.ts';
import type { ExchangeCore } from '../../core/exchange-core.ts';
import type { QueryReader } from './params.ts';

const WORDS: readonly string[] = ['raw', 'split', 'dividend', 'spin-off', 'all'];
const PRICE_DECIMALS = 4;
const DAY_MS = 86_400_000;
const DIVIDEND_LOOKBACK_DAYS = 10;

/** What a corporate action does to the bars before it. */
type Adjustment = {
  readonly before: Milliseconds;
  readonly priceFactor: Decimal;
  readonly volumeFactor: Decimal;
};

/** The kinds of adjustment that a request names; `raw` is none. */
export function readAdjustments(reader: QueryReader): ReadonlySet<string> {
  const words = reader.list('adjustment') ?? [];
  const unknown = words.find((word) => !WORDS.includes(word));
  if (unknown !== undefined) reader.refuse(`invalid adjustment: ${unknown}`);
  return new Set(words.includes('all') ? ['split', 'dividend'] : words);
}

/** Bars as if the later splits and dividends of their symbol had already happened. */
export function adjusted(
  core: ExchangeCore,
  symbol: string,
  bars: readonly Bar[],
  wanted: ReadonlySet<string>,
): readonly Bar[] {
  const adjustments = adjustmentsOf(core, symbol, wanted);
  if (adjustments.length === 0) return bars;
  return bars.map((bar) =>
    adjustments
      .filter(({ before }) => bar.at < before)
      .reduce((adjustedBar, adjustment) => adjust(adjustedBar, adjustment), bar),
  );
}

/** Those that have taken effect by now. */
function adjustmentsOf(
  core: ExchangeCore,
  symbol: string,
  wanted: ReadonlySet<string>,
): readonly Adjustment[] {
  const found: Adjustment[] = [];
  if (wanted.size === 0) return found;
  const names = namesOf(core, symbol);
  for (const { terms, exDate } of core.corporateActions) {
    const before = core.calendar.midnightOf(exDate);
    if (!names.has(terms.symbol) || before > core.now) continue;
    switch (terms.kind) {
      case 'forward_split':
      case 'reverse_split': {
        if (!wanted.has('split')) break;
        const [fresh, old] = [BigInt(terms.newRate) * ONE, BigInt(terms.oldRate) * ONE];
        found.push({ before, priceFactor: divide(old, fresh), volumeFactor: divide(fresh, old) });
        break;
      }
      case 'cash_dividend': {
        const close = closeBefore(core, symbol, before);
        if (!wanted.has('dividend') || close === null) break;
        const priceFactor = ONE - divide(terms.rate, close);
        found.push({ before, priceFactor, volumeFactor: ONE });
        break;
      }
      case 'name_change':
      case 'cash_merger':
      case 'worthless_removal':
        break;
    }
  }
  return found;
}

/** The symbol and those that it had before. */
function namesOf(core: ExchangeCore, symbol: string): ReadonlySet<string> {
  const names = new Set([symbol]);
  for (const { terms } of [...core.corporateActions].reverse()) {
    if (terms.kind === 'name_change' && names.has(terms.newSymbol)) names.add(terms.symbol);
  }
  return names;
}

function closeBefore(core: ExchangeCore, symbol: string, at: Milliseconds): Decimal | null {
  const start = at - DIVIDEND_LOOKBACK_DAYS * DAY_MS;
  return core.bars(symbol, { count: 1, unit: 'day' }, start, at - 1).at(-1)?.close ?? null;
}

function adjust(bar: Bar, { priceFactor, volumeFactor }: Adjustment): Bar {
  const price = (value: Decimal) => roundTo(multiply(value, priceFactor), PRICE_DECIMALS);
  return {
    ...bar,
    open: price(bar.open),
    high: price(bar.high),
    low: price(bar.low),
    close: price(bar.close),
    vwap: price(bar.vwap),
    volume: Math.round(bar.volume * (Number(volumeFactor) / Number(ONE))),
  };
}
