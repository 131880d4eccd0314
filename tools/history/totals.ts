import type { Json } from '../../src/domain/canonical.ts';
import { type Decimal, decimal, parseDecimal, text, ZERO } from '../../src/domain/decimal.ts';
import type { EventType, HistoryQuery, JournalRecord } from '../../src/domain/event.ts';
import { newYorkDay } from '../../src/domain/new-york.ts';
import { fieldAt, textAt } from '../../src/domain/record-body.ts';
import { isRejection } from './filters.ts';
import { type Refusals, refusalsIn } from './refusals.ts';
import { type HistorySource, readNewest } from './source.ts';

export type Grouping = 'policy' | 'symbol' | 'day';

const COUNTED: readonly EventType[] = [
  'outcome_measured',
  'fill_received',
  'naked_time_measured',
  'step_answered',
  'step_observed',
  'halt_latched',
];
const MOST_RECORDS = 10_000;
const KEPT_DIGITS = 4;
const TOWARDS_ZERO = 0;

/** Sums of a group. Dollars and seconds as decimal text; R in units of the initial risk. */
export type TotalsRow = {
  /** Parts of positions that were closed, each by one order. */
  readonly closed: number;
  readonly gains: number;
  readonly losses: number;
  readonly profit: string;
  /** Over the parts that had a stop; null where none had. */
  readonly average_r: string | null;
  /** What fills cost against the prices that the decisions counted on. */
  readonly slippage_cost: string;
  readonly fills: number;
  readonly orders_sent: number;
  readonly rejected: number;
  /** Times that something was refused, by whomever. */
  readonly refused: number;
  readonly naked_seconds: string;
  readonly naked_share_seconds: string;
  readonly naked_dollar_seconds: string;
};

export type Totals = TotalsRow & {
  readonly halts: number;
  /** By code, guardrails' and all others. */
  readonly refusals_by_code: Readonly<Record<string, number>>;
  readonly groups: readonly (TotalsRow & { readonly key: string })[];
  readonly isWhole: boolean;
};

class Sums {
  closed = 0;
  gains = 0;
  losses = 0;
  profit: Decimal = ZERO;
  rTotal: Decimal = ZERO;
  rCount = 0;
  slippageCost: Decimal = ZERO;
  fills = 0;
  refused = 0;
  readonly #sent = new Set<string>();
  readonly #rejected = new Set<string>();
  naked = { seconds: ZERO, shareSeconds: ZERO, dollarSeconds: ZERO };

  add({ type, body }: JournalRecord): void {
    if (type === 'outcome_measured') this.#addOutcome(body);
    if (type === 'fill_received') this.fills += 1;
    if (type === 'step_answered') {
      this.#sent.add(textAt(body, 'clientOrderId') ?? '');
    }
    if (isRejection({ type, body })) this.#rejected.add(textAt(body, 'clientOrderId') ?? '');
    if (type !== 'naked_time_measured') return;
    const { seconds, shareSeconds, dollarSeconds } = this.naked;
    this.naked = {
      seconds: seconds.plus(amountAt(body, 'seconds')),
      shareSeconds: shareSeconds.plus(amountAt(body, 'shareSeconds')),
      dollarSeconds: dollarSeconds.plus(amountAt(body, 'dollarSeconds')),
    };
  }

  #addOutcome(body: Json): void {
    if (textAt(body, 'profit') === null) return; // No shares were taken off a position.
    const profit = amountAt(body, 'profit');
    this.closed += 1;
    if (profit.gt(ZERO)) this.gains += 1;
    if (profit.lt(ZERO)) this.losses += 1;
    this.profit = this.profit.plus(profit);
    this.slippageCost = this.slippageCost.plus(amountAt(body, 'slippageCost'));
    const r = textAt(body, 'rMultiple');
    if (r === null) return;
    this.rTotal = this.rTotal.plus(amountAt(body, 'rMultiple'));
    this.rCount += 1;
  }

  row(): TotalsRow {
    return {
      ...{ closed: this.closed, gains: this.gains, losses: this.losses },
      profit: text(this.profit),
      average_r: this.rCount === 0 ? null : cut(this.rTotal.div(String(this.rCount))),
      slippage_cost: text(this.slippageCost),
      ...{ fills: this.fills, rejected: this.#rejected.size, refused: this.refused },
      // A cancel bears no id of its own.
      orders_sent: this.#sent.size - Number(this.#sent.has('')),
      naked_seconds: text(this.naked.seconds),
      naked_share_seconds: text(this.naked.shareSeconds),
      naked_dollar_seconds: cut(this.naked.dollarSeconds),
    };
  }
}

/** Counts and sums of a time, in all and by group; groups with the smallest profit first. */
export async function totalsIn(
  source: HistorySource,
  asked: Omit<HistoryQuery, 'limit' | 'types'>,
  { by, policy }: { readonly by: Grouping | undefined; readonly policy: string | undefined },
): Promise<Totals> {
  const read = await readNewest(source, { ...asked, types: COUNTED }, MOST_RECORDS);
  const records =
    policy === undefined ? read.records : read.records.filter((each) => isOf(each, policy));
  const all = new Sums();
  const groups = new Map<string, Sums>();
  const groupOf = (key: string): Sums => {
    const sums = groups.get(key) ?? new Sums();
    groups.set(key, sums);
    return sums;
  };
  for (const record of records) {
    all.add(record);
    const key = by === undefined ? null : keyOf(record, by);
    if (key !== null) groupOf(key).add(record);
  }
  const refusals = await refusalsIn(source, asked, policy);
  all.refused = refusals.each.length;
  for (const no of refusals.each) {
    for (const key of refusalKeysOf(no, by)) groupOf(key).refused += 1;
  }
  return {
    ...all.row(),
    halts: records.filter(({ type }) => type === 'halt_latched').length,
    refusals_by_code: refusals.counts,
    groups: [...groups].sort(inOrder(by)).map(([key, sums]) => ({ key, ...sums.row() })),
    isWhole: read.isWhole && refusals.isWhole,
  };
}

/** Only what came of it can be told apart by policy. */
const isOf = ({ type, body }: JournalRecord, policy: string): boolean =>
  type === 'outcome_measured' && textAt(body, 'policy') === policy;

function keyOf({ type, at, symbol, body }: JournalRecord, by: Grouping): string | null {
  switch (by) {
    case 'policy':
      return type === 'outcome_measured' ? textAt(body, 'policy') : null;
    case 'symbol':
      return symbol;
    case 'day': {
      const closedAt = fieldAt(body, 'closedAt');
      return newYorkDay(typeof closedAt === 'number' ? closedAt : at);
    }
  }
}

function refusalKeysOf(
  { symbol, policies, record }: Refusals['each'][number],
  by: Grouping | undefined,
): readonly string[] {
  switch (by) {
    case undefined:
      return [];
    case 'policy':
      return [...new Set(policies)];
    case 'symbol':
      return symbol === undefined ? [] : [symbol];
    case 'day':
      return [newYorkDay(record.at)];
  }
}

const inOrder =
  (by: Grouping | undefined) =>
  ([a, one]: [string, Sums], [b, other]: [string, Sums]): number =>
    by === 'day' ? Number(a > b) - Number(a < b) : one.profit.cmp(other.profit);

const amountAt = (body: Json, name: string): Decimal =>
  parseDecimal(textAt(body, name) ?? '') ?? decimal('0');
const cut = (value: Decimal): string => text(value.round(KEPT_DIGITS, TOWARDS_ZERO));
