import { newYorkTime } from '../cli/shared/new-york-time.ts';
import { type Column, table } from '../cli/shared/table.ts';
import { text } from '../domain/decimal.ts';
import { isClean } from './figures.ts';
import type { DemoOutcome } from './run-demo.ts';
import type { Stage } from './stage.ts';
import type { NakedStretch, Story, Veto } from './story.ts';

const left = (title: string): Column => ({ title, align: 'left' });
const right = (title: string): Column => ({ title, align: 'right' });
const MOST_ROWS = 15;

/** What was done, what was refused, how long shares stood naked, and whether all is well. */
export function closingReport(
  { figures, story }: DemoOutcome,
  stage: Stage,
  journalPath: string | null,
): readonly string[] {
  const journal = figures.journal_verified ? 'verified' : 'DAMAGED';
  return [
    '',
    'WHAT WAS DONE',
    ...doneTable(stage, story),
    '',
    `VETOES (${story.vetoes.length})`,
    ...vetoTable(story.vetoes),
    '',
    `NAKED SHARE-SECONDS (${figures.naked_share_seconds})`,
    ...nakedTable(story.nakedStretches),
    '',
    `conflicts            ${figures.conflicts}`,
    `oversells            ${figures.oversells}`,
    `broker rejections    ${figures.broker_rejections}`,
    `naked share-seconds  ${figures.naked_share_seconds}`,
    `fills                ${figures.fills}`,
    `plans executed       ${figures.plans_executed}`,
    `journal              ${journal}: ${figures.journal_events} events, ${figures.journal_hash}`,
    ...(journalPath === null ? [] : [`kept in              ${journalPath}`]),
    `seed ${figures.seed}, ${(figures.elapsed_ms / 1_000).toFixed(1)} s, ${figures.environment}`,
    isClean(figures) ? 'All is well.' : 'SOMETHING WENT WRONG: see the figures above.',
  ];
}

function doneTable({ symbols }: Stage, story: Story): readonly string[] {
  const rows = symbols.map(({ symbol, story: fate }) => [symbol, fate, story.doneIn(symbol)]);
  return table([left('SYMBOL'), left('STORY'), left('CARRIED OUT')], rows);
}

const vetoTable = (vetoes: readonly Veto[]): readonly string[] =>
  shortened(
    [left('NEW YORK'), left('SYMBOL'), left('GUARDRAIL'), left('BECAUSE')],
    vetoes.map(({ at, symbol, guardrail, because }) => [
      newYorkTime(at),
      symbol,
      guardrail,
      because,
    ]),
  );

function nakedTable(stretches: readonly NakedStretch[]): readonly string[] {
  const longest = [...stretches].sort((a, b) => b.shareSeconds.cmp(a.shareSeconds));
  return shortened(
    [left('UNTIL, NEW YORK'), left('SYMBOL'), right('SHARE-SECONDS'), left('WHAT WAS WANTED')],
    longest.map(({ at, symbol, shareSeconds, cause }) => [
      newYorkTime(at),
      symbol,
      text(shareSeconds),
      cause,
    ]),
  );
}

function shortened(columns: readonly Column[], rows: readonly (readonly string[])[]): string[] {
  const more = rows.length - MOST_ROWS;
  const lines = table(columns, rows.slice(0, MOST_ROWS));
  return more > 0 ? [...lines, `and ${more} more`] : [...lines];
}
