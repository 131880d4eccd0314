import { catalogue } from '../src/paper-exchange/faults/catalogue.ts';
import { Draws } from './draws.ts';
import type { NetworkRates } from './transport.ts';

/** What a failing seed is shrunk by. */
export type Limits = {
  readonly kind: 'everything' | 'ambiguous';
  readonly steps: number;
  /** Kinds of trouble that are left out, by the names of `kindsOf`. */
  readonly without: readonly string[];
  readonly symbols: number;
  /** Whether what is drawn too seldom happens again and again. */
  readonly rare?: boolean | undefined;
  /**
   * False for worlds that were kept before anything could be opened; it is drawn without. With
   * `busy` every world has an agent that does little else.
   */
  readonly opens?: boolean | 'always' | 'busy' | undefined;
  /** Whether nothing goes wrong, while people and a busy agent buy all the time. */
  readonly calm?: boolean | undefined;
  /** The process dies first at an await whose place contains this, a different one by seed. */
  readonly dieAt?: string | undefined;
};

/** What the world does beside what its exchange does: each is drawn to exist, or not. */
export type Troubles = {
  /** Ids of the catalogue of the exchange. */
  readonly injected: readonly string[];
  /** Mean time from one injected fault to the next. */
  readonly injectionGapMs: number;
  /** Ids of those that the draws above bring about too seldom, in worlds that are about them. */
  readonly rare: readonly string[];
  readonly network: NetworkRates;
  readonly streams: {
    readonly lost: number;
    readonly repeated: number;
    readonly overtaken: number;
    readonly broken: number;
  };
  /** Each null where it does not exist; else the mean time between two. */
  readonly crashGapMs: number | null;
  /** That the next process dies as well while it starts. */
  readonly crashAgain: number;
  readonly stallGapMs: number | null;
  readonly sleepGapMs: number | null;
  readonly clockJumpGapMs: number | null;
  readonly terminateGapMs: number | null;
  readonly journalFault: number;
  readonly strangerGapMs: number | null;
  readonly hostGapMs: number | null;
  readonly haltGapMs: number | null;
  /** Another BigBrother with the same keys moves stops. */
  readonly secondMachineGapMs: number | null;
};

export const NO_NETWORK: NetworkRates = {
  ...{ oneWayMs: 0, requestLost: 0, answerLost: 0, answerLate: 0, silent: 0 },
  readsToo: true,
};

const RARE = ['B07', 'B17', 'B18', 'B20', 'B31', 'N06', 'C02', 'D06'];

export const QUIET: Troubles = {
  ...{ injected: [], injectionGapMs: 1, rare: [], network: NO_NETWORK },
  streams: { lost: 0, repeated: 0, overtaken: 0, broken: 0 },
  ...{ crashGapMs: null, crashAgain: 0, stallGapMs: null, sleepGapMs: null, clockJumpGapMs: null },
  ...{ terminateGapMs: null, journalFault: 0, strangerGapMs: null, hostGapMs: null },
  haltGapMs: null,
  secondMachineGapMs: null,
};

/** What goes wrong in a world in which anything may. */
export function drawnTroubles(seed: number, limits: Limits, draws: Draws): Troubles {
  return {
    ...troublesFrom(draws, new Set(limits.without)),
    rare: rareFrom(seed, limits),
    secondMachineGapMs: secondMachineFrom(seed, limits),
    ...agentFrom(seed, limits),
  };
}

/** A busy agent is there in each world. */
function agentFrom(seed: number, { without, opens }: Limits): { readonly hostGapMs?: number } {
  if (opens !== 'busy' || without.includes('host')) return {};
  return { hostGapMs: new Draws(`${seed} busy`).between(3_000, 10_000) };
}

/** By draws of their own, so that a world without them stays what it was. */
function rareFrom(seed: number, { rare, without }: Limits): readonly string[] {
  const draws = new Draws(`${seed} rare`);
  const isDrawn = draws.chance(0.25);
  const drawn = RARE.filter(() => draws.chance(0.3));
  const present = rare === true ? RARE : isDrawn ? drawn : [];
  return present.filter((id) => !without.includes(`rare_${id}`));
}

