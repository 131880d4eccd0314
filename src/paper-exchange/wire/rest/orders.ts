import { type Asset, type OrderWithLegs, type Side, WireError } from '../../core/basics/types.ts';
import type { OrderFilter } from '../../core/orders/order-queries.ts';
import { notFound } from '../../core/rules/refusals.ts';
import { isNamed } from './assets.ts';
import { orderJson, orderText } from './order-json.ts';
import { QueryReader, readJson } from './params.ts';
import { type Call, ok, type Reply, type Route, WrittenJson } from './route.ts';

const LIMIT_DEFAULT = 50;
const LIMIT_MAX = 500;
const STATUSES = ['open', 'closed', 'all'] as const;
const DIRECTIONS = ['desc', 'asc'] as const;
const SIDES: readonly Side[] = ['buy', 'sell'];

export const orderRoutes: readonly Route[] = [
  { method: 'POST', path: '/v2/orders', answer: postOrder },
  { method: 'GET', path: '/v2/orders', answer: getOrders },
  { method: 'DELETE', path: '/v2/orders', answer: deleteOrders },
  { method: 'GET', path: '/v2/orders:by_client_order_id', answer: getByClientOrderId },
  { method: 'GET', path: '/v2/orders/*', answer: getOrder },
  { method: 'PATCH', path: '/v2/orders/*', answer: patchOrder },
  { method: 'DELETE', path: '/v2/orders/*', answer: deleteOrder },
];

function postOrder({ core, accountId, body }: Call): Reply | WireError {
  const json = readJson(body);
  if (json instanceof WireError) return json;
  return shown(core.submitOrder(accountId, json.value));
}

function patchOrder({ core, accountId, params, body }: Call): Reply | WireError {
  const json = readJson(body);
  if (json instanceof WireError) return json;
  return shown(core.replaceOrder(accountId, params[0] ?? '', json.value));
}

function deleteOrder({ core, accountId, params }: Call): Reply | WireError {
  return core.cancelOrder(accountId, params[0] ?? '') ?? { status: 204, body: null };
}

function deleteOrders({ core, accountId }: Call): Reply {
  const results = core.cancelAllOrders(accountId);
  const body = results.map(({ id, status, body: refusal }) =>
    refusal === null ? { id, status } : { id, status, body: refusal },
  );
  return { status: 207, body };
}

function getOrder({ core, settings, accountId, params, query }: Call): Reply | WireError {
  const reader = new QueryReader(query, settings.badParameterStatus);
  const nested = reader.flag('nested');
  if (reader.problem !== null) return reader.problem;
  const found = core.order(accountId, params[0] ?? '');
  if (found === null) return notFound(`order not found for ${params[0]}`);
  const shownAs = nested ? found : { order: found.order, legs: [] };
  return ok(new WrittenJson(orderText(shownAs)));
}

function getByClientOrderId({ core, accountId, query }: Call): Reply | WireError {
  const clientOrderId = query.get('client_order_id') ?? '';
  const found = core.orderByClientOrderId(accountId, clientOrderId);
  return found === null ? notFound(`order not found for ${clientOrderId}`) : ok(orderJson(found));
}

function getOrders(call: Call): Reply | WireError {
  const filter = readFilter(call);
  if (filter instanceof WireError) return filter;
  const listed = call.core.listOrders(call.accountId, filter);
  // Strings that are added are copied when the whole is sent; joined ones, twice.
  let text = '';
  for (const order of listed) text += text === '' ? orderText(order) : `,${orderText(order)}`;
  return ok(new WrittenJson(`[${text}]`));
}

function readFilter({ core, settings, accountId, query }: Call): OrderFilter | WireError {
  const reader = new QueryReader(query, settings.badParameterStatus);
  const clamps = core.switches.listLimitAbove500 === 'clamp';
  const most = clamps ? Number.MAX_SAFE_INTEGER : LIMIT_MAX;
  const side = reader.text('side');
  const filter: OrderFilter = {
    status: reader.choice('status', STATUSES, 'open'),
    limit: Math.min(reader.wholeNumber('limit', LIMIT_DEFAULT, most), LIMIT_MAX),
    after: reader.time('after'),
    until: reader.time('until'),
    afterOrderId: reader.text('after_order_id'),
    beforeOrderId: reader.text('before_order_id'),
    direction: reader.choice('direction', DIRECTIONS, 'desc'),
    nested: reader.flag('nested'),
    symbols: wantedSymbols(core.assets, reader.list('symbols'), assetClasses(query)),
    side: side === null ? null : reader.choice('side', SIDES, 'buy'),
  };
  checkBounds(reader, filter);
  for (const id of [filter.afterOrderId, filter.beforeOrderId]) {
    if (id !== null && core.order(accountId, id) === null)
      return notFound(`order not found for ${id}`);
  }
  return reader.problem ?? filter;
}

function checkBounds(reader: QueryReader, filter: OrderFilter): void {
  const ids = [filter.afterOrderId, filter.beforeOrderId].filter((id) => id !== null);
  if (ids.length > 1) {
    reader.refuse('only one of before_order_id or after_order_id is accepted');
  } else if (ids.length === 1 && (filter.after !== null || filter.until !== null)) {
    reader.refuse('before_order_id and after_order_id cannot be used with after or until');
  }
}

/** Null for every symbol. Of a pair the slash may be left out. */
function wantedSymbols(
  assets: readonly Asset[],
  symbols: readonly string[] | null,
  classes: ReadonlySet<string> | null,
): ReadonlySet<string> | null {
  if (symbols === null && classes === null) return null;
  const wanted = assets.filter(
    (asset) =>
      (classes === null || classes.has(asset.class)) &&
      (symbols === null || symbols.some((symbol) => isNamed(asset, symbol))),
  );
  return new Set(wanted.map(({ symbol }) => symbol));
}

/**
 * The SDK repeats the parameter, the documentation separates its words by commas. Null for every
 * class.
 */
function assetClasses(query: URLSearchParams): ReadonlySet<string> | null {
  const classes = query.getAll('asset_class').flatMap((text) => text.split(','));
  return classes.length === 0 || classes.includes('all') ? null : new Set(classes);
}

function shown(outcome: OrderWithLegs | WireError): Reply | WireError {
  return outcome instanceof WireError ? outcome : ok(orderJson(outcome));
}
