import { toNumber } from '../../core/basics/decimal.ts';
import type {
  CorporateAction,
  CorporateActionTerms,
  DateText,
  WireError,
} from '../../core/basics/types.ts';
import { QueryReader } from './params.ts';
import { type Call, ok, type Reply, type Route } from './route.ts';

const LIMIT_DEFAULT = 100;
const LIMIT_MAX = 1000;
const SORTS = ['asc', 'desc'] as const;
const REGIONS = ['us', 'non_us', 'all'] as const;

type Kind = CorporateActionTerms['kind'];

const PLURALS: Readonly<Record<Kind, string>> = {
  forward_split: 'forward_splits',
  reverse_split: 'reverse_splits',
  cash_dividend: 'cash_dividends',
  name_change: 'name_changes',
  cash_merger: 'cash_mergers',
  worthless_removal: 'worthless_removals',
};
/** Kinds that may be asked for and never happen here. */
const OTHER_KINDS: readonly string[] = [
  ...['unit_split', 'stock_dividend', 'spin_off', 'stock_merger', 'stock_and_cash_merger'],
  ...['redemption', 'rights_distribution', 'partial_call', 'reorganization'],
];

export const corporateActionRoutes: readonly Route[] = [
  { method: 'GET', path: '/v1/corporate-actions', answer: getCorporateActions },
];

/** What companies did, by kind; kinds of which there is nothing are left out. */
function getCorporateActions({ core, query }: Call): Reply | WireError {
  const reader = new QueryReader(query, 'data');
  const limit = reader.wholeNumber('limit', LIMIT_DEFAULT, LIMIT_MAX);
  const isDescending = reader.choice('sort', SORTS, 'asc') === 'desc';
  const isWanted = readFilter(reader, core.calendar.dateOf(core.now));
  const token = reader.text('page_token');
  const last = token && Buffer.from(token, 'base64url').toString();
  const found = core.corporateActions.filter(isWanted).sort(inOrder);
  if (isDescending) found.reverse();
  const place = found.findIndex(({ id }) => id === last);
  if (token !== null && place === -1) reader.refuse(`invalid page_token: ${token}`);
  if (reader.problem !== null) return reader.problem;
  const page = found.slice(place + 1, place + 1 + limit);
  const byKind: Record<string, object[]> = {};
  for (const action of page) {
    const plural = PLURALS[action.terms.kind];
    byKind[plural] = [...(byKind[plural] ?? []), actionJson(action)];
  }
  const end = page.at(-1);
  const isCut = end !== undefined && end !== found.at(-1);
  return ok({
    corporate_actions: byKind,
    next_page_token: isCut ? Buffer.from(end.id).toString('base64url') : null,
  });
}

function readFilter(reader: QueryReader, today: DateText): (action: CorporateAction) => boolean {
  const ids = reader.list('ids');
  const [symbols, cusips] = [reader.list('symbols'), reader.list('cusips')];
  const types = reader.list('types');
  const [start, end] = [reader.date('start'), reader.date('end')];
  const isForeign = reader.choice('region', REGIONS, 'us') === 'non_us';
  const unknown = types?.find((type) => !(type in PLURALS) && !OTHER_KINDS.includes(type));
  if (unknown !== undefined) reader.refuse(`invalid type: ${unknown}`);
  if (ids !== null) {
    if ([symbols, cusips, types, start, end].some((filter) => filter !== null)) {
      reader.refuse('ids cannot be used with other filters');
    }
    return ({ id }) => ids.includes(id);
  }
  return ({ cusip, terms, ...action }) => {
    const date = processDate({ cusip, terms, ...action });
    return (
      !isForeign &&
      date >= (start ?? today) &&
      date <= (end ?? today) &&
      (symbols === null || symbolsOf(terms).some((symbol) => symbols.includes(symbol))) &&
      (cusips === null || (cusip !== null && cusips.includes(cusip))) &&
      (types === null || types.includes(terms.kind))
    );
  };
}

/** The day on which accounts change: of a dividend when it is paid, of the rest the ex-date. */
function processDate({ terms, exDate, payableDate }: CorporateAction): DateText {
  return terms.kind === 'cash_dividend' ? payableDate : exDate;
}

function inOrder(one: CorporateAction, other: CorporateAction): number {
  const [first, second] = [processDate(one), processDate(other)];
  if (first !== second) return first < second ? -1 : 1;
  return one.announcedAt - other.announcedAt || (one.id < other.id ? -1 : 1);
}

function symbolsOf(terms: CorporateActionTerms): readonly string[] {
  return terms.kind === 'name_change' ? [terms.symbol, terms.newSymbol] : [terms.symbol];
}

function actionJson(action: CorporateAction): object {
  const { id, terms, exDate, recordDate, payableDate } = action;
  const cusip = action.cusip ?? '';
  const process = { id, process_date: processDate(action) };
  const dates = { ex_date: exDate, record_date: recordDate, payable_date: payableDate };
  switch (terms.kind) {
    case 'forward_split':
      return { ...process, symbol: terms.symbol, cusip, ...ratesOf(terms), ...dates };
    case 'reverse_split':
      return {
        ...{ ...process, symbol: terms.symbol, old_cusip: cusip, new_cusip: cusip },
        ...{ ...ratesOf(terms), ...dates },
      };
    case 'cash_dividend':
      return {
        ...{ ...process, symbol: terms.symbol, cusip, rate: toNumber(terms.rate) },
        ...{ special: terms.special, foreign: false, ...dates },
      };
    case 'name_change':
      return {
        ...{ ...process, old_symbol: terms.symbol, new_symbol: terms.newSymbol },
        ...{ old_cusip: cusip, new_cusip: cusip },
      };
    case 'cash_merger':
      return {
        ...{ ...process, acquiree_symbol: terms.symbol, acquiree_cusip: cusip },
        ...(terms.acquirerSymbol !== null && { acquirer_symbol: terms.acquirerSymbol }),
        ...{ rate: toNumber(terms.rate), effective_date: exDate, payable_date: payableDate },
      };
    case 'worthless_removal':
      return { ...process, symbol: terms.symbol, cusip };
  }
}

function ratesOf(terms: { readonly newRate: number; readonly oldRate: number }): object {
  return { new_rate: terms.newRate, old_rate: terms.oldRate };
}
