import type { Correction } from './specification.ts';

const historyArrays = ['equity', 'profit_loss', 'profit_loss_pct'];
const activitiesOfType = ['paths', '/v2/account/activities/{activity_type}', 'get', 'responses'];

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
    at: [...activitiesOfType, '200', 'content', 'application/json', 'schema', 'items'],
    reason: 'oneOf its two schemas: nothing in them is required, so each activity fits both',
    correct: (part) => {
      part.anyOf = part.oneOf;
      delete part.oneOf;
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
