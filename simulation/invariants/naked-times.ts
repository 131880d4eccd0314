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
   * Those of `seconds` in which the broker had what guards or closes the shares in its hands: a
   * write without its answer, a cancel or a change that it had not done yet, an order that could
   * fill. All others are ours: looks, reads, decisions, and whatever we wait for.
   */
  readonly secondsOfBroker: number;
  /**
   * Whether anything was wrong meanwhile that keeps a stop from its place: the broker did not
   * answer or failed, an order was in doubt, somebody else's order held the shares, the process
   * had just begun or stood still.
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
  | 'stop_jumped'
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

/**
 * A broker that takes longer than this for its part of a stretch is slow: Alpaca's usual times for
 * a cancel, a change and a fill together are below it.
 */
const SLOW_SECONDS = 1;
/** With a part of ours above this a stretch counts as in reach, however slow the broker was. */
const OURS_SECONDS = 2;

/**
 * Stretches in which the broker was in reach throughout, those in which it was slow and nothing
 * else, and those that something hindered. `ours` is our own part of the first two.
 */
type Parted = {
  readonly inReach: NakedFigures;
  readonly slow: NakedFigures;
  readonly ours: NakedFigures;
  readonly hindered: NakedFigures;
};

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

export const oursOf = ({ seconds, secondsOfBroker }: NakedStretch): number =>
  Math.round((seconds - secondsOfBroker) * 1_000) / 1_000;

const wasSlow = (stretch: NakedStretch): boolean =>
  stretch.secondsOfBroker > SLOW_SECONDS && oursOf(stretch) <= OURS_SECONDS;

function parted(stretches: readonly NakedStretch[]): Parted {
  const free = stretches.filter(({ wasHindered }) => !wasHindered);
  return {
    inReach: figuresOf(free.filter((stretch) => !wasSlow(stretch))),
    slow: figuresOf(free.filter(wasSlow)),
    ours: figuresOf(free, oursOf),
    hindered: figuresOf(stretches.filter(({ wasHindered }) => wasHindered)),
  };
}

function figuresOf(
  stretches: readonly NakedStretch[],
  secondsOf = (stretch: NakedStretch): number => stretch.seconds,
): NakedFigures {
  const seconds = stretches.map(secondsOf).sort((one, other) => one - other);
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
