import type { Latencies } from '../../../src/paper-exchange/core/basics/types.ts';
import type {
  GeneratorOptions,
  SymbolScenario,
} from '../../../src/paper-exchange/market/generator.ts';
import type { RecordedOptions } from '../../../src/paper-exchange/market/recorded-market.ts';

/** What it is when left out, and what it means. */
type Row = readonly [usual: string, meaning: string];
type Rows<Name extends string> = { readonly [One in Name]: Row };

/** One row for each option there is: the compiler misses any other. */
export const latencyRows: Rows<keyof Latencies> = {
  newMs: ['0', 'From the accepted POST to `new`.'],
  fillMs: ['0', 'From `new`, or from a marketable price, to the execution.'],
  cancelMs: ['0', 'From the accepted DELETE to `canceled`.'],
  replaceMs: ['0', 'From the accepted PATCH to `replaced`.'],
  positionVisibilityMs: ['0', 'From an execution to the position that shows it.'],
  streamMs: ['0', 'From an event to those who hear the streams.'],
};

export const generatedRows: Rows<
  Exclude<keyof GeneratorOptions, 'seed' | 'startAt' | 'calendar' | 'symbols'>
> = {
  cadenceMs: ['1000', 'Time from one quote and trade of a name to the next.'],
  historyDays: ['60', 'Daily bars from before the start.'],
  extendedHours: ['true', 'Whether shares are quoted, and at times traded, outside the session.'],
  overnightHours: ['false', 'Whether they are from 20:00 to 04:00 as well.'],
  extendedCadenceMs: ['60000', 'Time from one quote to the next in extended hours.'],
  regime: [
    'by chance',
    'bull, bear, sideways or crisis for ever; by chance it begins in one and switches.',
  ],
  newsPerYear: ['4', 'How often each name has news that make its price jump.'],
  badPrintsPerDay: ['0', 'Prints far off the market, withdrawn later, for each name.'],
  corporateActions: ['none', 'Splits, dividends and the like, with their dates.'],
};

export const symbolRows: Rows<keyof SymbolScenario> = {
  symbol: ['required', 'A pair such as `BTC/USD` is a coin and trades around the clock.'],
  startPrice: ['required', 'Decimal digits.'],
  annualDriftPercent: ['0', 'What a year brings on average.'],
  annualVolatilityPercent: ['30; 60 for coins', 'How much it moves in a year.'],
  spreadBps: ['2', 'Bid to ask in usual times, in hundredths of a percent; a tick at least.'],
  sector: ['none', 'Names of one sector move together.'],
  marketVariancePercent: ['30', 'What of its variance is that of the market.'],
  sectorVariancePercent: ['25', 'What of its variance is that of its sector.'],
  averageDailyVolume: ['5000000', 'Shares or coins.'],
  delistedOn: ['never', 'The date from whose morning on it trades no longer.'],
  events: ['none', 'Gaps and ways to a price that must happen, at times after the start.'],
  isLeftToChance: ['true without events', 'Whether regimes, news and halts come over it.'],
};

export const recordedRows: Rows<Exclude<keyof RecordedOptions, 'startAt' | 'calendar' | 'series'>> =
  {
    spreadBps: ['2', 'Bid to ask around each recorded price, in hundredths of a percent.'],
    splits: ['none', 'Known splits; one that is not named plays as a jump of the price.'],
    dividends: ['none', 'Known dividends.'],
    adjustment: [
      'raw',
      'raw plays the prices of the files and lets splits and dividends happen; split and all play prices as if they had happened before.',
    ],
  };
