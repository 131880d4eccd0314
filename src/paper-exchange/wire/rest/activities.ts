import { formatDecimal } from '../../core/decimal.ts';
import { unprocessable } from '../../core/refusals.ts';
import type {
  Activity,
  Calendar,
  FillActivity,
  NonTradeActivity,
  WireError,
} from '../../core/types.ts';
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
  const activities = core.activities(accountId);
  const token = reader.text('page_token');
  const last = token === null ? null : activities.placeOf(token.split('::')[1] ?? '');
  if (token !== null && last === null) return unprocessable(`invalid page_token: ${token}`);
  const step = isDescending ? -1 : 1;
  const page: object[] = [];
  let place = last === null ? (isDescending ? activities.length - 1 : 0) : last + step;
  for (; page.length < pageSize; place += step) {
    const activity = activities.at(place);
    if (activity === undefined) break;
    if (activity.kind === 'fill' && activity.status === 'canceled') continue;
    if (types !== null && !types.some((type) => isOfType(activity, type))) continue;
    if (category !== null && category !== categoryOf(activity)) continue;
    if (after !== null && activity.at <= after) continue;
    if (until !== null && activity.at >= until) continue;
    if (date !== null && core.calendar.dateOf(activity.at) !== date) continue;
    page.push(activityJson(core.calendar, activity));
  }
  return ok(page);
}

function categoryOf({ kind }: Activity): string {
  return kind === 'fill' ? 'trade_activity' : 'non_trade_activity';
}

/** `MISC` stands for every type but fills, dividends and cash transactions. */
function isOfType(activity: Activity, type: string): boolean {
  if (activity.kind === 'fill') return type === 'FILL';
  return activity.type === type || (type === 'MISC' && activity.type !== 'DIV');
}

function activityJson(calendar: Calendar, activity: Activity): object {
  return activity.kind === 'fill' ? fillJson(calendar, activity) : nonTradeJson(calendar, activity);
}

function nonTradeJson(calendar: Calendar, activity: NonTradeActivity): object {
  const { subType, cusip, qty, perShareAmount } = activity;
  return {
    id: `${newYorkDigits(calendar, activity.at)}::${activity.id}`,
    activity_type: activity.type,
    ...(subType === null ? {} : { activity_sub_type: subType }),
    date: activity.date,
    created_at: utcText(activity.at),
    net_amount: formatDecimal(activity.netAmount),
    symbol: activity.symbol,
    ...(cusip === null ? {} : { cusip }),
    ...(qty === null ? {} : { qty: formatDecimal(qty) }),
    ...(perShareAmount === null ? {} : { per_share_amount: formatDecimal(perShareAmount) }),
    status: activity.status,
    group_id: activity.groupId,
    currency: 'USD',
  };
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
