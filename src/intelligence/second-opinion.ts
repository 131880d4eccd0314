import type { AdvisorState, AdvisorStatus } from '../domain/answers.ts';
import { sha256 } from '../domain/canonical.ts';
import type { JournalEvent } from '../domain/event.ts';
import type { EpochMs } from '../domain/time.ts';
import { BrokerError } from '../ports/broker.ts';
import type { Clock, Ids } from '../ports/clock.ts';
import { withDeadline } from '../ports/deadline.ts';
import type { HostModel, HostModels } from '../ports/host-model.ts';
import { enveloped } from './envelope.ts';
import { opinionQuestion, preferenceIn } from './opinion.ts';
import type { Spending } from './spending.ts';
import type { Thought } from './thought-chain.ts';

/** Plans live for minutes; what was said of one is of little use an hour later. */
export const OPINION_LIFE_MS = 3_600_000;
/** Of a longer answer nothing is read. */
export const LONGEST_OPINION = 16_384;
const MOST_KEPT = 50;
const FAILURES_UNTIL_REST = 3;
const FIRST_REST_MS = 600_000;
const LONGEST_REST_MS = 6 * 3_600_000;

/** What a host's model said of one analysis. It is shown, and nothing else comes of it. */
export type Opinion = {
  readonly prefers: string | null;
  /** Whether that is what the analysis puts first. */
  readonly agrees: boolean;
  readonly hash: string;
  readonly expiresAt: EpochMs;
  /** What was said, in an envelope. */
  readonly quoted: string;
};

/** An analysis that somebody may be asked about. */
export type Analysed = {
  readonly chain: readonly Thought[];
  readonly hash: string;
  readonly best: string | null;
  readonly options: readonly string[];
  readonly symbols: readonly string[];
  readonly planId: string | null;
};

type Parts = {
  /** Null where the owner did not switch it on. */
  readonly models: HostModels | null;
  /** Of its own: what the market costs is counted elsewhere. */
  readonly spending: Spending;
  readonly journal: { log(event: JournalEvent): void };
  readonly clock: Clock;
  readonly ids: Ids;
  readonly timeoutMs: number;
  readonly maxTokens: number;
};

/**
 * Asks the model of a connected host what it thinks of an analysis. Its answer enters nothing
 * that decides: of it the journal gets a hash and one closed word, and evaluate_position the text
 * in an envelope. Nobody waits for it, and one question is under way at most.
 */
export class SecondOpinion {
  readonly #parts: Parts;
  readonly #known = new Map<string, Opinion>();
  #isAsking = false;
  #failures = 0;
  #restsUntil: EpochMs = 0;
  #because: string | null = null;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** What was said last of a plan in this symbol, while it holds; null where nothing was. */
  about(symbol: string): Opinion | null {
    const opinion = this.#known.get(symbol);
    return opinion !== undefined && this.#parts.clock.now() < opinion.expiresAt ? opinion : null;
  }

  /** Null where it is switched off: then it is none of those that advise. */
  status(): AdvisorStatus | null {
    if (this.#parts.models === null) return null;
    const because = this.#whyNot() ?? this.#because;
    return { name: 'host', version: null, status: this.#state(), toolsHash: null, because };
  }

  /** Asks, where it may. Never fails: what came of it is in the journal. */
  async askAbout(analysed: Analysed): Promise<void> {
    const { models, journal } = this.#parts;
    const model = models?.latest() ?? null;
    if (model === null || this.#whyNot() !== null) return;
    const symbol = analysed.symbols.length === 1 ? (analysed.symbols[0] ?? null) : null;
    const { planId } = analysed;
    // Written before it is asked: a question that is cut off counts as well.
    const asked = { server: 'host', tool: 'sampling/createMessage', dollars: '0' };
    journal.log({ type: 'advisor_asked', actor: 'system', symbol, planId, body: asked });
    this.#isAsking = true;
    try {
      this.#take(await this.#answerOf(model, analysed), analysed, symbol);
    } catch (error) {
      this.#fail(ownWords(error));
      const body = { source: 'host', about: analysed.hash, missingBecause: this.#because };
      journal.log({ type: 'opinion_noted', actor: 'system', symbol, planId, body });
    } finally {
      this.#isAsking = false;
    }
  }

  #answerOf(model: HostModel, { chain, options }: Analysed): Promise<string> {
    const { clock, timeoutMs, maxTokens } = this.#parts;
    const question = opinionQuestion(chain, options, maxTokens);
    const given = new AbortController();
    // Our clock decides; the connection's own timer only cleans up behind it.
    const asking = withDeadline({
      ...{ clock, timeoutMs, what: "the host's model" },
      call: () => model.ask(question, timeoutMs + 1_000, given.signal),
    });
    return asking.finally(() => given.abort());
  }

  #take(said: string, analysed: Analysed, symbol: string | null): void {
    const { clock, ids, journal } = this.#parts;
    if (said.length > LONGEST_OPINION) throw new TooLong(said.length);
    this.#failures = 0;
    this.#because = null;
    const { options, best, hash: about, planId, symbols } = analysed;
    const givenAt = clock.now();
    const prefers = preferenceIn(said, options);
    const agrees = prefers !== null && prefers === best;
    const closed = { prefers, agrees, hash: sha256(said), expiresAt: givenAt + OPINION_LIFE_MS };
    const body = { source: 'host', about, ...closed, givenAt, characters: said.length };
    journal.log({ type: 'opinion_noted', actor: 'system', symbol, planId, body });
    const quoted = enveloped(said, "the host's model", ids);
    for (const each of symbols) {
      this.#known.delete(each);
      this.#known.set(each, { ...closed, quoted });
    }
    for (const oldest of this.#known.keys()) {
      if (this.#known.size <= MOST_KEPT) break;
      this.#known.delete(oldest);
    }
  }

  #state(): AdvisorState {
    if (this.#parts.clock.now() < this.#restsUntil) return 'resting';
    return this.#parts.models?.latest() == null ? 'idle' : 'ready';
  }

  #whyNot(): string | null {
    const { clock, spending } = this.#parts;
    const now = clock.now();
    if (this.#isAsking) return 'it is being asked';
    return now < this.#restsUntil ? `it rests: ${this.#because}` : spending.whyNot(now);
  }

  #fail(because: string): void {
    this.#because = because;
    this.#failures += 1;
    const over = this.#failures - FAILURES_UNTIL_REST;
    if (over < 0) return;
    const restMs = Math.min(LONGEST_REST_MS, FIRST_REST_MS * 2 ** Math.min(over, 10));
    this.#restsUntil = this.#parts.clock.now() + restMs;
  }
}

class TooLong extends Error {
  constructor(length: number) {
    super(`its answer has ${length} characters, and ${LONGEST_OPINION} are read at most`);
    this.name = 'TooLong';
  }
}

/** In our own words alone: an error message comes from the other side as well. */
function ownWords(error: unknown): string {
  if (error instanceof BrokerError || error instanceof TooLong) return error.message;
  const code = typeof error === 'object' && error !== null ? Reflect.get(error, 'code') : null;
  return typeof code === 'number' ? `it answered with the error ${code}` : 'it gave no text';
}
