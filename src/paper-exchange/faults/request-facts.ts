import type { Order } from '../core/basics/types.ts';
import { type Json, parsed } from '../protocol/json.ts';
import type { RestRequest } from '../protocol/request.ts';
import { isObject } from './display.ts';
import type { Facts } from './rule.ts';

export type RequestLookups = {
  /** The account of the request's keys, by id; null when they open none. */
  readonly accountOf: (request: RestRequest) => string | null;
  readonly namesOf: (accountId: string) => readonly string[];
  readonly orderOf: (accountId: string, orderId: string) => Order | null;
};

/** What a rule may ask of a request: of its path, its query, its body and the order it names. */
export function requestFacts(request: RestRequest, lookups: RequestLookups): Facts {
  const { method, path, query, body } = request;
  const accountId = lookups.accountOf(request);
  const sent = body === '' ? undefined : parsed(body);
  const fields = isObject(sent) ? sent : {};
  const order = accountId === null ? null : orderNamed(path, accountId, lookups);
  return {
    method,
    path,
    symbols: [
      ...texts(fields.symbol),
      ...(order === null ? [] : [order.symbol]),
      ...(query.get('symbols')?.split(',') ?? []),
      ...symbolInPath(path),
    ],
    account: accountId === null ? [] : lookups.namesOf(accountId),
    ...one('clientOrderId', fields.client_order_id ?? order?.clientOrderId),
    ...one('orderType', fields.type ?? order?.type),
    ...one('side', fields.side ?? order?.side),
  };
}

function orderNamed(path: string, accountId: string, { orderOf }: RequestLookups): Order | null {
  const [, orderId] = /^\/v2\/orders\/([^/]+)$/.exec(path) ?? [];
  return orderId === undefined ? null : orderOf(accountId, orderId);
}

function symbolInPath(path: string): readonly string[] {
  const [, symbol] = /^\/v2\/(?:positions|assets|stocks)\/([^/]+)/.exec(path) ?? [];
  return symbol === undefined ? [] : [symbol];
}

const texts = (value: Json | undefined): readonly string[] =>
  typeof value === 'string' ? [value] : [];

function one(name: string, value: Json | undefined): Readonly<Record<string, string>> {
  return typeof value === 'string' ? { [name]: value } : {};
}
