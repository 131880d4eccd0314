import { listAt } from '../../../tools/history/trail.ts';
import type { Json } from '../../domain/canonical.ts';
import { decimal, text, ZERO } from '../../domain/decimal.ts';
import type { JournalRecord } from '../../domain/event.ts';
import { fieldAt, textAt } from '../../domain/record-body.ts';
import { type EpochMs, isoTime } from '../../domain/time.ts';

/** One order, ours or not, out of all that the journal says of it. */
export type OrderRow = {
  orderId: string | null;
  clientOrderId: string | null;
  /** The order that this one replaced. */
  parentOrderId: string | null;
  symbol: string | null;
  side: string | null;
  type: string | null;
  quantity: string | null;
  limitPrice: string | null;
  stopPrice: string | null;
  timeInForce: string | null;
  status: string;
  filledQuantity: string;
  /** Sum of price times shares over its fills. */
  filledValue: string;
  firstAt: EpochMs;
  lastAt: EpochMs;
  purpose: string | null;
  reason: string | null;
  /** Who asked for it: `foreign` for orders that BigBrother did not place. */
  actor: string;
  planId: string | null;
  firstSeq: number;
};

/** The orders of a journal in the order in which it first told of them. */
export function ordersIn(records: Iterable<JournalRecord>): readonly OrderRow[] {
  const rows: OrderRow[] = [];
  const byId = new Map<string, OrderRow>();
  const actors = new Map<string, string>();
  const reasons = new Map<string, string>();
  for (const record of records) {
    const { type, planId, symbol, body } = record;
    if (type === 'plan_proposed' && planId !== null) {
      actors.set(planId, record.actor);
      for (const part of listAt(fieldAt(body, 'plan'), 'parts')) {
        reasons.set(`${planId} ${textAt(part, 'symbol')}`, listAt(part, 'because').join('; '));
      }
    }
    const isOfAnOrder =
      type.startsWith('step_') || type === 'order_update_received' || type === 'fill_received';
    if (!isOfAnOrder) continue;
    const id = textAt(body, 'clientOrderId');
    if (type.startsWith('step_') && id === null) continue; // A cancel tells of no order anew.
    const key = id ?? record.orderId ?? '';
    const known = byId.get(key) ?? byId.get(record.orderId ?? '');
    const row = known ?? newRow(record);
    if (known === undefined) rows.push(row);
    byId.set(key, row);
    if (type === 'step_intended') {
      row.actor = actors.get(planId ?? '') ?? record.actor;
      row.reason = reasons.get(`${planId} ${symbol}`) ?? null;
    } else if (record.orderId !== null) byId.set(record.orderId, row);
    learn(row, record);
    // A leg was sent with its parent, for the parent's reason.
    const parent = byId.get(textAt(body, 'parentId') ?? '');
    if (parent !== undefined && row.planId === null) {
      const { actor, reason, purpose } = parent;
      Object.assign(row, { planId: parent.planId, actor, reason, purpose });
    }
  }
  return rows;
}

const newRow = ({ at, seq, symbol }: JournalRecord): OrderRow => ({
  orderId: null,
  clientOrderId: null,
  parentOrderId: null,
  symbol,
  side: null,
  type: null,
  quantity: null,
  limitPrice: null,
  stopPrice: null,
  timeInForce: null,
  status: 'unknown',
  filledQuantity: '0',
  filledValue: '0',
  firstAt: at,
  lastAt: at,
  purpose: null,
  reason: null,
  actor: 'foreign',
  planId: null,
  firstSeq: seq,
});

function learn(row: OrderRow, { type, at, planId, orderId, body }: JournalRecord): void {
  row.lastAt = at;
  row.clientOrderId ??= textAt(body, 'clientOrderId');
  row.planId ??= planId;
  if (type === 'step_intended') {
    const request = fieldAt(body, 'request') ?? null;
    row.parentOrderId = orderId;
    row.purpose = textAt(body, 'purpose');
    row.status = 'intended';
    takeTerms(row, request, 'type');
    return;
  }
  row.orderId ??= orderId;
  if (type === 'order_update_received') takeTerms(row, body, 'orderType');
  if (type === 'fill_received') {
    row.side ??= textAt(body, 'side');
    const shares = decimal(textAt(body, 'quantity') ?? '0');
    const value = decimal(textAt(body, 'price') ?? '0').times(shares);
    row.filledValue = text(decimal(row.filledValue).plus(value));
  }
  const outcome = textAt(body, 'outcome');
  if (outcome === 'rejected') row.reason = textAt(body, 'because');
  if (type === 'step_answered' && outcome !== 'acknowledged') row.status = outcome ?? row.status;
  row.status = textAt(body, 'status') ?? row.status;
  const filled = decimal(textAt(body, 'filledQuantity') ?? '0');
  if (filled.gt(decimal(row.filledQuantity)) && filled.gt(ZERO)) row.filledQuantity = text(filled);
}

function takeTerms(row: OrderRow, terms: Json, typeField: string): void {
  row.side = textAt(terms, 'side') ?? row.side;
  row.type = textAt(terms, typeField) ?? row.type;
  row.quantity = textAt(terms, 'quantity') ?? row.quantity;
  row.limitPrice = textAt(terms, 'limitPrice') ?? row.limitPrice;
  row.stopPrice = textAt(terms, 'stopPrice') ?? row.stopPrice;
  row.timeInForce = textAt(terms, 'timeInForce') ?? row.timeInForce;
}

const COLUMNS: readonly (readonly [string, (row: OrderRow) => string | number | null])[] = [
  ['order_id', (row) => row.orderId],
  ['client_order_id', (row) => row.clientOrderId],
  ['parent_order_id', (row) => row.parentOrderId],
  ['first_at', (row) => isoTime(row.firstAt)],
  ['last_at', (row) => isoTime(row.lastAt)],
  ['symbol', (row) => row.symbol],
  ['side', (row) => row.side],
  ['type', (row) => row.type],
  ['time_in_force', (row) => row.timeInForce],
  ['quantity', (row) => row.quantity],
  ['limit_price', (row) => row.limitPrice],
  ['stop_price', (row) => row.stopPrice],
  ['status', (row) => row.status],
  ['filled_quantity', (row) => row.filledQuantity],
  ['filled_value', (row) => row.filledValue],
  ['purpose', (row) => row.purpose],
  ['reason', (row) => row.reason],
  ['actor', (row) => row.actor],
  ['plan_id', (row) => row.planId],
  ['first_seq', (row) => row.firstSeq],
];

/** RFC 4180, with times in UTC to the millisecond. */
export function* ordersCsv(rows: Iterable<OrderRow>): Iterable<string> {
  yield `${COLUMNS.map(([name]) => name).join(',')}\r\n`;
  for (const row of rows) yield `${COLUMNS.map(([, of]) => csvCell(of(row))).join(',')}\r\n`;
}

/** A spreadsheet takes what begins like a formula for one: an apostrophe makes it text. */
export function csvCell(value: string | number | null): string {
  if (value === null) return '';
  const plain = String(value);
  const safe = /^\s*[=+\-@|%\t\r\n＝＋－＠]/.test(plain) ? `'${plain}` : plain;
  return /[",\r\n;']/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
