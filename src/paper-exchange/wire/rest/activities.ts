import { formatDecimal } from '../../core/basics/decimal.ts';
import type {
  Activity,
  ActivityList,
  Calendar,
  DateText,
  FillActivity,
  Milliseconds,
  NonTradeActivity,
  WireError,
} from '../../core/basics/types.ts';
import { unprocessable } from '../../core/rules/refusals.ts';
import { QueryReader } from './params.ts';
import { type Call, ok, type Reply, type Route } from './route.ts';
import { newYorkDigits, utcText } from './times.ts';

const PAGE_SIZE_MAX = 100;
const DAY_MS = 86_400_000;
const DIRECTIONS = ['desc', 'asc'] as const;
const CATEGORIES = ['trade_activity', 'non_trade_activity', ''] as const;

/** Every type that may be asked for ("Account Activities"), most of which never happen here. */
const TYPES: readonly string[] = [
  ...['FILL', 'TRANS', 'MISC', 'ACATC', 'ACATS', 'CFEE', 'CGD', 'CSD', 'CSW', 'DIV', 'DIVCGL'],
  ...['DIVCGS', 'DIVFEE', 'DIVFT', 'DIVNRA', 'DIVROC', 'DIVTW', 'DIVTXEX', 'FEE', 'FOPT', 'INT'],
  ...['INTNRA', 'INTTW', 'JNL', 'JNLC', 'JNLS', 'MA', 'NC', 'OPASN', 'OPCA', 'OPCSH', 'OPEXC'],
  ...['OPEXP', 'OPTRD', 'PTC', 'PTR', 'REORG', 'SPIN', 'SPLIT'],
];
/** Everything but cash transfers, dividends and fills. */
const NOT_MISC: readonly string[] = ['FILL', 'DIV', 'CSD', 'CSW'];

export const activityRoutes: readonly Route[] = [
  { method: 'GET', path: '/v2/account/activities', answer: getActivities },
  { method: 'GET', path: '/v2/account/activities/*', answer: getActivities },
];

function getActivities({ core, settings, accountId, params, query }: Call): Reply | WireError {
  const reader = new QueryReader(query, settings.badParameterStatus);
  const isWanted = readTypes(reader, params[0]);
  const pageSize = reader.wholeNumber('page_size', PAGE_SIZE_MAX, PAGE_SIZE_MAX);
  const isDescending = reader.choice('direction', DIRECTIONS, 'desc') === 'desc';
  const activities = core.activities(accountId);
  const [from, to] = readRange(reader, core.calendar, activities);
  const token = reader.text('page_token');
  const last = token === null ? null : activities.placeOf(token.split('::')[1] ?? '');
  if (reader.problem !== null) return reader.problem;
  if (token !== null && last === null) return unprocessable(`invalid page_token: ${token}`);
  const page: object[] = [];
  const step = isDescending ? -1 : 1;
  let place = isDescending ? Math.min(to, last ?? to) - 1 : Math.max(from, (last ?? -1) + 1);
  for (; page.length < pageSize && place >= from && place < to; place += step) {
    const activity = activities.at(place);
    // A busted trade has not taken place.
    if (activity?.status === 'canceled') continue;
    if (activity !== undefined && isWanted(typeOf(activity))) {
      page.push(activityJson(core.calendar, activity));
    }
  }
  return ok(page);
}

function readTypes(reader: QueryReader, path: string | undefined): (type: string) => boolean {
  const types = path === undefined ? reader.list('activity_types') : [path];
  const category = reader.choice('category', CATEGORIES, '');
  const unknown = types?.find((type) => !TYPES.includes(type));
  if (unknown !== undefined) reader.refuse(`invalid activity type: ${unknown}`);
  if (types !== null) {
    if (category !== '') reader.refuse('category cannot be used with activity_types');
    return (type) => types.some((wanted) => covers(wanted, type));
  }
  return (type) => category === '' || (type === 'FILL') === (category === 'trade_activity');
}

function covers(wanted: string, type: string): boolean {
  if (wanted === 'TRANS') return type === 'CSD' || type === 'CSW';
  if (wanted === 'MISC') return !NOT_MISC.includes(type);
  return wanted === type;
}

/** The places that the times let through; `after` and `until` leave out their own instant. */
function readRange(
  reader: QueryReader,
  calendar: Calendar,
  activities: ActivityList,
): readonly [number, number] {
  const after = reader.time('after');
  const until = reader.time('until');
  const date = reader.date('date');
  let from = after === null ? 0 : placeAt(activities, after + 1);
  let to = until === null ? activities.length : placeAt(activities, until);
  if (date !== null) {
    from = Math.max(from, placeAt(activities, calendar.midnightOf(date)));
    to = Math.min(to, placeAt(activities, calendar.midnightOf(dayAfter(date))));
  }
  return [from, to];
}

function dayAfter(date: DateText): DateText {
  return new Date(Date.parse(date) + DAY_MS).toISOString().slice(0, 10);
}

/** The first place at or after an instant. */
function placeAt(activities: ActivityList, at: Milliseconds): number {
  let low = 0;
  let high = activities.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const activity = activities.at(middle);
    if (activity !== undefined && activity.at < at) low = middle + 1;
    else high = middle;
  }
  return low;
}

function typeOf(activity: Activity): string {
  return activity.kind === 'fill' ? 'FILL' : activity.type;
}

function activityJson(calendar: Calendar, activity: Activity): object {
  switch (activity.kind) {
    case 'fill':
      return fillJson(calendar, activity);
    case 'non_trade':
      return nonTradeJson(calendar, activity);
  }
}

/** The time before the id is New York's, as recorded answers have it. */
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

/** What does not apply is left out. */
function nonTradeJson(calendar: Calendar, activity: NonTradeActivity): object {
  const { subType, cusip, qty, perShareAmount } = activity;
  return {
    id: `${newYorkDigits(calendar, activity.at)}::${activity.id}`,
    activity_type: activity.type,
    ...(subType !== null && { activity_sub_type: subType }),
    date: activity.date,
    created_at: utcText(activity.at),
    net_amount: formatDecimal(activity.netAmount),
    symbol: activity.symbol,
    ...(cusip !== null && { cusip }),
    ...(qty !== null && { qty: formatDecimal(qty) }),
    ...(perShareAmount !== null && { per_share_amount: formatDecimal(perShareAmount) }),
    status: activity.status,
    currency: 'USD',
    group_id: activity.groupId,
  };
}
