import { type Price, text } from '../../domain/decimal.ts';
import type { JournalRecord } from '../../domain/event.ts';
import { isTerminal, type OrderStatus } from '../../domain/order.ts';
import type { PositionSide } from '../../domain/portfolio.ts';
import { textAt } from '../../domain/record-body.ts';
import { causeIn, lifeIn, priceAt } from './outcome-records.ts';
import type { PlanCause } from './outcomes.ts';

/**
 * rested: its orders stood until others took their place, or the position was gone.
 * vetoed: a guardrail denied it. refused: it did not keep to its conditions, or a person said no.
 * stopped: a step was rejected or ended otherwise. unsettled: nobody knows. unsent: nobody
 * executed it.
 */
type UnfilledResult = 'rested' | 'vetoed' | 'refused' | 'stopped' | 'unsettled' | 'unsent';

/**
 * What became of decisions of one position that took no shares off it: one for each wish of a
 * policy and each end that it had.
 */
export type UnfilledOutcome = {
  readonly result: UnfilledResult;
  readonly episodeId: string;
  readonly policy: string;
  /** What it wanted: protect, reduce, exit, ... */
  readonly wanted: string;
  /** Why it was refused, for programs; null where it was not. */
  readonly code: string | null;
  readonly times: number;
  /** Of the first of them. */
  readonly decisionSeq: number | null;
  readonly planId: string;
  readonly decisionPrice: string | null;
  /** Dollars a share that the price went the position's way from then to its last fill. */
  readonly movedAfter: string | null;
  readonly side: PositionSide;
};

type End = Pick<UnfilledOutcome, 'result' | 'code'>;
type Known = { readonly cause: PlanCause; end: End; readonly live: Set<string> };

type Page = {
  decided: JournalRecord | null;
  lastPrice: Price | null;
  readonly plans: Map<string, Known>;
};

/** Of one position so many plans are followed; the oldest is let go. */
const MOST_PLANS = 200;

/** Follows plans through the journal, until the position that they were made for is gone. */
export class UnfilledPlans {
  readonly #pages = new Map<string, Page>();

  /** @returns what became of the plans of a position that has closed with this record */
  hear(record: JournalRecord): readonly UnfilledOutcome[] {
    // Not the body: it is read out of the record's text, which most records here can do without.
    const { type, symbol, planId } = record;
    if (symbol === null) return [];
    const page = this.#pageOf(symbol);
    switch (type) {
      case 'decision_made':
        page.decided = record;
        return [];
      case 'plan_proposed':
      case 'part_proposed':
        if (planId !== null) propose(page, planId, record);
        return [];
      case 'plan_refused':
      case 'part_refused':
        end(page, planId, refusalIn(record));
        return [];
      case 'plan_finished':
      case 'part_finished':
        end(page, planId, { result: resultIn(textAt(record.body, 'outcome')), code: null });
        return [];
      case 'step_answered':
      case 'step_observed':
      case 'order_update_received':
        follow(page, record);
        return [];
      case 'fill_received':
        page.lastPrice = priceAt(record.body, 'price');
        return [];
      case 'episode_opened':
      case 'episode_closed': {
        const outcomes = type === 'episode_closed' ? closed(page, record) : [];
        page.plans.clear();
        return outcomes;
      }
      default:
        return [];
    }
  }

  /** An order of the plan took shares off the position: it is told of by itself. */
  filled(symbol: string, planId: string | null): void {
    if (planId !== null) this.#pageOf(symbol).plans.delete(planId);
  }

  #pageOf(symbol: string): Page {
    const known = this.#pages.get(symbol);
    if (known !== undefined) return known;
    const page: Page = { decided: null, lastPrice: null, plans: new Map() };
    this.#pages.set(symbol, page);
    return page;
  }
}

function propose({ plans, decided }: Page, planId: string, record: JournalRecord): void {
  const cause = causeIn(planId, record, decided);
  plans.set(planId, { cause, end: { result: 'unsent', code: null }, live: new Set() });
  const [oldest] = plans.keys();
  if (plans.size > MOST_PLANS && oldest !== undefined) plans.delete(oldest);
}

function end({ plans }: Page, planId: string | null, how: End): void {
  const plan = plans.get(planId ?? '');
  if (plan !== undefined) plan.end = how;
}

/** An order that is live when the position is gone may be what closed it. */
function follow({ plans }: Page, { planId, body }: JournalRecord): void {
  const id = textAt(body, 'clientOrderId');
  if (id === null) return;
  if (textAt(body, 'outcome') === 'acknowledged') plans.get(planId ?? '')?.live.add(id);
  const status = textAt(body, 'status');
  if (status === null || !isTerminal(status as OrderStatus)) return;
  for (const { live } of plans.values()) live.delete(id);
}

function refusalIn({ body }: JournalRecord): End {
  const code = textAt(body, 'refusal');
  return { result: code === 'guardrails_denied' ? 'vetoed' : 'refused', code };
}

function resultIn(outcome: string | null): UnfilledResult {
  if (outcome === 'completed') return 'rested';
  return outcome === 'unsettled' ? 'unsettled' : 'stopped';
}

function closed({ plans, lastPrice }: Page, { body }: JournalRecord): readonly UnfilledOutcome[] {
  const life = lifeIn(body, true);
  if (life === null) return [];
  const { side, episodeId } = life;
  const rows = new Map<string, UnfilledOutcome>();
  for (const [planId, { cause, end: how, live }] of plans) {
    if (live.size > 0) continue;
    for (const { policy, kind } of cause.wishes) {
      const key = [policy, kind, how.result, how.code].join(' ');
      const known = rows.get(key);
      const first = {
        ...{ ...how, episodeId, policy, wanted: kind, times: 0, planId, side },
        decisionSeq: cause.decisionSeq,
        decisionPrice: cause.decisionPrice === null ? null : text(cause.decisionPrice),
        movedAfter: movedAfter(side, cause.decisionPrice, lastPrice),
      };
      const row = known ?? first;
      rows.set(key, { ...row, times: row.times + 1 });
    }
  }
  return [...rows.values()];
}

function movedAfter(side: PositionSide, from: Price | null, to: Price | null): string | null {
  if (from === null || to === null) return null;
  return text(side === 'long' ? to.minus(from) : from.minus(to));
}
