import { accountRoutes } from './account.ts';
import { activityRoutes } from './activities.ts';
import { assetRoutes } from './assets.ts';
import { clockRoutes } from './clock.ts';
import { corporateActionRoutes } from './corporate-actions.ts';
import { historyRoutes } from './history.ts';
import { latestRoutes } from './latest.ts';
import { locateRoutes } from './locates.ts';
import { marketRoutes } from './markets.ts';
import { newsRoutes } from './news.ts';
import { orderRoutes } from './orders.ts';
import { portfolioHistoryRoutes } from './portfolio-history.ts';
import { positionRoutes } from './positions.ts';
import type { Route } from './route.ts';
import { snapshotRoutes } from './snapshots.ts';

/** Every route that is answered, by method and path. */
export const routes: readonly Route[] = [
  ...accountRoutes,
  ...activityRoutes,
  ...assetRoutes,
  ...clockRoutes,
  ...corporateActionRoutes,
  ...historyRoutes,
  ...latestRoutes,
  ...locateRoutes,
  ...marketRoutes,
  ...newsRoutes,
  ...orderRoutes,
  ...portfolioHistoryRoutes,
  ...positionRoutes,
  ...snapshotRoutes,
];

/** What answers at one path: a route for each method, and the path's variable segments. */
export type Endpoint = {
  readonly routes: ReadonlyMap<string, Route>;
  readonly params: readonly string[];
};

type Branch = { readonly segments: readonly string[]; readonly routes: Map<string, Route> };

const branches = sortRoutes();
/** Most requests ask for a path that has no variable segment: one look finds it. */
const fixed: ReadonlyMap<string, Endpoint> = new Map(
  [...branches.values()]
    .flat()
    .filter(({ segments }) => !segments.includes('*'))
    .map(({ segments, routes }) => [`/${segments.join('/')}`, { routes, params: [] }]),
);

/** Null where nothing answers. */
export function endpointAt(path: string): Endpoint | null {
  const known = fixed.get(path);
  if (known !== undefined) return known;
  const segments = path.split('/').slice(1);
  const branch = branches
    .get(segments.length)
    ?.find((candidate) => fits(candidate.segments, segments));
  if (branch === undefined) return null;
  const params = segments.filter((_, place) => branch.segments[place] === '*').map(decoded);
  return { routes: branch.routes, params };
}

/** The data API has a host of its own at Alpaca; here its paths tell it from the trading API. */
export function isDataPath(path: string): boolean {
  return /^\/(v2\/stocks|v1beta\d|v1\/corporate-actions)(\/|$)/.test(path);
}

/** Prices of coins are for everybody: the OpenAPI text asks for no keys. */
export function isPublicPath(path: string): boolean {
  return /^\/v1beta\d\/crypto(-perps)?\//.test(path);
}

/** A segment that is no valid encoding stands for itself, and so names nothing. */
function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

/** Paths by their length; those without variable segments come first. */
function sortRoutes(): ReadonlyMap<number, readonly Branch[]> {
  const byPath = new Map<string, Branch>();
  for (const route of routes) {
    const known = byPath.get(route.path);
    if (known === undefined) {
      const segments = route.path.split('/').slice(1);
      byPath.set(route.path, { segments, routes: new Map([[route.method, route]]) });
    } else {
      known.routes.set(route.method, route);
    }
  }
  const sorted = new Map<number, Branch[]>();
  for (const branch of byPath.values()) {
    const { length } = branch.segments;
    const known = sorted.get(length);
    if (known === undefined) sorted.set(length, [branch]);
    else if (branch.segments.includes('*')) known.push(branch);
    else known.unshift(branch);
  }
  return sorted;
}

function fits(pattern: readonly string[], segments: readonly string[]): boolean {
  return pattern.every((segment, place) => segment === '*' || segment === segments[place]);
}
