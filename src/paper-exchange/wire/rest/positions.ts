import {
  absolute,
  type Decimal,
  divide,
  formatDecimal,
  formatRounded,
  multiply,
  smaller,
  ZERO,
} from '../../core/decimal.ts';
import { notFound } from '../../core/refusals.ts';
import { type Asset, type PositionView, WireError } from '../../core/types.ts';
import { assetNamed } from './assets.ts';
import { orderJson } from './order-json.ts';
import { QueryReader } from './params.ts';
import { type Call, ok, type Reply, type Route } from './route.ts';

const PRICE_DECIMALS = 9;

export const positionRoutes: readonly Route[] = [
  { method: 'GET', path: '/v2/positions', answer: getPositions },
  { method: 'DELETE', path: '/v2/positions', answer: deletePositions },
  { method: 'GET', path: '/v2/positions/*', answer: getPosition },
  { method: 'DELETE', path: '/v2/positions/*', answer: deletePosition },
];

function getPositions({ core, accountId }: Call): Reply {
  const positions = core.positions(accountId);
  return ok(positions.map((position) => positionJson(position, core.asset(position.symbol))));
}

function getPosition(call: Call): Reply | WireError {
  const { core, accountId } = call;
  const asset = assetNamed(core, call.params[0] ?? '');
  if (asset === null) return notFound(`symbol not found: ${call.params[0]}`);
  const position = core.position(accountId, asset.symbol);
  if (position === null) return notFound('position does not exist');
  return ok(positionJson(position, asset));
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

/** Decimal strings throughout; quantity, value and cost of a short are negative. */
function positionJson(position: PositionView, asset: Asset | null): object {
  const { qty, currentPrice, costBasis } = position;
  const marketValue = multiply(qty, currentPrice);
  const profit = marketValue - costBasis;
  const costToday = costOfToday(position);
  const profitToday = marketValue - costToday;
  return {
    asset_id: position.assetId,
    symbol: position.symbol,
    exchange: asset?.exchange ?? '',
    asset_class: position.assetClass,
    asset_marginable: asset?.marginable ?? false,
    qty: formatDecimal(qty),
    avg_entry_price: formatRounded(position.averageEntryPrice, PRICE_DECIMALS),
    side: qty < ZERO ? 'short' : 'long',
    market_value: formatDecimal(marketValue),
    cost_basis: formatRounded(costBasis, PRICE_DECIMALS),
    unrealized_pl: formatRounded(profit, PRICE_DECIMALS),
    unrealized_plpc: formatDecimal(ratio(profit, costBasis)),
    unrealized_intraday_pl: formatRounded(profitToday, PRICE_DECIMALS),
    unrealized_intraday_plpc: formatDecimal(ratio(profitToday, costToday)),
    current_price: formatDecimal(currentPrice),
    lastday_price: formatDecimal(position.lastDayPrice),
    change_today: formatDecimal(ratio(currentPrice - position.lastDayPrice, position.lastDayPrice)),
    qty_available: formatDecimal(position.qtyAvailable),
  };
}

/** Shares held overnight count from yesterday's close, those of today from their own price. */
function costOfToday({ qty, lastDayQty, lastDayPrice, averageEntryPrice }: PositionView): Decimal {
  const isSameSide = lastDayQty < ZERO === qty < ZERO;
  const magnitude = isSameSide ? smaller(absolute(lastDayQty), absolute(qty)) : ZERO;
  const overnight = qty < ZERO ? -magnitude : magnitude;
  return multiply(overnight, lastDayPrice) + multiply(qty - overnight, averageEntryPrice);
}

function ratio(part: Decimal, whole: Decimal): Decimal {
  return whole === ZERO ? ZERO : divide(part, absolute(whole));
}
