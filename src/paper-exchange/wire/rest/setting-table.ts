import type { SwitchRow } from '../../core/basics/switch-table.ts';
import { defaultRestSettings, type RestSettings } from './settings.ts';

type Description = Pick<SwitchRow, 'values' | 'decides' | 'source'>;

const descriptions: { readonly [Name in keyof RestSettings]: Description } = {
  requestsPerMinute: {
    values: ['200', 'any whole number', 'null'],
    decides: 'How many requests of one account each API takes in a minute; null takes all.',
    source: '"Usage Limits" gives 200; users have measured 200 to 207 before the first 429.',
  },
  rateLimitHeaders: {
    values: ['false', 'true'],
    decides: 'Whether answers carry X-RateLimit-Limit, -Remaining and -Reset.',
    source: 'The OpenAPI text documents them, measured answers came without. Those are followed.',
  },
  marketDataPlan: {
    values: ['basic', 'unlimited'],
    decides: 'Whether data of the tapes and of the night younger than fifteen minutes may be read.',
    source:
      '"Market Data API" and "24/5 Trading": the free plan may not, the paid one may, at 10,000 a minute.',
  },
  badParameterStatus: {
    values: ['422', '400'],
    decides: 'The status of a trading request whose query parameter makes no sense.',
    source: 'Both are told; the endpoints of the trading API otherwise refuse with 422.',
  },
  unauthorizedBody: {
    values: ['message', 'message_and_code'],
    decides: 'Whether the answer to a wrong key has a code.',
    source: 'Users report {"message":"unauthorized."} now, and 40110000 in older answers.',
  },
  historicalFeedDefault: {
    values: ['sip', 'iex'],
    decides: 'The feed of a historical request that names none.',
    source: 'The OpenAPI text says sip; other pages say the best that the plan allows.',
  },
  dailyProfitLoss: {
    values: ['from_day_before', 'from_base'],
    decides: 'What profit_loss of a portfolio history of days counts from.',
    source: 'The OpenAPI text says the base value, both of its examples count from the day before.',
  },
  newsMovePercent: {
    values: ['3', 'any number'],
    decides: 'From which move between two closes, in percent, the exchange writes a headline.',
    source: 'Made up: without it there would be no news at all.',
  },
};

/** Every setting of the REST wire, in the form of the core's switches. */
export const restSettingTable: readonly SwitchRow[] = Object.entries(descriptions).map(
  ([name, description]) => ({
    name,
    default: String(Reflect.get(defaultRestSettings, name)),
    ...description,
  }),
);
