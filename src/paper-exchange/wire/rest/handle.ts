import type { ExchangeCore } from '../../core/exchange-core.ts';
import { WireError } from '../../core/types.ts';
import { accountRoutes } from './account.ts';
import { activityRoutes } from './activities.ts';
import { assetRoutes } from './assets.ts';
import { barRoutes } from './bars.ts';
import { clockRoutes } from './clock.ts';
import { latestRoutes } from './latest.ts';
import { orderRoutes } from './orders.ts';
import { portfolioHistoryRoutes } from './portfolio-history.ts';
import { positionRoutes } from './positions.ts';
import type { Reply, Route } from './route.ts';
import { snapshotRoutes } from './snapshots.ts';

export type RestRequest = {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

export type RestResponse = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

type Branch = { readonly segments: readonly string[]; readonly route: Route };

const branches = sortRoutes([
  ...accountRoutes,
  ...activityRoutes,
  ...assetRoutes,
  ...barRoutes,
  ...clockRoutes,
  ...latestRoutes,
  ...orderRoutes,
  ...portfolioHistoryRoutes,
  ...positionRoutes,
  ...snapshotRoutes,
]);

const JSON_HEADERS = { 'content-type': 'application/json; charset=UTF-8' };
const UNAUTHORIZED = new WireError(401, { message: 'unauthorized.' });
const NO_ROUTE = new WireError(404, { code: 40410000, message: 'endpoint not found.' });
const BROKEN = new WireError(500, { message: 'internal server error' });

/** Answers one request of the trading or the data API. It never throws. */
export function handleRest(core: ExchangeCore, request: RestRequest): RestResponse {
  try {
    return written(answerTo(core, request));
  } catch {
    return written(BROKEN);
  }
}

function answerTo(core: ExchangeCore, request: RestRequest): Reply | WireError {
  const keyId = header(request, 'apca-api-key-id');
  const secretKey = header(request, 'apca-api-secret-key');
  const accountId = core.authenticate(keyId, secretKey);
  if (accountId === null) return UNAUTHORIZED;
  const segments = request.path.split('/').slice(1);
  const candidates = branches.get(branchKey(request.method, segments.length)) ?? [];
  const branch = candidates.find((candidate) => fits(candidate.segments, segments));
  if (branch === undefined) return NO_ROUTE;
  const params = segments.filter((_, place) => branch.segments[place] === '*').map(decoded);
  const { query, body } = request;
  return branch.route.answer({ core, accountId, params, query, body });
}

/** A segment that is no valid encoding stands for itself, and so names nothing. */
function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

function written(reply: Reply | WireError): RestResponse {
  if (reply.body === null) return { status: reply.status, headers: {}, body: '' };
  return { status: reply.status, headers: JSON_HEADERS, body: JSON.stringify(reply.body) };
}

function header({ headers }: RestRequest, name: string): string {
  const exact = headers[name];
  if (exact !== undefined) return exact;
  const found = Object.entries(headers).find(([key]) => key.toLowerCase() === name);
  return found?.[1] ?? '';
}

/** Routes by method and length of path; those without variable segments come first. */
function sortRoutes(routes: readonly Route[]): ReadonlyMap<string, readonly Branch[]> {
  const sorted = new Map<string, Branch[]>();
  for (const route of routes) {
    const segments = route.path.split('/').slice(1);
    const key = branchKey(route.method, segments.length);
    const branch = { segments, route };
    const known = sorted.get(key);
    if (known === undefined) sorted.set(key, [branch]);
    else if (route.path.includes('*')) known.push(branch);
    else known.unshift(branch);
  }
  return sorted;
}

function branchKey(method: string, length: number): string {
  return `${method} ${length}`;
}

function fits(pattern: readonly string[], segments: readonly string[]): boolean {
  return pattern.every((segment, place) => segment === '*' || segment === segments[place]);
}
