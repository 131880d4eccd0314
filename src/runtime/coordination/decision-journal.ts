import { canonicalText, digestOf } from '../../domain/canonical.ts';
import type { Decision } from '../../domain/decision.ts';
import type { Ticker } from '../../domain/ids.ts';
import type { EventLogger } from '../journal/event-logger.ts';
import type { Thought } from './plan-maker.ts';

/**
 * Writes down decisions without drowning the journal: one for each that differs from the
 * last one in the symbol, and one for each that leads to a plan; always with the context it
 * was made from, so that it can be made again.
 */
export class DecisionJournal {
  readonly #logger: EventLogger;
  readonly #last = new Map<Ticker, string>();

  constructor(logger: EventLogger) {
    this.#logger = logger;
  }

  note(thought: Thought, leadsToPlan: boolean): void {
    const { decision } = thought;
    const signature = signatureOf(decision);
    if (!leadsToPlan && this.#last.get(decision.symbol) === signature) return;
    this.#last.set(decision.symbol, signature);
    logThought(this.#logger, thought);
  }
}

/** Writes down a decision with all that it takes to make it again, and to tell whether it is. */
export function logThought(logger: EventLogger, thought: Thought): void {
  const { context, asked, decision, outcome, part, notes } = thought;
  const planned = part === null ? null : digestOf(part);
  logger.logDecision(decision, { context, asked, outcome, planned, notes });
}

/** What was decided, without the instant and the figures that move with every trade. */
function signatureOf({ target, chosen, overruled, evaluations }: Decision): string {
  const wish = ({ policy, action }: Decision['chosen'][number]) => ({ policy, action });
  return canonicalText({
    target,
    chosen: chosen.map(wish),
    overruled: overruled.map(({ recommendation, by }) => ({ ...wish(recommendation), by })),
    abstaining: evaluations.flatMap((each) => (each.outcome === 'abstains' ? [each.policy] : [])),
    shadowing: evaluations.flatMap((each) =>
      each.outcome === 'shadows' ? [wish(each.recommendation)] : [],
    ),
  });
}
