import { notFound } from '../../core/refusals.ts';
import type { Asset, WireError } from '../../core/types.ts';
import { QueryReader } from './params.ts';
import { type Call, ok, type Reply, type Route } from './route.ts';

export const assetRoutes: readonly Route[] = [
  { method: 'GET', path: '/v2/assets', answer: getAssets },
  { method: 'GET', path: '/v2/assets/*', answer: getAsset },
];

function getAsset({ core, params }: Call): Reply | WireError {
  const asset = core.asset(params[0] ?? '');
  return asset === null ? notFound(`asset not found for ${params[0]}`) : ok(assetJson(asset));
}

function getAssets({ core, query }: Call): Reply | WireError {
  const reader = new QueryReader(query);
  const status = reader.choice('status', ['active', 'inactive'], 'active');
  const exchange = reader.text('exchange');
  const assetClass = reader.text('asset_class') ?? 'us_equity';
  if (reader.problem !== null) return reader.problem;
  if (status === 'inactive' || assetClass !== 'us_equity') return ok([]);
  const listed = core.assets.filter((asset) => exchange === null || asset.exchange === exchange);
  return ok(listed.map(assetJson));
}

function assetJson(asset: Asset): object {
  return {
    id: asset.id,
    class: 'us_equity',
    exchange: asset.exchange,
    symbol: asset.symbol,
    name: asset.name,
    status: 'active',
    tradable: asset.tradable,
    marginable: asset.marginable,
    maintenance_margin_requirement: asset.marginable ? 30 : 100,
    margin_requirement_long: asset.marginable ? '30' : '100',
    margin_requirement_short: asset.marginable ? '30' : '100',
    shortable: asset.shortable,
    easy_to_borrow: asset.easyToBorrow,
    borrow_status: asset.easyToBorrow ? 'easy_to_borrow' : 'hard_to_borrow',
    fractionable: asset.fractionable,
    attributes: asset.fractionable ? ['fractional_eh_enabled'] : [],
  };
}
