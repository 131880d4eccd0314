import { type Decimal, decimal, text } from '../domain/decimal.ts';

/** One way to go on, with what is known of it before it is gone. */
export type ScenarioOption = {
  /** A name that no other option has, for example `exit` or `hold`. */
  readonly id: string;
  readonly what: string;
  /** What the guardrails would say: in words for each that refuses; none where all let it pass. */
  readonly refusals: readonly string[];
  /**
   * The most that it may lose, in dollars, as decimal text: as it was played, where all options
   * could be, else as the planner reckons it.
   */
  readonly worstLoss: string;
  /** How the worst case was found, in words. */
  readonly worstBecause: string;
  /** What came of playing it; dollars as decimal text, 0 for a gain. Absent where it was not. */
  readonly played?: {
    readonly worstLoss: string;
    /** In which turn of the market. */
    readonly path: string;
    /** After so many steps it turned; those that were left were not taken. */
    readonly afterSteps: number;
    /** The worst of each path, over all places at which the steps were cut off. */
    readonly losses: Readonly<Record<string, string>>;
    readonly runs: number;
    /** What the planner reckons instead. */
    readonly reckoned: string;
  };
  /** Shares without a stop, times the seconds and the price. */
  readonly nakedDollarSeconds: string;
  readonly steps: number;
};

/** What is to be decided, and the facts that speak to it, each with the option it is against. */
export type Scenario = {
  readonly question: string;
  readonly facts: readonly { readonly fact: string; readonly against: string | null }[];
};

/** What no option may break. */
export type Constraint = { readonly name: string; readonly forbids: readonly string[] };

/** One thought as the Sequential Thinking server takes it. */
export type Thought = {
  readonly thought: string;
  readonly thoughtNumber: number;
  readonly totalThoughts: number;
  readonly nextThoughtNeeded: boolean;
  readonly isRevision?: true;
  readonly revisesThought?: number;
  readonly branchFromThought?: number;
  readonly branchId?: string;
};

export type Ranked = {
  readonly id: string;
  readonly place: number;
  /** Why it is out; null for one that may be chosen. */
  readonly excludedBecause: string | null;
};

/**
 * Ranks the options: what a guardrail or a constraint refuses is out, then the least that can be
 * lost, the least time without a stop, the fewest steps, and the name, so that the same options
 * always rank the same, in whatever order they come. Facts against an option place it behind
 * those that nothing speaks against.
 */
export function rankOptions(
  scenario: Scenario,
  options: readonly ScenarioOption[],
  constraints: readonly Constraint[],
): readonly Ranked[] {
  const judged = options.map((option) => ({
    option,
    excludedBecause: whyOut(option, constraints),
    against: scenario.facts.filter(({ against }) => against === option.id).length,
  }));
  return judged
    .sort(
      (one, other) =>
        Number(one.excludedBecause !== null) - Number(other.excludedBecause !== null) ||
        one.against - other.against ||
        amount(one.option.worstLoss).cmp(amount(other.option.worstLoss)) ||
        amount(one.option.nakedDollarSeconds).cmp(amount(other.option.nakedDollarSeconds)) ||
        one.option.steps - other.option.steps ||
        (one.option.id < other.option.id ? -1 : 1),
    )
    .map(({ option, excludedBecause }, index) => ({
      ...{ id: option.id, place: index + 1, excludedBecause },
    }));
}

/**
 * The chain of thoughts behind the ranking: the question, the facts, the options, a branch for
 * each of them, a revision of the branch where a fact or a guardrail speaks against it, and the
 * conclusion. Written here, word for word: the server that takes it down thinks nothing.
 */
export function chainFor(
  scenario: Scenario,
  options: readonly ScenarioOption[],
  constraints: readonly Constraint[],
): readonly Thought[] {
  const ranked = rankOptions(scenario, options, constraints);
  const inOrder = [...options].sort((one, other) => (one.id < other.id ? -1 : 1));
  const drafts: Omit<Thought, 'thoughtNumber' | 'totalThoughts' | 'nextThoughtNeeded'>[] = [
    { thought: `To decide: ${scenario.question}` },
    ...scenario.facts.map(({ fact }) => ({ thought: `Fact: ${fact}` })),
    {
      thought:
        `Options: ${inOrder.map(({ id }) => id).join(', ')}. ` +
        `Held to: ${constraints.map(({ name }) => name).join(', ') || 'nothing besides guardrails'}.`,
    },
  ];
  const forkedAt = drafts.length;
  for (const option of inOrder) {
    drafts.push({
      thought:
        `${option.id}: ${option.what}. Worst case: ${option.worstLoss} USD lost ` +
        `(${option.worstBecause}), ${option.nakedDollarSeconds} dollar-seconds without a stop, ${option.steps} steps.`,
      ...{ branchFromThought: forkedAt, branchId: option.id },
    });
    const branchAt = drafts.length;
    for (const because of objectionsTo(option, scenario, constraints)) {
      drafts.push({
        thought: `${option.id}, again: ${because}.`,
        ...{ isRevision: true, revisesThought: branchAt },
        ...{ branchFromThought: forkedAt, branchId: option.id },
      });
    }
  }
  drafts.push({ thought: conclusionOf(ranked) });
  return drafts.map((draft, index) => ({
    ...draft,
    thoughtNumber: index + 1,
    totalThoughts: drafts.length,
    nextThoughtNeeded: index + 1 < drafts.length,
  }));
}

function objectionsTo(
  option: ScenarioOption,
  { facts }: Scenario,
  constraints: readonly Constraint[],
): readonly string[] {
  return [
    ...facts.flatMap(({ fact, against }) => (against === option.id ? [fact] : [])),
    ...option.refusals,
    ...constraints.flatMap(({ name, forbids }) =>
      forbids.includes(option.id) ? [`${name} forbids it`] : [],
    ),
  ];
}

function conclusionOf(ranked: readonly Ranked[]): string {
  const possible = ranked.filter(({ excludedBecause }) => excludedBecause === null);
  const out = ranked.filter(({ excludedBecause }) => excludedBecause !== null);
  const order = possible.map(({ id }) => id).join(', then ');
  const first = possible.length === 0 ? 'No option may be chosen' : `First ${order}`;
  return out.length === 0 ? `${first}.` : `${first}. Out: ${out.map(({ id }) => id).join(', ')}.`;
}

const whyOut = (option: ScenarioOption, constraints: readonly Constraint[]): string | null =>
  option.refusals[0] ??
  constraints.find(({ forbids }) => forbids.includes(option.id))?.name ??
  null;

const amount = (digits: string): Decimal => decimal(text(decimal(digits)));
