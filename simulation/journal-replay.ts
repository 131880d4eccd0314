import { guardrails, policySettings, tradingPolicies } from '../policies/registry.ts';
import type { JournalRecord } from '../src/domain/event.ts';
import { defaultPlanning } from '../src/engine/planning-settings.ts';
import { Replay } from '../src/runtime/replay.ts';
import { settingsFor } from './guard.ts';
import type { Scenario } from './scenario.ts';

const FIRST_TOLD = 10;

/** What deriving the decisions, plans and verdicts of journals anew came to. */
export type ReplayedJournals = {
  readonly journals: number;
  readonly same: number;
  readonly different: number;
  readonly missing: number;
  /** The first of those that are not the same, each in one line. */
  readonly first: readonly string[];
};

/** Replays the journal that each world leaves, over all its lives. */
export class JournalReplays {
  readonly #first: string[] = [];
  readonly #counts = { journals: 0, same: 0, different: 0, missing: 0 };

  add(records: Iterable<JournalRecord>, scenario: Scenario): void {
    const { seed, policies } = scenario;
    const settings = policySettings.parse(policies);
    const rules = {
      ...{ policies: tradingPolicies(settings), guardrails: guardrails(settings) },
      ...{ planning: defaultPlanning, settings: settingsFor(scenario) },
    };
    const replay = new Replay({ rulesFrom: () => rules, atFirst: rules });
    this.#counts.journals += 1;
    for (const record of records) {
      for (const finding of replay.see(record)) {
        this.#counts[finding.outcome] += 1;
        if (finding.outcome === 'same' || this.#first.length >= FIRST_TOLD) continue;
        this.#first.push(`seed ${seed}: ${JSON.stringify(finding)}`);
      }
    }
  }

  result(): ReplayedJournals {
    return { ...this.#counts, first: this.#first };
  }
}
