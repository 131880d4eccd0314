import { coverageLines } from './coverage.ts';
import type { NakedFigures, NakedTimes } from './invariants/naked-times.ts';
import type { LongPart, Summary } from './summary.ts';

/** The summary for people; whole, with each fault and each kind of naked time. */
export function reportOf(summary: Summary, isWhole: boolean): string {
  const { await_points: points, naked_seconds: naked } = summary;
  const { byCause, byRecipe, inReach } = summary.naked_times;
  const short = [
    `seeds ${summary.seeds}, steps ${summary.steps}, ${summary.steps_per_second} steps a second`,
    `simulated hours ${summary.simulated_hours}`,
    `violations ${summary.violations}, duplicates ${summary.duplicates}, ` +
      `oversells ${summary.oversells}, ambiguous POSTs ${summary.ambiguous_posts}`,
    `await points: ${points.killed_at} of ${points.known} killed at, ${points.reached} reached`,
    ...(isWhole ? missedPoints(points) : []),
    `naked seconds: p50 ${naked.p50}, p99 ${naked.p99}, max ${naked.max}; with the broker in ` +
      `reach throughout: p50 ${inReach.p50}, p99 ${inReach.p99}, max ${inReach.max}`,
    `trace ${summary.trace_hash}`,
  ];
  if (!isWhole) return short.join('\n');
  return [
    ...short,
    ...['', `| naked by cause | ${COLUMNS} |`, ...tableOf(byCause)],
    ...['', `| naked by recipe | ${COLUMNS} |`, ...tableOf(byRecipe)],
    ...['', 'the longest parts of ours:', ...summary.longest_ours.map(lineOf)],
    ...[
      '',
      '| the agent wants | proposed | came to a plan | executed | completed |',
      '|---|---|---|---|---|',
    ],
    ...Object.entries(summary.asked).map(
      ([intent, { proposed, planned, executed, completed }]) =>
        `| ${intent} | ${proposed} | ${planned} | ${executed} | ${completed} |`,
    ),
    ...['', '| fault | what | fired, or where it is tested |'],
    ...['|---|---|---|', ...coverageLines(summary.faults_fired)],
  ].join('\n');
}

const lineOf = ({ seed, ours, stretch }: LongPart): string =>
  `  seed ${seed}, ${stretch.symbol} at ${new Date(stretch.since).toISOString().slice(11, 23)}: ` +
  `${ours} s of ${stretch.seconds} s, ${stretch.cause}, ${stretch.recipe}`;

const missedPoints = (points: Summary['await_points']): readonly string[] => [
  ...points.never_reached.map((point) => `  never reached: ${point}`),
  ...points.never_killed_at
    .filter((point) => !points.never_reached.includes(point))
    .map((point) => `  reached, but nobody died there: ${point}`),
];

const COLUMNS =
  'in reach | p50 s | p99 s | max s | dollar-seconds | ours p50 s | p99 s | max s | ' +
  'broker slow | p50 s | p99 s | max s | hindered | p50 s | p99 s | max s';

const tableOf = (rows: NakedTimes['byCause']): readonly string[] => [
  `${'|---'.repeat(17)}|`,
  ...Object.entries(rows).map(([name, { inReach, ours, slow, hindered }]) => {
    const { dollarSeconds } = inReach;
    const { p50, p99, max } = ours;
    return (
      `| ${name} | ${cells(inReach)} | ${dollarSeconds} | ${p50} | ${p99} | ${max} | ` +
      `${cells(slow)} | ${cells(hindered)} |`
    );
  }),
];

const cells = ({ stretches, p50, p99, max }: NakedFigures): string =>
  `${stretches} | ${p50} | ${p99} | ${max}`;
