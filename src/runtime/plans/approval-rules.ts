import { type ApprovalNeed, needsPerson } from '../../domain/approval.ts';
import {
  type Decimal,
  decimal,
  NO_DOLLARS,
  parseDecimal,
  type Quantity,
  quantity,
  text,
  ZERO,
} from '../../domain/decimal.ts';
import type { JournalRecord } from '../../domain/event.ts';
import { type Ticker, ticker } from '../../domain/ids.ts';
import type { ActionPlan } from '../../domain/plan.ts';
import type { Account } from '../../domain/portfolio.ts';
import { fieldAt, textAt } from '../../domain/record-body.ts';
import type { EpochMs } from '../../domain/time.ts';
import {
  approvalNeed,
  effectOf,
  type SoldLately,
  soldShares,
  stricterLimits,
} from '../../engine/review/approval-tier.ts';
import type { Clock } from '../../ports/clock.ts';
import type { RuntimeSettings } from '../settings/settings.ts';
import type { AdviceBook } from './advice-book.ts';

const DAY_MS = 24 * 3_600_000;

type Sale = {
  readonly at: EpochMs;
  readonly symbol: Ticker;
  readonly shares: string;
  readonly dollars: string;
};
type Day = { dollars: Decimal; readonly shares: Map<Ticker, Quantity> };
type Planned = Pick<ActionPlan, 'origin' | 'intent' | 'parts'>;
type ApprovalRulesSettings = Pick<RuntimeSettings, 'approvals' | 'environment'>;

/**
 * Says who has to agree to a plan. Counts what hosts had sold without a person, from the
 * journal: a limit that many small plans or a restart could get around would be none.
 */
export class ApprovalRules {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #settings: ApprovalRulesSettings;
  readonly #advice: AdviceBook;
  readonly #sales: Sale[] = [];
  /** The sum of these sales. */
  readonly #day: Day = { dollars: ZERO, shares: new Map() };

  constructor(parts: {
    readonly clock: Pick<Clock, 'now'>;
    readonly settings: ApprovalRulesSettings;
    readonly advice: AdviceBook;
  }) {
    this.#clock = parts.clock;
    this.#settings = parts.settings;
    this.#advice = parts.advice;
  }

  /** @param account null while it was not read: then nothing is a small part of it */
  needFor(plan: Planned, account: Account | null): ApprovalNeed {
    const { approvals, environment } = this.#settings;
    const { limits, liveLimits } = approvals;
    return approvalNeed(plan, {
      equity: account?.equity ?? NO_DOLLARS,
      lately: this.#lately(),
      advice: this.#advice.all(),
      now: this.#clock.now(),
      limits: environment === 'live' ? stricterLimits(limits, liveLimits) : limits,
    });
  }

  /** What the journal has to keep of a plan that is spent, so that it counts from then on. */
  soldUnasked(plan: ActionPlan): readonly Omit<Sale, 'at'>[] {
    const { isWish } = effectOf(plan, NO_DOLLARS, NOTHING);
    if (!isWish || needsPerson(plan.approval.tier)) return [];
    return plan.parts.map((part) => {
      const shares = soldShares(part);
      const dollars = text(part.basis.price.times(shares));
      return { symbol: part.symbol, shares: text(shares), dollars };
    });
  }

  /** Takes note of a journal record; others than `plan_spent` are passed over. */
  remember(record: JournalRecord): void {
    if (record.type !== 'plan_spent') return;
    const sold = fieldAt(record.body, 'soldUnasked');
    for (const sale of Array.isArray(sold) ? sold : []) {
      const [symbol, shares, dollars] = ['symbol', 'shares', 'dollars'].map((name) =>
        textAt(sale, name),
      );
      if (!symbol || !isAmount(shares) || !isAmount(dollars)) continue;
      const one = { at: record.at, symbol: ticker(symbol), shares, dollars };
      this.#sales.push(one);
      this.#count(one, 'plus');
    }
  }

  #lately(): SoldLately {
    const since = this.#clock.now() - DAY_MS;
    for (
      let [first] = this.#sales;
      first !== undefined && first.at <= since;
      [first] = this.#sales
    ) {
      this.#count(first, 'minus');
      this.#sales.shift();
    }
    return this.#day;
  }

  #count({ symbol, shares, dollars }: Sale, sign: 'plus' | 'minus'): void {
    const day = this.#day;
    const before = day.shares.get(symbol) ?? ZERO;
    day.shares.set(symbol, quantity(before[sign](shares)));
    day.dollars = day.dollars[sign](decimal(dollars));
  }
}

const NOTHING: SoldLately = { dollars: ZERO, shares: new Map() };

const isAmount = (digits: string | null | undefined): digits is string =>
  typeof digits === 'string' && parseDecimal(digits) !== null;
