import { writeFileSync } from 'node:fs';

/** One measured comparison. Ratios are ours over the peer's, round by round in one process. */
export type Row = {
  readonly name: string;
  readonly peer: string;
  readonly ours: string;
  readonly theirs: string;
  readonly ratio: { readonly median: number; readonly min: number; readonly max: number };
  readonly aim: string;
  readonly note: string;
};

type Comparison = {
  readonly name: string;
  /** What is compared with: a named peer or a physical limit. */
  readonly peer: string;
  readonly aim: string;
  readonly note: string;
  /** Throws when the two sides do not answer alike: then there is no score. */
  readonly gate: () => void | Promise<void>;
  /** One round of each, long enough to measure; the units say how much work it was. */
  readonly ours: () => unknown;
  readonly theirs: () => unknown;
  readonly oursUnits: number;
  readonly theirsUnits: number;
  readonly unit: string;
  /**
   * Counts the processor's time instead of the time that passes: for what only calculates, so
   * that others on the machine do not count.
   */
  readonly onlyCalculates?: boolean;
};

const ROUNDS = 9;
const WARM_UP_ROUNDS = 3;

/**
 * Runs both sides in turn and takes the ratio pair by pair, so that a machine that
 * slows down slows both. Rates are units per second; a ratio above 1 means ours is faster.
 */
export async function compare(comparison: Comparison): Promise<Row> {
  await comparison.gate();
  for (let round = 0; round < WARM_UP_ROUNDS; round += 1) {
    await comparison.ours();
    await comparison.theirs();
  }
  const pairs: { ours: number; theirs: number }[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const clock = comparison.onlyCalculates === true ? processorMs : () => performance.now();
    const ours = await rate(comparison.ours, comparison.oursUnits, clock);
    const theirs = await rate(comparison.theirs, comparison.theirsUnits, clock);
    pairs.push({ ours, theirs });
  }
  const { name, peer, aim, note, unit } = comparison;
  const perSecond = (value: number) => `${Math.round(value).toLocaleString('en-US')} ${unit}/s`;
  return {
    name,
    peer,
    aim,
    note,
    ours: perSecond(median(pairs.map((pair) => pair.ours))),
    theirs: perSecond(median(pairs.map((pair) => pair.theirs))),
    ratio: spread(pairs.map((pair) => pair.ours / pair.theirs)),
  };
}

async function rate(run: () => unknown, units: number, clock: () => number): Promise<number> {
  const started = clock();
  await run();
  return (units * 1000) / (clock() - started);
}

/** Milliseconds of all processors that this process has used. */
export function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

const spread = (ratios: readonly number[]): Row['ratio'] => ({
  median: median(ratios),
  min: Math.min(...ratios),
  max: Math.max(...ratios),
});

/** Prints the rows as a Markdown table on stdout, or all figures as JSON with `--json`. */
export function report(rows: readonly Row[], json: boolean): void {
  const figure = (value: number) => value.toPrecision(3);
  const lines = rows.map(({ name, peer, ours, theirs, ratio, aim, note }) => {
    const range = `${figure(ratio.median)} (${figure(ratio.min)} to ${figure(ratio.max)})`;
    return `| ${name} | ${ours} | ${peer}: ${theirs} | ${range} | ${aim} | ${note} |`;
  });
  const head =
    '| row | ours | against | ratio, median (range) | aim | note |\n|---|---|---|---|---|---|';
  writeFileSync(1, json ? `${JSON.stringify(rows, null, 2)}\n` : `${head}\n${lines.join('\n')}\n`);
}
