/** Where Alpaca's sources differ or depend on the plan, one setting each. */
export type RestSettings = {
  /**
   * Requests of one account in a minute, counted for the trading API and the data API apart
   * ("Usage Limits"); null for no limit.
   */
  readonly requestsPerMinute: number | null;
  /** `X-RateLimit-*`: the OpenAPI text documents them, measured answers came without. */
  readonly rateLimitHeaders: boolean;
  /** `basic` is the free plan: no consolidated data younger than fifteen minutes. */
  readonly marketDataPlan: 'basic' | 'unlimited';
  /** Status for a query parameter of the trading API that makes no sense; both are told. */
  readonly badParameterStatus: 422 | 400;
  /** Answer to a wrong key: today's is a message alone, the older one had a code. */
  readonly unauthorizedBody: 'message' | 'message_and_code';
  /** What a historical request without `feed` reads: the OpenAPI text says `sip`. */
  readonly historicalFeedDefault: 'sip' | 'iex';
  /**
   * What a day's `profit_loss` counts from in a history of days: the OpenAPI text says the base
   * value, both of its examples the day before.
   */
  readonly dailyProfitLoss: 'from_day_before' | 'from_base';
  /** Smallest move from close to close, in percent, that makes a headline by itself. */
  readonly newsMovePercent: number;
};

export const defaultRestSettings: RestSettings = {
  requestsPerMinute: 200,
  rateLimitHeaders: false,
  marketDataPlan: 'basic',
  badParameterStatus: 422,
  unauthorizedBody: 'message',
  historicalFeedDefault: 'sip',
  dailyProfitLoss: 'from_day_before',
  newsMovePercent: 3,
};
