import { coverageLines } from './coverage.ts';
import type { NakedFigures } from './invariants/naked-times.ts';
import type { Summary } from './summary.ts';

/** The summary for people; whole, with each fault and each kind of naked time. */
export function reportOf(summary: Summary, isWhole: boolean): string {
  const { await_points: points, naked_seconds: naked } = summary;
  const short = [
    `seeds ${summary.seeds}, steps ${summary.steps}, ${summary.steps_per_second} steps a second`,
    `simulated hours ${summary.simulated_hours}`,
    `violations ${summary.violations}, duplicates ${summary.duplicates}, ` +
      `oversells ${summary.oversells}, ambiguous POSTs ${summary.ambiguous_posts}`,
    `await points: ${points.killed_at} of ${points.known} killed at, ${points.reached} reached`,
    ...(isWhole ? missedPoints(points) : []),
    `naked seconds: p50 ${naked.p50}, p99 ${naked.p99}, max ${naked.max}`,
    `trace ${summary.trace_hash}`,
  ];
  if (!isWhole) return short.join('\n');
  const { byCause, byRecipe } = summary.naked_times;
  return [
    ...short,
    ...['', '| naked by cause | stretches | p50 s | p99 s | max s | dollar-seconds |'],
    ...tableOf(byCause),
    ...['', '| naked by recipe | stretches | p50 s | p99 s | max s | dollar-seconds |'],
    ...tableOf(byRecipe),
    ...['', '| fault | what | fired, or where it is tested |'],
    ...['|---|---|---|', ...coverageLines(summary.faults_fired)],
  ].join('\n');
}

const missedPoints = (points: Summary['await_points']): readonly string[] => [
  ...points.never_reached.map((point) => `  never reached: ${point}`),
  ...points.never_killed_at
    .filter((point) => !points.never_reached.includes(point))
    .map((point) => `  reached, but nobody died there: ${point}`),
];

const tableOf = (rows: Readonly<Record<string, NakedFigures>>): readonly string[] => [
  '|---|---|---|---|---|---|',
  ...Object.entries(rows).map(
    ([name, { stretches, p50, p99, max, dollarSeconds }]) =>
      `| ${name} | ${stretches} | ${p50} | ${p99} | ${max} | ${dollarSeconds} |`,
  ),
];
