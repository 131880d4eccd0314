import { decimal, ZERO } from '../../domain/decimal.ts';
import type { EpochMs } from '../../domain/time.ts';
import { NyseCalendar } from '../../paper-exchange/calendar/nyse.ts';
import type { AccountOptions, OpeningPosition } from '../../paper-exchange/core/basics/types.ts';
import type { SymbolScenario } from '../../paper-exchange/market/generator.ts';

const CASH = '100000';
/** A year of daily returns needs one close more: with less, the risk of what is held is assumed. */
export const MADE_UP_DAYS = 253;
const HALF_AN_HOUR_MS = 30 * 60_000;

/** What a made-up account holds when nobody says otherwise, long and short. */
export const madeUpPositions: readonly (OpeningPosition & { readonly price: string })[] = [
  { symbol: 'AAPL', qty: '100', averageEntryPrice: '178.00', price: '180.00' },
  { symbol: 'MSFT', qty: '40', averageEntryPrice: '411.50', price: '420.00' },
  { symbol: 'NVDA', qty: '60', averageEntryPrice: '142.30', price: '140.00' },
  { symbol: 'TSLA', qty: '-30', averageEntryPrice: '254.00', price: '250.00' },
  { symbol: 'AMD', qty: '-80', averageEntryPrice: '109.10', price: '110.00' },
  { symbol: 'KO', qty: '200', averageEntryPrice: '61.20', price: '62.00' },
  { symbol: 'VTI', qty: '12.345', averageEntryPrice: '266.40', price: '270.00' },
  { symbol: 'JPM', qty: '50', averageEntryPrice: '201.75', price: '200.00' },
];

/** An account with `cash` beside the positions, under keys that only this exchange knows. */
export function madeUpAccount(
  positions: readonly OpeningPosition[],
  accountNumber?: string,
): AccountOptions {
  return {
    keyId: 'PKSIMULATED',
    secretKey: 'simulated-secret',
    cash: CASH,
    multiplier: '4',
    positions,
    ...(accountNumber === undefined ? {} : { accountNumber }),
  };
}

/** What that account is worth when it begins, in dollars. */
export function madeUpWorth(): { readonly equity: string; readonly gross: string } {
  let [equity, gross] = [decimal(CASH), ZERO];
  for (const { qty, price } of madeUpPositions) {
    const value = decimal(price).times(qty);
    equity = equity.plus(value);
    gross = gross.plus(value.abs());
  }
  return { equity: equity.toFixed(), gross: gross.toFixed() };
}

/** What makes names move together; one that is not named here only follows the market. */
const characters: Readonly<Record<string, Partial<SymbolScenario>>> = {
  AAPL: { sector: 'technology' },
  MSFT: { sector: 'technology' },
  NVDA: { sector: 'semiconductors', annualVolatilityPercent: 45, sectorVariancePercent: 40 },
  AMD: { sector: 'semiconductors', annualVolatilityPercent: 45, sectorVariancePercent: 40 },
  TSLA: { annualVolatilityPercent: 55 },
  KO: { sector: 'consumer staples', annualVolatilityPercent: 16 },
  JPM: { sector: 'banks', annualVolatilityPercent: 25 },
  VTI: { annualVolatilityPercent: 16, marketVariancePercent: 95 },
};

export const madeUpMarket: readonly SymbolScenario[] = [
  ...madeUpPositions.map(({ symbol, price }) => ({
    ...{ symbol, startPrice: price },
    ...characters[symbol],
  })),
  { symbol: 'SPY', startPrice: '500.00', annualVolatilityPercent: 16, marketVariancePercent: 95 },
  { ...characters.KO, symbol: 'PEP', startPrice: '165.00' },
  { ...characters.JPM, symbol: 'BAC', startPrice: '40.00' },
];

/**
 * When a simulation that starts now should begin: now while the market is open, else half an
 * hour into the next session, so that something happens at once.
 */
export function simulationStart(now: EpochMs): EpochMs {
  const calendar = new NyseCalendar();
  return calendar.sessionAt(now) === 'regular' ? now : calendar.nextOpen(now) + HALF_AN_HOUR_MS;
}