/** By draws of their own as well. */
function secondMachineFrom(seed: number, { rare, without }: Limits): number | null {
  const draws = new Draws(`${seed} second machine`);
  const isDrawn = draws.chance(0.04) || rare === true;
  return isDrawn && !without.includes('second_machine') ? draws.between(30_000, 200_000) : null;
}

function troublesFrom(
  draws: Draws,
  without: ReadonlySet<string>,
): Omit<Troubles, 'rare' | 'secondMachineGapMs'> {
  const isHostile = draws.chance(0.9);
  // What is left out is drawn all the same, so that the rest stays as it was.
  const gap = (kind: string, probability: number, leastMs: number, mostMs: number) => {
    const exists = draws.chance(probability);
    const meanMs = draws.between(leastMs, mostMs);
    return isHostile && exists && !without.has(kind) ? meanMs : null;
  };
  const rate = (kind: string, probability: number, most: number) => {
    const exists = draws.chance(probability);
    const value = draws.fraction() * most;
    return isHostile && exists && !without.has(kind) ? value : 0;
  };
  const density = draws.pick([0.05, 0.15, 0.4]);
  const injected = [...catalogue.map(({ id }) => id), 'C02', 'C07'].filter(
    (id) => draws.chance(density) && isHostile && !without.has(id),
  );
  return {
    injected,
    injectionGapMs: draws.between(10_000, 90_000),
    network: {
      ...NO_NETWORK,
      oneWayMs: draws.pick([0, 5, 40, 150]),
      requestLost: rate('lost_requests', 0.3, 0.3),
      answerLost: rate('lost_answers', 0.3, 0.3),
      answerLate: rate('late_answers', 0.3, 0.2),
      silent: rate('silent_lines', 0.5, 1),
    },
    streams: {
      lost: rate('lost_frames', 0.25, 0.3),
      repeated: rate('repeated_frames', 0.25, 0.5),
      overtaken: rate('overtaken_frames', 0.25, 0.3),
      broken: rate('broken_streams', 0.25, 0.03),
    },
    crashGapMs: gap('crashes', 0.6, 8_000, 90_000),
    crashAgain: rate('double_crashes', 0.6, 0.8),
    stallGapMs: gap('stalls', 0.2, 60_000, 300_000),
    sleepGapMs: gap('sleeps', 0.15, 60_000, 600_000),
    clockJumpGapMs: gap('clock_jumps', 0.15, 60_000, 600_000),
    terminateGapMs: gap('terminations', 0.15, 60_000, 300_000),
    journalFault: rate('journal_faults', 0.15, 0.1),
    strangerGapMs: gap('strangers', 0.4, 20_000, 200_000),
    hostGapMs: gap('host', 0.5, 2_000, 40_000),
    haltGapMs: gap('halts', 0.2, 30_000, 400_000),
  };
}

/** What of a scenario may be left out, to find what a failure needs. */
export function kindsOf({
  troubles,
  opens,
}: {
  readonly troubles: Troubles;
  readonly opens: boolean;
}): readonly string[] {
  const { network, streams } = troubles;
  const present: readonly (readonly [string, number | null])[] = [
    ['crashes', troubles.crashGapMs],
    ['double_crashes', troubles.crashAgain],
    ['stalls', troubles.stallGapMs],
    ['sleeps', troubles.sleepGapMs],
    ['clock_jumps', troubles.clockJumpGapMs],
    ['terminations', troubles.terminateGapMs],
    ['journal_faults', troubles.journalFault],
    ['strangers', troubles.strangerGapMs],
    ['host', troubles.hostGapMs],
    ['entries', opens ? 1 : null],
    ['halts', troubles.haltGapMs],
    ['second_machine', troubles.secondMachineGapMs],
    ['lost_requests', network.requestLost],
    ['lost_answers', network.answerLost],
    ['late_answers', network.answerLate],
    ['silent_lines', network.silent],
    ['lost_frames', streams.lost],
    ['repeated_frames', streams.repeated],
    ['overtaken_frames', streams.overtaken],
    ['broken_streams', streams.broken],
  ];
  const names = present.filter(([, much]) => much !== null && much !== 0).map(([name]) => name);
  return [...names, ...troubles.injected, ...troubles.rare.map((id) => `rare_${id}`)];
}
