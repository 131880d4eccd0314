import { WireError } from '../../core/basics/types.ts';
import { notFound } from '../../core/rules/refusals.ts';
import { assetNamed } from './assets.ts';
import { orderJson } from './order-json.ts';
import { QueryReader } from './params.ts';
import { positionText } from './position-text.ts';
import { type Call, ok, type Reply, type Route, WrittenJson } from './route.ts';

export const positionRoutes: readonly Route[] = [
  { method: 'GET', path: '/v2/positions', answer: getPositions },
  { method: 'DELETE', path: '/v2/positions', answer: deletePositions },
  { method: 'GET', path: '/v2/positions/*', answer: getPosition },
  { method: 'DELETE', path: '/v2/positions/*', answer: deletePosition },
];

function getPositions({ core, accountId }: Call): Reply {
  return ok(new WrittenJson(`[${core.positions(accountId).map(positionText).join(',')}]`));
}

function getPosition(call: Call): Reply | WireError {
  const { core, accountId } = call;
  const asset = assetNamed(core, call.params[0] ?? '');
  if (asset === null) return notFound(`symbol not found: ${call.params[0]}`);
  const position = core.position(accountId, asset.symbol);
  if (position === null) return notFound('position does not exist');
  return ok(new WrittenJson(positionText(position)));
}

function deletePosition({ core, settings, accountId, params, query }: Call): Reply | WireError {
  const asset = assetNamed(core, params[0] ?? '');
  if (asset === null) return notFound(`symbol not found: ${params[0]}`);
  const reader = new QueryReader(query, settings.badParameterStatus);
  const qty = reader.text('qty');
  const percentage = reader.text('percentage');
  const outcome = core.closePosition(accountId, asset.symbol, {
    ...(qty === null ? {} : { qty }),
    ...(percentage === null ? {} : { percentage }),
  });
  return outcome instanceof WireError ? outcome : ok(orderJson(outcome));
}

function deletePositions({ core, settings, accountId, query }: Call): Reply | WireError {
  const reader = new QueryReader(query, settings.badParameterStatus);
  const cancelOrders = reader.flag('cancel_orders');
  if (reader.problem !== null) return reader.problem;
  const body = core
    .closeAllPositions(accountId, cancelOrders)
    .map(({ symbol, outcome }) =>
      outcome instanceof WireError
        ? { symbol, status: outcome.status, body: outcome.body }
        : { symbol, status: 200, body: orderJson(outcome) },
    );
  return { status: 207, body };
}
