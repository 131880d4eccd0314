import { digestOf } from '../domain/canonical.ts';
import type { JournalEvent } from '../domain/event.ts';
import { fieldAt } from '../domain/record-body.ts';
import type { Advisor } from '../ports/advisor.ts';
import { reasonOf } from '../ports/deadline.ts';
import {
  type Constraint,
  chainFor,
  type Ranked,
  rankOptions,
  type Scenario,
  type ScenarioOption,
  type Thought,
} from './thought-chain.ts';

const TIMEOUT_MS = 5_000;

/** What an analysis came to. Whether the server took it down changes nothing of it. */
export type Analysis = {
  readonly ranking: readonly Ranked[];
  /** The first that may be chosen; null where none may. */
  readonly best: string | null;
  readonly chain: readonly Thought[];
  readonly hash: string;
  /** In words, why the server did not take all of it down; null when it did. */
  readonly notTakenDownBecause: string | null;
};

/**
 * Thinks a decision through, option by option, and has the Sequential Thinking server take the
 * chain down. The thoughts are ours and follow from the facts alone; nothing that the server
 * answers is read but the count of what it took.
 */
export class ThinkingIntelligence {
  readonly #server: Advisor | null;
  readonly #journal: { log(event: JournalEvent): void };
  #turn: Promise<unknown> = Promise.resolve();

  /** @param parts `server` is null where it is off */
  constructor(parts: {
    readonly server: Advisor | null;
    readonly journal: { log(event: JournalEvent): void };
  }) {
    this.#server = parts.server;
    this.#journal = parts.journal;
  }

  /** Ranks the options, and shows why. Never fails. */
  async analyzeScenario(
    context: Scenario & { readonly symbol: string | null },
    options: readonly ScenarioOption[],
    constraints: readonly Constraint[],
  ): Promise<Analysis> {
    const ranking = rankOptions(context, options, constraints);
    const chain = chainFor(context, options, constraints);
    // One history for all analyses of a process: they take turns, each in a new one.
    const turn = this.#turn.then(() => this.#takeDown(chain));
    this.#turn = turn;
    const notTakenDownBecause = await turn;
    const best = ranking.find(({ excludedBecause }) => excludedBecause === null)?.id ?? null;
    const hash = digestOf(chain);
    const { question, symbol } = context;
    const body = { question, options, ranking, best, chain, hash, notTakenDownBecause };
    this.#journal.log({ type: 'scenario_analyzed', actor: 'system', symbol, body });
    return { ranking, best, chain, hash, notTakenDownBecause };
  }

  /** The server keeps every thought until its process ends: each analysis has one of its own. */
  async #takeDown(chain: readonly Thought[]): Promise<string | null> {
    if (this.#server === null) return 'the Sequential Thinking server is off';
    try {
      let taken: unknown = 0;
      for (const thought of chain) {
        const { structured } = await this.#server.call(
          'sequentialthinking',
          { ...thought },
          TIMEOUT_MS,
        );
        taken = fieldAt(structured, 'thoughtHistoryLength');
      }
      return taken === chain.length ? null : 'it counts other thoughts than were told';
    } catch (error) {
      return reasonOf(error);
    } finally {
      this.#server.restart();
    }
  }
}
