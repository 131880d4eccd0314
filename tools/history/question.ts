import type { Environment } from '../../src/domain/environment.ts';
import type { HistoryQuery } from '../../src/domain/event.ts';
import type { OutcomeName } from './filters.ts';
import type { Kind } from './kinds.ts';
import type { PeriodWords } from './period.ts';

export const VIEWS = [
  'events',
  'why',
  'why_not',
  'totals',
  'by_policy',
  'by_symbol',
  'by_day',
] as const;
type View = (typeof VIEWS)[number];

/** One question, as a host or a person asks it. */
export type Question = PeriodWords & {
  readonly view?: View | undefined;
  readonly symbol?: string | undefined;
  readonly kind?: Kind | undefined;
  readonly policy?: string | undefined;
  readonly plan_id?: string | undefined;
  readonly order_id?: string | undefined;
  readonly outcome?: OutcomeName | undefined;
  readonly environment?: Environment | undefined;
  readonly detail?: 'summary' | 'full' | undefined;
  readonly cursor?: string | undefined;
  readonly limit?: number | undefined;
};

/** A question whose words have become a query. */
export type Checked = Question & {
  readonly query: Omit<HistoryQuery, 'limit' | 'types'>;
};
