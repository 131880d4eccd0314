import { formatDecimal } from '../../core/decimal.ts';
import { unprocessable } from '../../core/refusals.ts';
import type { Calendar, FillActivity, WireError } from '../../core/types.ts';
import { QueryReader } from './params.ts';
import { type Call, ok, type Reply, type Route } from './route.ts';
import { newYorkDigits, utcText } from './times.ts';

const PAGE_SIZE_MAX = 100;
const DIRECTIONS = ['desc', 'asc'] as const;

export const activityRoutes: readonly Route[] = [
  { method: 'GET', path: '/v2/account/activities', answer: getActivities },
  { method: 'GET', path: '/v2/account/activities/*', answer: getActivities },
];

function getActivities({ core, accountId, params, query }: Call): Reply | WireError {
  const reader = new QueryReader(query);
  const types = params[0] === undefined ? reader.list('activity_types') : [params[0]];
  const category = reader.text('category');
  const pageSize = reader.wholeNumber('page_size', PAGE_SIZE_MAX, PAGE_SIZE_MAX);
  const isDescending = reader.choice('direction', DIRECTIONS, 'desc') === 'desc';
  const [after, until] = [reader.time('after'), reader.time('until')];
  const date = reader.date('date');
  if (reader.problem !== null) return reader.problem;
  if (types !== null && !types.includes('FILL')) return ok([]);
  if (category !== null && category !== 'trade_activity') return ok([]);
  const fills = core.fills(accountId);
  const token = reader.text('page_token');
  const last = token === null ? null : core.fillPlace(accountId, token.split('::')[1] ?? '');
  if (token !== null && last === null) return unprocessable(`invalid page_token: ${token}`);
  const step = isDescending ? -1 : 1;
  const page: object[] = [];
  let place = last === null ? (isDescending ? fills.length - 1 : 0) : last + step;
  for (; page.length < pageSize; place += step) {
    const fill = fills[place];
    if (fill === undefined) break;
    if (after !== null && fill.at <= after) continue;
    if (until !== null && fill.at >= until) continue;
    if (date !== null && core.calendar.dateOf(fill.at) !== date) continue;
    page.push(fillJson(core.calendar, fill));
  }
  return ok(page);
}

function fillJson(calendar: Calendar, fill: FillActivity): object {
  return {
    id: `${newYorkDigits(calendar, fill.at)}::${fill.executionId}`,
    activity_type: 'FILL',
    transaction_time: utcText(fill.at),
    type: fill.type,
    price: formatDecimal(fill.price),
    qty: formatDecimal(fill.qty),
    side: fill.side,
    symbol: fill.symbol,
    leaves_qty: formatDecimal(fill.leavesQty),
    order_id: fill.orderId,
    cum_qty: formatDecimal(fill.cumulativeQty),
    order_status: fill.orderStatus,
  };
}
