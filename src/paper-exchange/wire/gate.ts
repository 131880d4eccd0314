import type { Clock } from '../../ports/clock.ts';
import { type Duration, draw } from '../core/basics/duration.ts';
import { Random } from '../core/basics/random.ts';
import type { Milliseconds } from '../core/basics/types.ts';
import { courseOf, type FaultyAnswers, type RequestFiring } from '../faults/answers.ts';
import { points } from '../faults/effects.ts';
import type { FaultBook } from '../faults/fault-book.ts';
import { type Facts, matches } from '../faults/rule.ts';
import type { Outcome } from '../protocol/outcome.ts';
import type { RestRequest, RestResponse } from '../protocol/request.ts';

/** How long replies of some routes take; the first that fits counts. */
export type ReplyLatency = {
  readonly method?: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** A path; `*` stands for one segment, `**` at the end for any number. */
  readonly route?: string;
  readonly takes: Duration;
};

/** Where requests and their replies are written down. */
type RequestLog = {
  /** Gives back its number, for `reply`. */
  request(request: RestRequest, facts: Facts): number;
  /** Null: it was never answered. */
  reply(request: number, outcome: Outcome | null): void;
};

export type GateParts = {
  readonly seed: string;
  readonly clock: Clock;
  readonly faults: FaultBook;
  readonly answers: FaultyAnswers;
  readonly replies: readonly ReplyLatency[];
  /** Null when nothing is written down. */
  readonly journal: RequestLog | null;
  readonly factsOf: (request: RestRequest) => Facts;
  readonly process: (request: RestRequest) => RestResponse;
};

/** Between the carriers and the exchange: lets requests and replies be late, lost or wrong. */
export class Gate {
  readonly #parts: GateParts;
  readonly #delays: Random;

  constructor(parts: GateParts) {
    this.#parts = parts;
    this.#delays = new Random(`${parts.seed} replies`);
  }

  answer(request: RestRequest, settle: (outcome: Outcome) => void): void {
    const { clock, faults, journal, factsOf } = this.#parts;
    const entry = journal?.request(request, factsOf(request)) ?? null;
    const firings = faults.fire(points.request, clock.now(), () => factsOf(request));
    const course = courseOf(firings);
    this.#after(course.requestDelayMs, () => {
      const outcome = this.#outcomeOf(request, firings, course.isApplied);
      this.#after(course.replyDelayMs + this.#latencyOf(request), () => {
        if (entry !== null) journal?.reply(entry, outcome);
        if (outcome !== null) settle(outcome);
      });
    });
  }

  #outcomeOf(
    request: RestRequest,
    firings: readonly RequestFiring[],
    isApplied: boolean,
  ): Outcome | null {
    const { answers, process } = this.#parts;
    const response = isApplied ? process(request) : null;
    if (firings.length === 0 && response !== null) return { kind: 'answered', response };
    return answers.outcomeOf(request, response, firings);
  }

  #latencyOf({ method, path }: RestRequest): Milliseconds {
    const { replies } = this.#parts;
    if (replies.length === 0) return 0;
    const known = replies.find(({ takes: _, ...where }) => matches(where, { method, path }));
    return known === undefined ? 0 : draw(known.takes, this.#delays);
  }

  /** Without a delay at once, within the same turn. */
  #after(delayMs: Milliseconds, task: () => void): void {
    if (delayMs > 0) this.#parts.clock.after(delayMs, task);
    else task();
  }
}
