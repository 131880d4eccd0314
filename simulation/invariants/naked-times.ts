/** One stretch in which part of a position had no confirmed stop in a regular session. */
export type NakedStretch = {
  readonly symbol: string;
  readonly since: number;
  /** While the broker was in reach of a living process; the next two are of these seconds. */
  readonly seconds: number;
  readonly shareSeconds: number;
  readonly dollarSeconds: number;
  /** Seconds of the stretch in which nobody could have done anything. */
  readonly secondsOutOfReach: number;
  /**
   * Whether anything was wrong meanwhile that keeps a stop from its place: the broker did not
   * answer or failed, an order was in doubt, the process had just begun or stood still.
   */
  readonly wasHindered: boolean;
  readonly cause: NakedCause;
  /** The recipe that was at work in the symbol when it ended; `none` before the first. */
  readonly recipe: string;
};

/** What left the shares without a stop. */
export type NakedCause =
  | 'found_at_start'
  | 'session_open'
  | 'entry_fill'
  | 'cancel_submit'
  | 'replace'
  | 'exit_fill'
  | 'crash'
  | 'stranger'
  | 'corporate_action'
  | 'trade_correction'
  | 'order_ended';

export type NakedFigures = {
  readonly stretches: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
  readonly secondsOutOfReach: number;
  readonly shareSeconds: number;
  readonly dollarSeconds: number;
};

/** Stretches in which the broker was in reach throughout, and the others. */
type Parted = { readonly inReach: NakedFigures; readonly hindered: NakedFigures };

export type NakedTimes = Parted & {
  readonly all: NakedFigures;
  readonly byRecipe: Readonly<Record<string, Parted>>;
  readonly byCause: Readonly<Record<string, Parted>>;
};

/** The figures of any number of runs together. */
export function nakedTimesOf(stretches: readonly NakedStretch[]): NakedTimes {
  return {
    all: figuresOf(stretches),
    ...parted(stretches),
    byRecipe: groupedBy(stretches, ({ recipe }) => recipe),
    byCause: groupedBy(stretches, ({ cause }) => cause),
  };
}

function groupedBy(stretches: readonly NakedStretch[], nameOf: (one: NakedStretch) => string) {
  const groups = new Map<string, NakedStretch[]>();
  for (const stretch of stretches) {
    const name = nameOf(stretch);
    groups.set(name, [...(groups.get(name) ?? []), stretch]);
  }
  const names = [...groups.keys()].sort();
  return Object.fromEntries(names.map((name) => [name, parted(groups.get(name) ?? [])]));
}

const parted = (stretches: readonly NakedStretch[]): Parted => ({
  inReach: figuresOf(stretches.filter(({ wasHindered }) => !wasHindered)),
  hindered: figuresOf(stretches.filter(({ wasHindered }) => wasHindered)),
});

function figuresOf(stretches: readonly NakedStretch[]): NakedFigures {
  const seconds = stretches.map((stretch) => stretch.seconds).sort((one, other) => one - other);
  /** The smallest that so many percent do not exceed. */
  const percentile = (percent: number) =>
    seconds[Math.max(0, Math.ceil((seconds.length * percent) / 100) - 1)] ?? 0;
  const sum = (of: (one: NakedStretch) => number) =>
    Math.round(stretches.reduce((total, stretch) => total + of(stretch), 0) * 100) / 100;
  return {
    stretches: stretches.length,
    p50: percentile(50),
    p99: percentile(99),
    max: seconds.at(-1) ?? 0,
    secondsOutOfReach: sum((stretch) => stretch.secondsOutOfReach),
    shareSeconds: sum(({ shareSeconds }) => shareSeconds),
    dollarSeconds: sum(({ dollarSeconds }) => dollarSeconds),
  };
}
