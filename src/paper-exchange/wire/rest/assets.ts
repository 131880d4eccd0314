import { formatDecimal } from '../../core/basics/decimal.ts';
import type { Asset, WireError } from '../../core/basics/types.ts';
import type { ExchangeCore } from '../../core/exchange-core.ts';
import { notFound } from '../../core/rules/refusals.ts';
import { QueryReader } from './params.ts';
import { type Call, ok, type Reply, type Route } from './route.ts';

const STATUSES = ['active', 'inactive', ''] as const;
const CLASSES = ['us_equity', 'us_option', 'crypto', 'ipo'] as const;

export const assetRoutes: readonly Route[] = [
  { method: 'GET', path: '/v2/assets', answer: getAssets },
  { method: 'GET', path: '/v2/assets/*', answer: getAsset },
];

/** By id or by symbol; of a pair the slash may be left out, as in `BTCUSD`. */
export function assetNamed(core: ExchangeCore, name: string): Asset | null {
  return core.asset(name) ?? core.assets.find((asset) => isNamed(asset, name)) ?? null;
}

export function isNamed({ symbol }: Asset, name: string): boolean {
  return symbol === name || symbol.replace('/', '') === name;
}

function getAsset({ core, params }: Call): Reply | WireError {
  const asset = assetNamed(core, params[0] ?? '');
  return asset === null ? notFound(`asset not found for ${params[0]}`) : ok(assetJson(core, asset));
}

/** All statuses are listed unless one is asked for, but of classes only shares. */
function getAssets({ core, settings, query }: Call): Reply | WireError {
  const reader = new QueryReader(query, settings.badParameterStatus);
  const status = reader.choice('status', STATUSES, '');
  const assetClass = reader.choice('asset_class', CLASSES, 'us_equity');
  const exchange = reader.text('exchange');
  const attributes = reader.list('attributes');
  if (reader.problem !== null) return reader.problem;
  const listed = core.assets.filter(
    (asset) =>
      asset.class === assetClass &&
      (status === '' || asset.status === status) &&
      (exchange === null || asset.exchange === exchange) &&
      (attributes === null || attributesOf(core, asset).some((one) => attributes.includes(one))),
  );
  return ok(listed.map((asset) => assetJson(core, asset)));
}

function attributesOf(core: ExchangeCore, asset: Asset): readonly string[] {
  if (asset.class === 'crypto') return [];
  return [
    ...(asset.fractionable ? ['fractional_eh_enabled'] : []),
    ...(asset.ipo ? ['ipo'] : []),
    ...(asset.overnightTradable ? ['overnight_tradable'] : []),
    ...(core.isHaltedOvernight(asset) ? ['overnight_halted'] : []),
  ];
}

function assetJson(core: ExchangeCore, asset: Asset): object {
  const margin = asset.marginable ? 30 : 100;
  return {
    id: asset.id,
    class: asset.class,
    exchange: asset.exchange,
    symbol: asset.symbol,
    name: asset.name,
    status: asset.status,
    tradable: asset.tradable,
    marginable: asset.marginable,
    maintenance_margin_requirement: margin,
    margin_requirement_long: String(margin),
    margin_requirement_short: String(margin),
    shortable: asset.shortable,
    easy_to_borrow: asset.easyToBorrow,
    borrow_status: asset.easyToBorrow ? 'easy_to_borrow' : 'hard_to_borrow',
    fractionable: asset.fractionable,
    attributes: attributesOf(core, asset),
    ...stepsOf(asset),
  };
}

/** Of a coin the smallest order and the steps of its quantities and prices. */
function stepsOf({ minOrderSize, minTradeIncrement, priceIncrement }: Asset): object {
  return {
    ...(minOrderSize !== null && { min_order_size: formatDecimal(minOrderSize) }),
    ...(minTradeIncrement !== null && { min_trade_increment: formatDecimal(minTradeIncrement) }),
    ...(priceIncrement !== null && { price_increment: formatDecimal(priceIncrement) }),
  };
}
