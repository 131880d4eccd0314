import type { Correction } from './specification.ts';

const historyArrays = ['equity', 'profit_loss', 'profit_loss_pct'];

/** Where the files contradict recorded answers or themselves. Each one is shown to be needed. */
export const knownErrors: readonly Correction[] = [
  ...historyArrays.map((array) => ({
    api: 'trading' as const,
    at: ['components', 'schemas', 'PortfolioHistory', 'properties', array, 'items'],
    reason: `${array} of a portfolio history is null where there was no account yet`,
    correct: (part: Record<string, unknown>) => {
      part.nullable = true;
    },
  })),
  {
    api: 'trading',
    at: ['components', 'schemas', 'PositionClosedReponse', 'properties', 'body'],
    reason: 'a position that cannot be closed has an error, not an order, as its body',
    correct: (part) => {
      part.anyOf = [{ $ref: part.$ref }, { $ref: '#/components/schemas/Error' }];
      delete part.$ref;
    },
  },
  {
    api: 'trading',
    at: ['components', 'schemas', 'TradingActivities'],
    reason: 'nothing in an activity of trade is required, so that every other one fits it too',
    correct: (part) => {
      part.required = Object.keys(part.properties as object);
    },
  },
  {
    api: 'trading',
    at: ['components', 'schemas', 'NonTradeActivities'],
    reason: 'nothing in an activity without a trade is required, so that every fill fits it too',
    correct: (part) => {
      part.required = ['id', 'activity_type', 'date', 'net_amount', 'symbol', 'status'];
    },
  },
  {
    api: 'trading',
    at: ['components', 'schemas', 'NonTradeActivities', 'properties', 'date'],
    reason: 'the date of an activity is called a date-time; its own example is 2019-08-01',
    correct: (part) => {
      part.format = 'date';
    },
  },
  ...['Exchange', 'ExchangeForPosition'].map((schema) => ({
    api: 'trading' as const,
    at: ['components', 'schemas', schema],
    reason: `${schema} knows no CRYPTO, where every pair is listed`,
    correct: (part: Record<string, unknown>) => {
      part.enum = [...(part.enum as readonly string[]), 'CRYPTO'];
    },
  })),
  {
    api: 'data',
    at: ['components', 'schemas', 'news', 'properties', 'content'],
    reason: 'the content of an article is empty unless include_content asks for it',
    correct: (part) => {
      delete part.minLength;
    },
  },
];
